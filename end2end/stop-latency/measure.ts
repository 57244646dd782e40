// The stop latency: the time from the loss of a page to the end of the upstream connection. `make fates` prints it, with
// real browsers, proxies and connections. Only a release build's figures mean anything.
//
//   TRIALS=3 ONLY="direct HTTP/1.1,WebKit nginx HTTP/2,Stop mid-stream" npm run stop-latency      some of it, fewer trials; this is printed only

import { expect, test } from "@playwright/test";
import { ENGINES } from "../browsers/engines";
import { CAUSES } from "./causes";
import { cell, Missing, nothing, type Cell } from "./trial";
import { Stack, HERE } from "./stack";
import { machine } from "./machine";
import { FAR_ADDRESS } from "./network";
import { ROUTES, type Engine, type Route } from "./routes";
import { Setup } from "./setup";
import { keep, Table } from "./table";
import { Certificate } from "../support/certificate";

const ENOUGH = 20;
const TRIALS = Number(process.env.TRIALS ?? ENOUGH);
if (!(Number.isInteger(TRIALS) && TRIALS > 0)) throw new Error(`TRIALS is a number, 1 or more, not ${process.env.TRIALS}`);
const ONLY = process.env.ONLY?.split(",").map((name) => name.trim()) ?? [];

/** The chosen ones, or all if none is chosen. */
function chosen<T>(all: T[], name: (one: T) => string): T[] {
  const some = all.filter((one) => ONLY.includes(name(one)));
  return some.length ? some : all;
}

test(`every cause on every road, ${TRIALS} times each`, async () => {
  const causes = chosen(Object.keys(CAUSES), (cause) => cause);
  const routes = chosen(ROUTES, ({ name }) => name);
  const table = new Table(causes, routes);
  const certificate = await Certificate.make(FAR_ADDRESS);
  const versions = new Map<Engine, string>();

  for (const route of routes) {
    for (const cause of causes) {
      const measured = await measure(route, cause);
      table.put(cause, route, measured);
      console.log(`${route.name}, ${cause}: ${measured.why ?? measured.outcomes.map(brief).join(" ")}`);
    }
  }
  await certificate.remove();

  const isWhole = TRIALS >= ENOUGH && causes.length === Object.keys(CAUSES).length && routes.length === ROUTES.length;
  const text = [table.markdown(), "", ...(await machine([...versions.values()])).map((line) => `- ${line}`), `- ${TRIALS} trials a cell`].join("\n");
  console.log(`\n${text}\n`);
  if (isWhole && table.isFull) await keep(text);
  expect(table.broken(), "broken promises").toEqual([]);

  async function measure(route: Route, cause: string): Promise<Cell> {
    if (CAUSES[cause].withoutBrowser && route.browser !== "Chromium") {
      return nothing("no browser takes part, so that each road is measured once, in its first column");
    }
    return cell(async () => {
      const stack = await Stack.start(route, certificate, HERE);
      const setup = new Setup(stack, certificate, () => start(route.browser));
      try {
        return await CAUSES[cause].measure(setup, TRIALS);
      } finally {
        await setup.clear();
        await stack.end();
      }
    });
  }

  async function start(engine: Engine) {
    const missing = await ENGINES[engine].missing();
    if (missing) throw new Missing(missing);
    const browser = await ENGINES[engine].start();
    versions.set(engine, browser.version);
    return browser;
  }
});

function brief(outcome: number | "never"): string {
  return outcome === "never" ? outcome : outcome.toFixed(1);
}
