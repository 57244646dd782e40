// Unchanged text isn't written again: a screen reader would repeat it, once a second or at each key.

import type { Page } from "@playwright/test";
import { expect, test } from "../../support/fixtures";
import { cells, Monitor } from "../../support/monitor-page";
import { watchWrites } from "../../support/writes";

/** Makes each write fail: the browser has no room. */
const fillStorage = (page: Page) =>
  page.evaluate(() => {
    IDBObjectStore.prototype.put = () => {
      throw new DOMException("no", "QuotaExceededError");
    };
  });

test("the monitor's status isn't rewritten each second", async ({ page, server }) => {
  await server.live();
  const monitor = await new Monitor(page).open();
  const writes = await watchWrites(monitor.status);
  const kinds = await watchWrites(monitor.task("monitor").getByRole("cell").first());
  const age = async () => Number.parseInt((await cells(monitor.task("monitor")))[2]!, 10);
  await expect(monitor.task("monitor")).toContainText("3 s");
  expect(await age()).toBeGreaterThanOrEqual(3);
  expect(await writes.again(), "the status").toBe(0);
  expect(await kinds.again(), "a row").toBe(0);
});

test("a field's hint isn't rewritten while its field is typed in", async ({ chat: _, page }) => {
  await page.getByRole("button", { name: "Settings", exact: true }).click();
  const field = page.getByRole("textbox", { name: "Temperature", exact: true });
  const hint = await watchWrites(page.getByText("From 0 to 2: how far it dares to go."));
  await field.pressSequentially("0.725");
  expect(await hint.again()).toBe(0);
  await field.fill("hot");
  await field.blur();
  await expect(field).toHaveAttribute("aria-invalid", "true");
  expect(await hint.again(), "new text is written").toBe(1);
  await field.pressSequentially("ter");
  expect(await hint.again()).toBe(0);
});

test("the storage notice isn't rewritten while answers arrive", async ({ chat, page, upstream }) => {
  await chat.wake();
  await fillStorage(page);
  await chat.ask("Why?");
  const question = await upstream.nextQuestion();
  question.delta("Because");
  await expect(page.locator(".notice")).toContainText("There is no room left");
  const notice = await watchWrites(page.locator(".notice"));
  question.finish();
  await expect(chat.status).toHaveText("Done");
  await chat.ask("And then?");
  (await upstream.nextQuestion()).finish();
  await expect(chat.answer).toContainText("Well.");
  await expect(chat.status).toHaveText("Done");
  expect(await notice.again()).toBe(0);
});

test("a thought's summary isn't rewritten while the thought grows", async ({ chat, upstream }) => {
  await chat.ask("Why?");
  const question = await upstream.nextQuestion();
  question.reasoning("Let me");
  const summary = chat.answer.locator("summary");
  await expect(summary).toHaveText("Thinking…");
  const writes = await watchWrites(summary);
  for (const word of ["think", "about", "that"]) {
    question.reasoning(` ${word}`);
    await expect(chat.answer.locator(".reasoning p")).toContainText(word);
  }
  expect(await writes.again()).toBe(0);
  question.delta("So.");
  await expect(summary).toHaveText(/^Thought for/);
  question.delta(" It is.");
  question.finish();
  await expect(chat.status).toHaveText("Done");
  expect(await writes.again(), "once, when the answer begins").toBe(1);
});
