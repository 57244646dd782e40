// A first visit loads only a part of the page's code. The rest is fetched at the first touch of the page, and what the user
// does until it arrives isn't lost.

import type { Page } from "@playwright/test";
import { Chat } from "../../support/chat-page";
import { expect, test } from "../../support/fixtures";

/** Controls the requests for the rest of the code. */
class Rest {
  asked = 0;
  private answer: () => Promise<"come" | "fail"> = async () => "come";

  constructor(private readonly page: Page) {}

  async watch(): Promise<void> {
    await this.page.route(/\/(split|chunk)_[^/]*\.wasm/, async (route) => {
      this.asked += 1;
      await ((await this.answer()) === "come" ? route.continue() : route.abort());
    });
  }

  /** Holds the requests back until the returned function is called. */
  hold(): () => void {
    let release = () => {};
    const released = new Promise<void>((resolve) => (release = resolve));
    this.answer = async () => (await released, "come");
    return release;
  }

  fail(): void {
    this.answer = async () => "fail";
  }

  come(): void {
    this.answer = async () => "come";
  }
}

test("no more code is fetched until the page is touched", async ({ page }) => {
  const rest = new Rest(page);
  await rest.watch();
  const chat = await new Chat(page).open();
  await page.waitForLoadState("networkidle");
  expect(rest.asked).toBe(0);
  await chat.box.press("a");
  await expect.poll(() => rest.asked).toBeGreaterThan(0);
});

test("Send asks once, as soon as the rest has arrived", async ({ page, upstream }) => {
  const rest = new Rest(page);
  await rest.watch();
  const release = rest.hold();
  const chat = await new Chat(page).open();
  await chat.box.fill("Am I early?");
  await chat.send.click();
  await chat.box.press("Enter");
  await expect(chat.box).toHaveValue("Am I early?");
  release();
  const question = await upstream.nextQuestion();
  expect(question.messages).toEqual(["user: Am I early?"]);
  question.delta("Not at all");
  await expect(chat.answer).toContainText("Not at all");
  question.finish();
  await expect(chat.status).toHaveText("Done");
  expect(upstream.questions).toHaveLength(1);
});

test("a failed fetch is reported, and the draft can be sent again", async ({
  page,
  upstream,
  consoleErrors,
}) => {
  consoleErrors.allow(/ERR_FAILED|Failed to fetch|Failed to load/);
  const rest = new Rest(page);
  await rest.watch();
  rest.fail();
  const chat = await new Chat(page).open();
  await chat.ask("Is anybody there?");
  await expect(chat.alert).toContainText("A part of this page can't be loaded");
  await expect(page.getByRole("button", { name: "Reload", exact: true })).toBeVisible();
  await expect(chat.box).toHaveValue("Is anybody there?");
  rest.come();
  await chat.send.click();
  (await upstream.nextQuestion()).finish();
  await expect(chat.status).toHaveText("Done");
  await expect(page.getByText("A part of this page can't be loaded")).toBeHidden();
  expect(upstream.questions).toHaveLength(1);
});

test("late code is reported, and the question is asked then", async ({ page, upstream }) => {
  const rest = new Rest(page);
  await rest.watch();
  const release = rest.hold();
  const chat = await new Chat(page).open();
  await chat.ask("Is anybody there?");
  const began = performance.now();
  await expect(chat.alert).toContainText("still on its way");
  expect(performance.now() - began).toBeLessThan(5000);
  await expect(page.getByRole("button", { name: "Reload", exact: true })).toBeVisible();
  await expect(chat.box).toHaveValue("Is anybody there?");
  release();
  const question = await upstream.nextQuestion();
  expect(question.messages).toEqual(["user: Is anybody there?"]);
  await expect(page.getByRole("button", { name: "Reload", exact: true })).toBeHidden();
  question.finish();
  await expect(chat.status).toHaveText("Done");
});

test("a reload keeps text typed while a part was missing", async ({ page, upstream }) => {
  const rest = new Rest(page);
  await rest.watch();
  rest.hold();
  const chat = await new Chat(page).open();
  await chat.ask("Is anybody there?");
  await page.getByRole("button", { name: "Reload", exact: true }).click();
  rest.come();
  await chat.alive();
  await expect(chat.box).toHaveValue("Is anybody there?");
  await chat.send.click();
  expect((await upstream.nextQuestion()).messages).toEqual(["user: Is anybody there?"]);
});

test("the task page reports its late code, the chat doesn't", async ({ page, chat }) => {
  const rest = new Rest(page);
  await rest.watch();
  const release = rest.hold();
  await chat.page.getByRole("link", { name: "How it works" }).click();
  await expect(chat.alert).toContainText("still on its way");
  await expect(page.getByRole("button", { name: "Reload", exact: true })).toBeVisible();
  await page.evaluate(() => history.back());
  await expect(chat.box).toBeVisible();
  await expect(chat.alert).toBeHidden();
  release();
});

test("a question asked early continues its conversation", async ({ chat, upstream, page }) => {
  await chat.ask("About cats");
  const first = await upstream.nextQuestion();
  first.delta("They purr");
  first.finish();
  await expect(chat.status).toHaveText("Done");

  const rest = new Rest(page);
  await rest.watch();
  const release = rest.hold();
  await page.reload();
  await expect.poll(() => rest.asked).toBeGreaterThan(0);
  await chat.box.fill("And dogs?");
  await chat.box.press("Enter");
  release();
  const second = await upstream.nextQuestion();
  expect(second.messages).toEqual(["user: About cats", "assistant: They purr", "user: And dogs?"]);
  second.finish();
  await expect(chat.log.getByRole("article")).toHaveCount(4);
  expect(upstream.questions).toHaveLength(2);
});

test("the task page reports that its code can't be fetched", async ({ page, chat, consoleErrors }) => {
  consoleErrors.allow(/ERR_FAILED|Failed to fetch|Failed to load/);
  const rest = new Rest(page);
  await rest.watch();
  rest.fail();
  await chat.page.getByRole("link", { name: "How it works" }).click();
  await expect(page.getByRole("heading", { name: "This page can't be loaded" })).toBeVisible();
  await page.goto("/task");
  await expect(page.getByRole("alert")).toHaveText(/can't be loaded/);
  rest.come();
  await page.reload();
  await expect(page.locator("html[data-ready]")).toBeAttached();
  await expect(page.getByRole("button", { name: "Start" })).toBeVisible();
});

test("the page can be left at any moment without errors", async ({ page }) => {
  test.slow();
  const chat = await new Chat(page).open();
  await chat.wake();
  const chapter = page.getByRole("heading", { name: "A page and its task" });
  for (let frames = 0; frames <= 40; frames++) {
    await leaveAfter(page, frames);
    await expect(chapter).toBeVisible();
    await page.goBack(); // the code is loaded by now, so the page is awake at once
    await expect(chat.box).toBeVisible();
  }
  await leaveAfter(page, 0);
  await expect(chapter).toBeVisible();
});

test("the page can be left while code arrives, without errors", async ({ page }) => {
  test.slow();
  const chat = new Chat(page);
  for (const frames of [0, 1, 2, 3, 5, 8, 13, 21, 34]) {
    await chat.open();
    await chat.box.evaluate((box) => box.dispatchEvent(new PointerEvent("pointermove", { bubbles: true })));
    await leaveAfter(page, frames);
    await expect(page.getByRole("heading", { name: "A page and its task" })).toBeVisible();
    await page.waitForLoadState("networkidle"); // the late responses have arrived
  }
});

/** Goes to another page of the app after some frames, without leaving the document. */
async function leaveAfter(page: Page, frames: number): Promise<void> {
  await page.getByRole("link", { name: "How it works" }).evaluate(async (link: HTMLElement, frames) => {
    for (let frame = 0; frame < frames; frame++) await new Promise(requestAnimationFrame);
    link.click();
  }, frames);
}
