// The size of a first visit: all bytes on the wire, headers included, as the browser counts them.

import type { Page } from "@playwright/test";
import { Chat } from "../../support/chat-page";
import { expect, test } from "../../support/fixtures";

const BUDGET = 150_000;

interface Transfer {
  path: string;
  bytes: number;
}

/** Counts what the page transfers, from now on and before. */
async function transfers(page: Page): Promise<Transfer[]> {
  const found: Transfer[] = [];
  const network = await page.context().newCDPSession(page);
  const paths = new Map<string, string>();
  network.on("Network.responseReceived", ({ requestId, response }) => {
    paths.set(requestId, new URL(response.url).pathname);
  });
  network.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    found.push({ path: paths.get(requestId) ?? "?", bytes: encodedDataLength });
  });
  await network.send("Network.enable");
  return found;
}

const total = (all: Transfer[]) => all.reduce((sum, { bytes }) => sum + bytes, 0);

function print(title: string, all: Transfer[]): void {
  const line = (name: string, bytes: number) => `${bytes.toLocaleString("en").padStart(10)}  ${name}`;
  console.log([title, ...all.map(({ path, bytes }) => line(path, bytes)), line("in all", total(all))].join("\n"));
}

test("a first visit stays within its budget", async ({ page, upstream }) => {
  test.skip(!!process.env.STARCROSSED_BIN, "only the release is what people are sent");
  const all = await transfers(page);
  const chat = await new Chat(page).open();
  await page.waitForLoadState("networkidle");
  const first = [...all];
  print("A first visit to /, in bytes:", first);
  expect(first.map(({ path }) => path)).toContainEqual(expect.stringMatching(/starcrossed.wasm$/));
  expect(total(first)).toBeLessThanOrEqual(BUDGET);

  await chat.ask("Is there more to come?");
  (await upstream.nextQuestion()).finish();
  await expect(chat.status).toHaveText("Done");
  print("What the first question fetches:", all.slice(first.length));
});
