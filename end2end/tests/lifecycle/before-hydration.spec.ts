// The server draws the page, which looks ready before its code has arrived. Input until then isn't lost.

import type { Page } from "@playwright/test";
import { Chat } from "../../support/chat-page";
import { expect, test as base } from "../../support/fixtures";
import { EssayPage } from "../../support/essay-page";

/** Holds back the page's code. */
class Slow {
  private release: () => void = () => {};
  private readonly released = new Promise<void>((resolve) => (this.release = resolve));

  constructor(private readonly page: Page) {}

  /** Opens a page whose code hasn't arrived. */
  async open(path: string): Promise<void> {
    await this.page.route("**/*.wasm", async (route) => {
      await this.released;
      await route.continue();
    });
    await this.page.goto(path, { waitUntil: "domcontentloaded" });
    await expect(this.page.locator("html[data-ready]")).not.toBeAttached();
  }

  /** Releases the code, and waits until the page is hydrated. */
  async arrive(): Promise<void> {
    this.release();
    await expect(this.page.locator("html[data-ready]")).toBeAttached();
  }
}

const test = base.extend<{ slow: Slow; drawn: Chat }>({
  slow: async ({ page }, use) => use(new Slow(page)),
  drawn: async ({ page }, use) => use(new Chat(page)),
});

const ways: Record<string, (chat: Chat) => Promise<void>> = {
  Send: (chat) => chat.send.click(),
  "Send, twice,": (chat) => chat.doubleClick(chat.send),
  Enter: (chat) => chat.box.press("Enter"),
};

for (const [key, press] of Object.entries(ways)) {
  test(`${key} before the code arrives asks when it does`, async ({ slow, drawn, upstream }) => {
    await slow.open("/");
    await drawn.box.fill("Am I early?");
    await press(drawn);
    await slow.arrive();
    const question = await upstream.nextQuestion();
    expect(question.messages).toEqual(["user: Am I early?"]);
    question.delta("Not at all");
    await expect(drawn.answer).toContainText("Not at all");
    question.finish();
    await expect(drawn.status).toHaveText("Done");
    await expect(drawn.box).toHaveValue("");
    expect(upstream.questions).toHaveLength(1);
  });
}

test("text typed before the code arrives stays and can be sent", async ({ slow, drawn, upstream }) => {
  await slow.open("/");
  await drawn.box.pressSequentially("Am I ");
  await slow.arrive();
  await expect(drawn.box).toHaveValue("Am I ");
  expect(upstream.questions).toHaveLength(0);
  await drawn.box.pressSequentially("early?");
  await drawn.send.click();
  expect((await upstream.nextQuestion()).messages).toEqual(["user: Am I early?"]);
});

test("Shift+Enter before the code arrives breaks the line", async ({ slow, drawn, upstream }) => {
  await slow.open("/");
  await drawn.box.pressSequentially("one");
  await drawn.box.press("Shift+Enter");
  await drawn.box.pressSequentially("two");
  await slow.arrive();
  await expect(drawn.box).toHaveValue("one\ntwo");
  expect(upstream.questions).toHaveLength(0);
});

test("a question sent early continues the open conversation", async ({ slow, drawn, chat, upstream }) => {
  await chat.ask("first");
  const first = await upstream.nextQuestion();
  first.delta("one");
  first.finish();
  await expect(chat.status).toHaveText("Done");

  await slow.open(new URL(chat.page.url()).pathname);
  await drawn.ask("second");
  await slow.arrive();
  const second = await upstream.nextQuestion();
  expect(second.messages).toEqual(["user: first", "assistant: one", "user: second"]);
  second.delta("two");
  await expect(drawn.answer).toContainText("two");
  await expect(drawn.message(1)).toContainText("one");
  expect(upstream.questions).toHaveLength(2);
});

test("text typed early follows the stored draft", async ({ slow, drawn, chat }) => {
  await chat.box.fill("an old draft");
  await slow.open("/");
  await drawn.box.fill("a new one");
  await slow.arrive();
  await expect(drawn.box).toHaveValue("an old draft\na new one");
});

test("a task that is started early starts", async ({ slow, page }) => {
  const task = new EssayPage(page);
  await slow.open("/task");
  await task.start.click();
  await slow.arrive();
  await expect(task.cancel).toBeVisible();
  await expect(task.messages.first()).toBeVisible();
});

test("a checkbox ticked early stays ticked and counts", async ({ slow, page }) => {
  const task = new EssayPage(page);
  await slow.open("/task");
  await task.crash.check();
  await slow.arrive();
  await expect(task.crash).toBeChecked();
  await task.start.click();
  await expect(task.status).toHaveText("Crashed");
});

test("data-ready is set only once the page is hydrated", async ({ slow, page }) => {
  for (const path of ["/", "/task"]) {
    await page.goto(path);
    await expect(page.locator("html[data-ready]")).toBeAttached();
  }
  await slow.open("/task");
  const task = new EssayPage(page);
  await slow.arrive();
  await task.counter.click();
  await expect(task.counter).toHaveText("Counter: 1");
});
