// The page of a task: its messages, and each way in which page and task can part.

import type { Locator } from "@playwright/test";
import { document, expect, test } from "../../support/fixtures";
import { EssayPage } from "../../support/essay-page";

const CHUNKS = [1, 2, 3, 4, 5].map((n) => `Async work chunk ${n}`);
const AN_HOUR = 3_600_000;

const it = test.extend<{ task: EssayPage }>({
  task: async ({ page }, use) => use(await new EssayPage(page).open()),
});

it("shows each message, then that the task has finished", async ({ task, server }) => {
  const seen = await recordCounts(task.list);
  await task.start.click();
  await expect(task.status).toHaveText("Finished");
  await expect(task.messages).toHaveText(CHUNKS);
  await expect(task.exits).toHaveText(["exit normal"]);
  await expect(task.start).toBeVisible();
  await expect.poll(() => server.exits()).toMatchObject([{ reason: "normal" }]);

  const { counts, times } = await seen.jsonValue();
  expect(counts).toEqual([1, 2, 3, 4, 5]);
  expect(times[4] - times[0], "they are spread over the four seconds between them").toBeGreaterThan(3000);
});

it("receives all messages in a window that draws no frames", async ({ page, task }) => {
  await page.evaluate(() => (window.requestAnimationFrame = () => 0));
  await task.start.click();
  await expect(task.messages).toHaveText(CHUNKS);
  await expect(task.exits).toHaveText(["exit normal"]);
});

it("has Cancel in place of Start while the task runs", async ({ task }) => {
  await task.makeLasting();
  await expect(task.cancel).toBeHidden();
  const place = await task.start.boundingBox();
  await task.start.click();
  await expect(task.cancel).toBeVisible();
  await expect(task.start).toBeHidden();
  expect(await task.cancel.boundingBox()).toEqual(place);
  await task.cancel.click();
  await expect(task.start).toBeVisible();
  await expect(task.cancel).toBeHidden();
});

it("Cancel kills the task and keeps its messages", async ({ task, server }) => {
  await task.makeLasting();
  await task.start.click();
  await expect(task.messages.nth(1)).toBeVisible();
  await task.cancel.click();
  await expect(task.status).toHaveText("Cancelled");
  const shown = await task.messages.allTextContents();
  expect(shown.slice(0, 2)).toEqual(CHUNKS.slice(0, 2));
  await expect(task.exits).toHaveText(["exit cancelled"]);
  await expect.poll(() => server.exits()).toMatchObject([{ reason: "killed" }]);
  await expect(task.messages).toHaveText(shown);
});

it("Cancel kills a task that has sent nothing yet", async ({ task, server }) => {
  await task.makeLasting(AN_HOUR);
  await task.start.click();
  await expect.poll(() => server.live()).toBe(1);
  await task.cancel.click();
  await expect(task.status).toHaveText("Cancelled");
  await expect(task.messages).toHaveCount(0);
  await expect.poll(() => server.exits()).toMatchObject([{ reason: "killed" }]);
});

it("survives a crash of the task and reports it", async ({ task, server }) => {
  await task.crash.check();
  await task.start.click();
  await expect(task.status).toHaveText("Crashed");
  await expect(task.exits).toHaveText([/^exit crashed: \S/]);
  await expect(task.messages).toHaveText(CHUNKS.slice(0, 2));
  await task.counter.click();
  await expect(task.counter).toHaveText(/1$/);
  await expect.poll(() => server.exits()).toMatchObject([{ reason: "crashed" }]);
});

it("logs a panic's message and doesn't show it", async ({ task, server, page }) => {
  await task.crash.check();
  await task.start.click();
  await expect(task.status).toHaveText("Crashed");
  await expect(page.getByText("asked to crash")).toHaveCount(0);
  await expect.poll(() => server.log.filter((line) => line.includes("asked to crash"))).toHaveLength(1);
});

it("starts again after each kind of exit, cleared", async ({ task, server }) => {
  await task.crash.check();
  await task.start.click();
  await expect(task.status).toHaveText("Crashed");

  await task.crash.uncheck();
  await task.makeLasting(AN_HOUR);
  await task.start.click();
  await expect.poll(() => server.live()).toBe(1);
  await expect(task.messages).toHaveCount(0);
  await expect(task.status).toHaveText("");
  await task.cancel.click();
  await expect(task.status).toHaveText("Cancelled");

  await task.makeUsual();
  await task.start.click();
  await expect(task.status).toHaveText("Finished");
  await expect(task.messages).toHaveText(CHUNKS);

  await task.makeLasting(AN_HOUR);
  await task.start.click();
  await expect.poll(() => server.live()).toBe(1);
  await expect(task.messages).toHaveCount(0);
  await task.cancel.click();
  await expect(task.exits).toHaveText([/^exit crashed/, "exit cancelled", "exit normal", "exit cancelled"]);
  const reasons = () => server.exits().map((exit) => exit.reason);
  await expect.poll(reasons).toEqual(["crashed", "killed", "normal", "killed"]);
});

it("counter and clock go on while the task runs", async ({ task, page }) => {
  await task.makeLasting();
  const clock = page.getByText(/^This page has been alive for \d+ s$/);
  await task.start.click();
  await expect(task.messages.first()).toBeVisible();
  const [count, before] = [task.counter, await clock.textContent()];
  await count.click();
  await expect(count).toHaveText("Counter: 1");
  await count.click();
  await expect(count).toHaveText("Counter: 2");
  await expect(clock).not.toHaveText(before ?? "");
  await expect(task.cancel, "all this while the task runs").toBeVisible();
});

it("kills the task when another page is opened", async ({ task, server, page }) => {
  await task.makeLasting();
  const before = await document(page);
  await task.start.click();
  await expect(task.messages.first()).toBeVisible();
  await page.getByRole("link", { name: /Starcrossed/ }).click();
  await expect(page.getByRole("textbox", { name: "Message" })).toBeVisible();
  expect(await document(page), "the navigation stays inside the app").toBe(before);

  await expect.poll(() => server.exits()).toMatchObject([{ reason: "killed" }]);
  const [{ task: id }] = server.exits();
  expect(await server.fate(id)).toMatchObject({ state: "ended", reason: "killed" });
});

it("reports a silent connection as lost", async ({ page, server }) => {
  await page.clock.install();
  const task = await new EssayPage(page).open();
  await task.makeLasting();
  await task.start.click();
  for (let n = 0; n < 4; n++) {
    const next = task.messages.nth(await task.messages.count());
    await expect(next, "a stream with data is alive, however slow its page").toBeVisible();
    await page.clock.fastForward(20_000);
  }
  server.pause();
  for (let n = 1; n <= 3; n++) await page.clock.fastForward(20_000);
  await expect(task.status).toHaveText("Connection lost");
  await expect(task.start).toBeVisible();
  await expect(task.messages).not.toHaveCount(0);
  server.resume();
  await expect.poll(() => server.exits()).toMatchObject([{ reason: "killed" }]);
});

it("answers that an unknown task is unknown", async ({ server }) => {
  expect(await server.fate("nonesuch")).toEqual({ state: "unknown" });
});

/** Records the number of a list's items at each change, and its time. A poll could miss one. */
function recordCounts(list: Locator) {
  return list.evaluateHandle((list) => {
    const seen = { counts: [] as number[], times: [] as number[] };
    new MutationObserver(() => {
      if (list.childElementCount === (seen.counts.at(-1) ?? 0)) return;
      seen.counts.push(list.childElementCount);
      seen.times.push(performance.now());
    }).observe(list, { childList: true });
    return seen;
  });
}
