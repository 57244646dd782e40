// Where the reader is in a conversation: at its end while it grows, and wherever they scroll to instead.

import type { Locator, Page } from "@playwright/test";
import type { Chat } from "./support/chat";
import { expect, test } from "./support/fixtures";
import type { Question, Upstream } from "./support/upstream";

const main = (page: Page): Locator => page.getByRole("main");
const jump = (page: Page): Locator => page.getByRole("button", { name: "Jump to latest" });
const top = (page: Page): Promise<number> => main(page).evaluate((main) => main.scrollTop);
const below = (page: Page) => () => main(page).evaluate((main) => main.scrollHeight - main.scrollTop - main.clientHeight);

const lines = (question: Question, count: number): void => question.delta("A line of the answer.\n\n".repeat(count));

/** An answer that is longer than the window, and still being written. */
async function long(chat: Chat, upstream: Upstream, asked: string, count: number): Promise<Question> {
  await chat.ask(asked);
  const question = await upstream.asked();
  lines(question, count);
  await expect.poll(() => chat.answer.getByRole("paragraph").count()).toBe(count);
  await expect.poll(below(chat.page)).toBeLessThan(2);
  return question;
}

async function wheel(page: Page, pixels: number): Promise<void> {
  await main(page).hover();
  await page.mouse.wheel(0, pixels);
}

test("a few pixels upwards are enough to be left alone, while words come all the time", async ({ chat, upstream, page }) => {
  const question = await long(chat, upstream, "A long one", 80);
  const flow = setInterval(() => question.delta("More. "), 20);
  await wheel(page, -3);
  await expect(jump(page)).toBeVisible();
  clearInterval(flow);
  const before = await top(page);
  lines(question, 40);
  await expect.poll(below(page)).toBeGreaterThan(500);
  expect(await top(page)).toBeLessThanOrEqual(before);
  question.finish();
  await expect(chat.status).toHaveText("Done");
  await wheel(page, 100_000);
  await expect(jump(page), "who comes down again reads along again").toBeHidden();
});

test("who scrolls up in the frame in which much arrives is left alone, too", async ({ chat, upstream, page }) => {
  const question = await long(chat, upstream, "A long one", 80);
  await main(page).evaluate((main) => {
    const content = main.firstElementChild!;
    const before = content.clientHeight;
    new ResizeObserver((_, observer) => {
      if (content.clientHeight <= before) return;
      observer.disconnect();
      main.scrollTop -= 30;
    }).observe(content);
  });
  lines(question, 20);
  await expect(jump(page)).toBeVisible();
  lines(question, 20);
  await expect.poll(below(page)).toBeGreaterThan(500);
  question.finish();
  await expect(chat.status).toHaveText("Done");
});

test("a conversation that is opened shows its end, wherever the reader was in the one before", async ({ chat, upstream, page }) => {
  for (const [asked, count] of [["A longer one", 120], ["A long one", 60]] as const) {
    await chat.newChat.click();
    (await long(chat, upstream, asked, count)).finish();
    await expect(chat.status).toHaveText("Done");
  }
  await wheel(page, -300);
  await expect(jump(page)).toBeVisible();
  await chat.conversations.getByRole("link", { name: "A longer one", exact: true }).click();
  await expect(chat.answer.getByRole("paragraph")).toHaveCount(120);
  await expect.poll(below(page)).toBeLessThan(2);
  await expect(jump(page)).toBeHidden();
});

test("Enter that asks nothing leaves the reader where they are, and a question leads to its answer", async ({ chat, upstream, page }) => {
  const question = await long(chat, upstream, "A long one", 80);
  await wheel(page, -300);
  await expect(jump(page)).toBeVisible();
  await expect.poll(below(page)).toBe(300);
  await chat.box.fill("Not yet");
  await chat.box.press("Enter");
  await expect(chat.box, "one answer at a time").toHaveValue("Not yet");
  question.finish();
  await expect(chat.status).toHaveText("Done");
  await chat.box.fill("");
  await chat.box.press("Enter");
  await expect(jump(page)).toBeVisible();
  expect(await below(page)()).toBeGreaterThan(200);
  await chat.box.fill("And now?");
  await chat.box.press("Enter");
  (await upstream.asked()).finish();
  await expect.poll(below(page)).toBeLessThan(2);
});
