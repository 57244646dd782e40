// The time until a first visit is usable, at a quarter of the CPU speed: `npm run benchmark` prints it.

import { chromium } from "@playwright/test";
import { setTimeout as sleep } from "node:timers/promises";
import { RawChromium } from "../support/raw-chromium";
import { expect, test } from "../support/fixtures";

const SLOWER = 4;
const VISITS = 25;
/** Enough time for a visit, in milliseconds. The page isn't polled meanwhile, since answering would cost it time. */
const A_VISIT_MS = 6000;

/** Milliseconds since the request for the page. */
interface Visit {
  /** The first paint. */
  painted: number;
  /** The page is hydrated: all input takes effect, earlier input too. */
  ready: number;
}

test(`a first visit, ${SLOWER} times slower than this machine`, async ({ server }, { project }) => {
  const { executablePath = chromium.executablePath(), args = [] } = project.use.launchOptions ?? {};
  const browser = await RawChromium.start(executablePath, args);
  const visits: Visit[] = [];
  try {
    for (let n = 0; n < VISITS; n++) visits.push(await visit(browser, `${server.url}/`));
  } finally {
    await browser.end();
  }
  const spread = (what: keyof Visit) => {
    const all = visits.map((visit) => visit[what]).sort((a, b) => a - b);
    const [fastest, median, slowest] = [all[0], all[VISITS >> 1], all[VISITS - 1]].map(Math.round);
    return { fastest, median, slowest };
  };
  console.log(`${VISITS} first visits, ${SLOWER} times slower than this machine, in ms:`);
  console.table({ "first paint": spread("painted"), "the code has taken over": spread("ready") });
});

async function visit(browser: RawChromium, url: string): Promise<Visit> {
  const { page, close } = await browser.page();
  await browser.ask("Page.enable", {}, page);
  await browser.ask("Emulation.setCPUThrottlingRate", { rate: SLOWER }, page);
  const source = `document.addEventListener("ready", () => (window.readyAt = performance.now()))`;
  await browser.ask("Page.addScriptToEvaluateOnNewDocument", { source }, page);
  await browser.ask("Page.navigate", { url }, page);
  await sleep(A_VISIT_MS);
  const expression = `JSON.stringify({ painted: performance.getEntriesByName("first-contentful-paint")[0]?.startTime, ready: window.readyAt })`;
  const { result } = await browser.ask<{ result: { value: string } }>("Runtime.evaluate", { expression }, page);
  await close();
  const visit = JSON.parse(result.value) as Visit;
  expect(visit).toEqual({ painted: expect.any(Number), ready: expect.any(Number) });
  return visit;
}
