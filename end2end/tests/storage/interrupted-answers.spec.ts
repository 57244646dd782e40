// Shown text is kept in whatever way its page ends, and other tabs learn of the end.

import { setTimeout as after } from "node:timers/promises";
import type { BrowserContext, Page } from "@playwright/test";
import { RawChromium } from "../../support/raw-chromium";
import { Chat } from "../../support/chat-page";
import { SERVER_GONE } from "../../support/console-errors";
import { expect, test } from "../../support/fixtures";
import { crash } from "../../support/database";
import type { Question, Upstream } from "../../support/upstream";

/** Text that was on the page for longer than this is never lost, in milliseconds. */
const SHOWN_MS = 100;

/** Sends a hundred numbers a second until the connection ends. */
async function count(question: Question): Promise<void> {
  let open = true;
  void question.closed.then(() => (open = false));
  for (let number = 0; open; number++, await after(10)) question.delta(`${number} `);
}

/** Lets an answer grow for a while. Returns the last shown text and the page's address. */
async function startCounting(chat: Chat, upstream: Upstream, ms = 1500): Promise<{ question: Question; last: string; address: string }> {
  await chat.ask("Count");
  const question = await upstream.nextQuestion();
  void count(question);
  await expect(chat.answer).toContainText("1 2 3");
  await after(ms);
  const shown = (await chat.answer.innerText()).match(/(\d+ )+/)![0];
  await after(SHOWN_MS);
  return { question, last: shown.trim().split(" ").at(-1)!, address: chat.page.url() };
}

async function open(context: BrowserContext, address: string): Promise<Chat> {
  const chat = new Chat(await context.newPage());
  await chat.page.goto(address);
  await chat.alive();
  return chat;
}

const ways: Record<string, (page: Page) => Promise<unknown>> = {
  "its process is killed": crash,
  "it is closed": (page) => page.close(),
  "it is left": (page) => page.goto("about:blank"),
};

for (const [way, leave] of Object.entries(ways)) {
  test(`shown text is kept when ${way}`, async ({ chat, upstream, context, page }) => {
    const { question, last, address } = await startCounting(chat, upstream);
    await leave(page);
    expect(await question.closed).toBe("client");
    const again = await open(context, address);
    await expect(again.answer).toContainText(` ${last} `);
    await expect(again.status).toHaveText("Interrupted");
    await again.action(again.answer, "Continue").click();
    const rest = await upstream.nextQuestion();
    expect(rest.messages.at(-1)).toContain(` ${last} `);
    rest.delta(" and so on");
    await expect(again.answer).toContainText("and so on");
    rest.finish();
    await expect(again.status).toHaveText("Done");
    await again.page.reload();
    await again.alive();
    await expect(again.answer).toContainText("and so on");
    await expect(again.answer).toContainText(` ${last} `);
  });
}

test("shown text is kept when the whole browser is killed", async ({ launchOptions, baseURL, upstream, playwright, page }) => {
  const browser = await RawChromium.start(launchOptions.executablePath ?? playwright.chromium.executablePath(), launchOptions.args ?? []);
  const run = async <T>(page: string, expression: string): Promise<T> => {
    const answer = { expression, awaitPromise: true, returnByValue: true };
    return (await browser.ask<{ result: { value: T } }>("Runtime.evaluate", answer, page)).result.value;
  };
  // A page that is still opening has no context for scripts.
  const look = (page: string, expression: string) => run<unknown>(page, expression).catch(() => null);
  try {
    const { targetId } = await browser.ask("Target.createTarget", { url: `${baseURL}/` });
    const { sessionId } = await browser.ask("Target.attachToTarget", { targetId, flatten: true });
    await expect.poll(() => look(sessionId, "'ready' in document.documentElement.dataset")).toBe(true);
    await run(sessionId, "document.querySelector('textarea').focus()");
    await browser.ask("Input.insertText", { text: "Count" }, sessionId);
    await run(sessionId, "document.querySelector('.send').click()");
    const question = await upstream.nextQuestion();
    void count(question);
    await after(2500);
    const shown = await run<string>(sessionId, "document.querySelector('article.answer').innerText");
    await after(SHOWN_MS);
    const address = await run<string>(sessionId, "location.pathname");
    await browser.kill();
    expect(await question.closed).toBe("client");

    await browser.restart();
    const { targetId: again } = await browser.ask("Target.createTarget", { url: `${baseURL}${address}` });
    const { sessionId: there } = await browser.ask("Target.attachToTarget", { targetId: again, flatten: true });
    const last = shown.match(/(\d+ )+/)![0].trim().split(" ").at(-1);
    expect(Number(last)).toBeGreaterThan(50);
    const text = async () => (await look(there, "document.querySelector('article.answer')?.innerText")) ?? "";
    await expect.poll(text).toContain(` ${last} `);
    await expect.poll(() => look(there, "document.querySelector('[role=status]').textContent")).toBe("Interrupted");
  } finally {
    await browser.end();
    await page.close();
  }
});

test("a long answer isn't rewritten for each delta", async ({ chat, upstream, page }) => {
  await page.evaluate(() => {
    const put = IDBObjectStore.prototype.put;
    Reflect.set(window, "written", 0);
    IDBObjectStore.prototype.put = function (value: unknown, key?: IDBValidKey) {
      Reflect.set(window, "written", Reflect.get(window, "written") + String(value).length);
      return put.call(this, value, key);
    };
  });
  await chat.ask("At length");
  const question = await upstream.nextQuestion();
  const paragraph = `${"A line of the answer. ".repeat(20)}\n\n`;
  for (let part = 0; part < 200; part++, await after(10)) question.delta(paragraph);
  question.finish();
  await expect(chat.status).toHaveText("Done");
  const length = 200 * paragraph.length;
  // The answer is written once in pieces, once at the end, and as far as it has come every five seconds. Rewriting it for
  // each delta would be a hundred times as much.
  expect(await page.evaluate(() => Reflect.get(window, "written"))).toBeLessThan(6 * length);
});

for (const locks of [true, false]) {
  test(`a tab learns within 2 s that a writer died ${locks ? "with" : "without"} locks`, async ({
    context,
    baseURL,
    upstream,
  }) => {
    if (!locks) await context.addInitScript(() => Object.defineProperty(Navigator.prototype, "locks", { value: undefined }));
    const chat = await open(context, `${baseURL}/`);
    const { question, address } = await startCounting(chat, upstream, 500);
    const other = await open(context, address);
    await expect(other.answer).toContainText("1 2 3");
    // A silent model is no sign of a dead page.
    await after(6000);
    await expect(other.action(other.answer, "Continue")).toBeHidden();
    await expect(other.status).not.toHaveText("Interrupted");

    await crash(chat.page);
    expect(await question.closed).toBe("client");
    await expect(other.status).toHaveText("Interrupted", { timeout: 2000 });
    await expect(other.action(other.answer, "Continue")).toBeVisible();
  });
}

test("another tab sees no interruption at a normal end", async ({ chat, upstream, context }) => {
  await chat.ask("Count");
  const question = await upstream.nextQuestion();
  question.delta("one");
  await expect(chat.answer).toContainText("one");
  const other = await open(context, chat.page.url());
  await expect(other.answer).toContainText("one");
  await other.page.evaluate(() => {
    const said: string[] = [];
    Reflect.set(window, "said", said);
    const status = document.querySelector("[role=status]")!;
    new MutationObserver(() => said.push(status.textContent)).observe(status, { childList: true, characterData: true, subtree: true });
  });
  await after(2000);
  question.delta(", two");
  question.finish();
  await expect(other.answer).toContainText("one, two");
  await expect(other.status).toHaveText("Done");
  expect(await other.page.evaluate(() => Reflect.get(window, "said"))).not.toContain("Interrupted");
});

test("a connection counts as lost only for a page that stays", async ({ chat, upstream, server, context, consoleErrors, page }) => {
  consoleErrors.allow(...SERVER_GONE);
  const { question, last, address } = await startCounting(chat, upstream, 300);
  await server.kill("SIGKILL");
  await question.closed;
  await after(200); // the page has received it
  await page.close();
  await server.restart();
  const again = await open(context, address);
  await expect(again.status).toHaveText("Interrupted");
  await expect(again.answer).toContainText(` ${last} `);
  await expect(again.alert).toBeHidden();
});

test("a stream that breaks during navigation is interrupted", async ({
  chat,
  upstream,
  server,
  consoleErrors,
  page,
}) => {
  consoleErrors.allow(...SERVER_GONE);
  const { question } = await startCounting(chat, upstream, 300);
  // Firefox and WebKit end a page's streams as soon as another page is requested, which may never arrive.
  await page.evaluate(() => dispatchEvent(new Event("beforeunload")));
  await server.kill("SIGKILL");
  await question.closed;
  await expect(chat.status).toHaveText("Interrupted");
  await expect(chat.alert).toBeHidden();
  await server.restart();
  await chat.action(chat.answer, "Continue").click();
  const rest = await upstream.nextQuestion();
  rest.finish();
  await expect(chat.status).toHaveText("Done");
});
