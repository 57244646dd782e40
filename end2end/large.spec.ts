// What can't be interrupted is small: however much there is, the page hears clicks and keys, and draws.

import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import type { Page, TestInfo } from "@playwright/test";
import type { Chat } from "./support/chat";
import { expect, test } from "./support/fixtures";

/** A slice is 16 ms, and what was begun in it has until 50. The rest is for a machine that is busy: the browser counts the
 * time in which other programs had the processor, too. */
const LONGEST_MS = 200;

/** The browser lays out a list, and a part of a code block, as a whole: a list takes longer with each part that is drawn. */
const LAYOUT_MS = 500;

/** The browser itself copies a record as a whole, in and out of its store. */
const RECORD_MS = 1000;

test.slow();

/** Watches how long the page's thread is busy at a time. */
async function watch(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(() => {
    let longest = 0;
    new PerformanceObserver((list) => {
      for (const task of list.getEntries()) longest = Math.max(longest, task.duration);
    }).observe({ type: "longtask" });
    Reflect.set(window, "longest", () => longest);
  });
  return () => page.evaluate(() => (Reflect.get(window, "longest") as () => number)());
}

interface Said {
  id: string;
  role: "user" | "assistant";
  text: string;
  files?: { name: string; mime: string; data: string }[];
}

/** A file of one conversation, of branches that are so long. */
async function file(testInfo: TestInfo, said: Said[], branch = Infinity): Promise<string> {
  const messages = said.map((message, at) => ({
    ...message,
    parent: at % branch ? said[at - 1]!.id : null,
    exit: { reason: "normal" },
    asked_ms: at + 1,
    writer: "elsewhere",
  }));
  const conversation = { id: randomBytes(8).toString("hex"), title: "A large one", updated_ms: 1, head: said.at(-1)!.id };
  const path = testInfo.outputPath("large.json");
  await writeFile(path, JSON.stringify({ starcrossed: 1, conversations: [{ conversation, messages }] }));
  return path;
}

const many = (count: number): Said[] =>
  Array.from({ length: count }, (_, at) => ({
    id: `m${String(at).padStart(6, "0")}`,
    role: at % 2 ? "assistant" : "user",
    text: `Message number ${at}`,
  }));

async function pick(chat: Chat, path: string): Promise<void> {
  const transfer = chat.conversations.locator("details.transfer");
  if (!(await transfer.evaluate((details: HTMLDetailsElement) => details.open))) {
    await chat.conversations.getByText("Export and import").click();
  }
  await chat.conversations.locator("input[type=file]").setInputFiles(path);
}

const large = (chat: Chat) => chat.conversations.getByRole("link", { name: "A large one" });

test("a hundred thousand messages are imported, opened, searched and deleted, and the page is never blocked", async ({ chat, page }, testInfo) => {
  await chat.wake();
  const longest = await watch(page);
  await pick(chat, await file(testInfo, many(100_000)));
  await expect(chat.conversations.getByText(/^(Reading|Importing): /)).toBeVisible();
  await expect(chat.conversations.getByText("1 imported")).toBeVisible({ timeout: 60_000 });
  expect(await longest(), "importing").toBeLessThanOrEqual(LONGEST_MS);

  await large(chat).click();
  await expect(chat.answer).toContainText("Message number 99999", { timeout: 30_000 });
  await page.getByRole("button", { name: "Show earlier messages" }).click();
  await expect(chat.log).toContainText("Message number 99921");
  expect(await longest(), "opening").toBeLessThanOrEqual(LONGEST_MS);

  await chat.conversations.getByRole("searchbox").fill("number 99990");
  await expect(chat.conversations.getByRole("listitem").getByText("Message number 99990")).toBeVisible({ timeout: 30_000 });
  await chat.conversations.getByRole("searchbox").fill("");
  expect(await longest(), "searching").toBeLessThanOrEqual(LONGEST_MS);

  await chat.conversations.getByRole("button", { name: "Delete A large one" }).click();
  await expect(chat.conversations.getByText("Deleted “A large one”")).toBeVisible({ timeout: 30_000 });
  expect(await longest(), "deleting").toBeLessThanOrEqual(LONGEST_MS);
});

test("a question is asked in a conversation of a hundred thousand messages, and the page is never blocked", async ({ chat, page, upstream }, testInfo) => {
  await chat.wake();
  await pick(chat, await file(testInfo, many(100_000), 1000));
  await expect(chat.conversations.getByText("1 imported")).toBeVisible({ timeout: 60_000 });
  await large(chat).click();
  await expect(chat.answer).toContainText("Message number 99999", { timeout: 30_000 });
  const longest = await watch(page);
  for (const text of ["One more", "And another"]) {
    await chat.ask(`${text}?`);
    const question = await upstream.asked();
    question.delta(`${text}.`);
    question.finish();
    await expect(chat.status).toHaveText("Done");
    await expect(chat.answer).toContainText(`${text}.`);
  }
  expect(await longest()).toBeLessThanOrEqual(LONGEST_MS);
});

test("a cancelled import leaves everything as it was", async ({ chat, page }, testInfo) => {
  await chat.wake();
  await pick(chat, await file(testInfo, many(20_000)));
  await expect(chat.conversations.getByText(/^Importing: [1-9]/)).toBeVisible();
  await chat.conversations.getByRole("button", { name: "Cancel" }).click();
  await expect(chat.conversations.getByText("Cancelled. Nothing was imported.")).toBeVisible();
  await expect(large(chat)).toHaveCount(0);
  const left = await page.evaluate(async () => {
    const open = indexedDB.open("starcrossed");
    const database = await new Promise<IDBDatabase>((opened) => (open.onsuccess = () => opened(open.result)));
    const count = database.transaction("messages").objectStore("messages").count();
    return new Promise((counted) => (count.onsuccess = () => counted(count.result)));
  });
  expect(left).toBe(0);
});

test("a record of 30 MB is imported, opened and exported, and the page is blocked for no longer than the browser copies it", async ({ chat, page }, testInfo) => {
  await chat.wake();
  const longest = await watch(page);
  const text = `It begins.\n\n${"A line with \"quotes\" and ünïcödé.\n".repeat(900_000)}`;
  const said: Said[] = [{ id: "q", role: "user", text }, { id: "r", role: "assistant", text: "Thank you" }];
  await pick(chat, await file(testInfo, said));
  await expect(chat.conversations.getByText("1 imported")).toBeVisible({ timeout: 60_000 });
  await large(chat).click();
  await expect(chat.answer).toContainText("Thank you", { timeout: 30_000 });
  await expect(page.getByRole("button", { name: "Show more" })).toBeVisible();
  const download = page.waitForEvent("download", { timeout: 60_000 });
  await page.getByRole("button", { name: "Export all" }).click();
  expect((await download).suggestedFilename()).toBe("starcrossed.json");
  expect(await longest()).toBeLessThanOrEqual(RECORD_MS);
});

test("a record of 300 files is imported, opened and exported in slices, too", async ({ chat, page }, testInfo) => {
  await chat.wake();
  const longest = await watch(page);
  const data = "A line with \"quotes\" and ünïcödé.\n".repeat(3000);
  const files = Array.from({ length: 300 }, (_, at) => ({ name: `${at}.txt`, mime: "text/plain", data }));
  const said: Said[] = [{ id: "q", role: "user", text: "These", files }, { id: "r", role: "assistant", text: "Thank you" }];
  await pick(chat, await file(testInfo, said));
  await expect(chat.conversations.getByText("1 imported")).toBeVisible({ timeout: 60_000 });
  await large(chat).click();
  await expect(chat.answer).toContainText("Thank you", { timeout: 30_000 });
  const download = page.waitForEvent("download", { timeout: 60_000 });
  await page.getByRole("button", { name: "Export all" }).click();
  expect((await download).suggestedFilename()).toBe("starcrossed.json");
  expect(await longest()).toBeLessThanOrEqual(RECORD_MS);
});

test("an answer that is a code block of megabytes is drawn without blocking the page, and copied as one", async ({ chat, page, context }, testInfo) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await chat.wake();
  const code = Array.from({ length: 100_000 }, (_, at) => `let line_${at} = a < b && c;\n`).join("");
  const text = `Here:\n\n\`\`\`rust\n${code}\`\`\`\n\nThat is all.`;
  const said: Said[] = [{ id: "q", role: "user", text: "All of it?" }, { id: "r", role: "assistant", text }];
  await pick(chat, await file(testInfo, said));
  await expect(chat.conversations.getByText("1 imported")).toBeVisible({ timeout: 60_000 });
  const longest = await watch(page);
  await large(chat).click();
  await shown(page, "p", "That is all.");
  expect(await longest()).toBeLessThanOrEqual(LAYOUT_MS);
  const copy = chat.answer.getByRole("button", { name: "Copy code" });
  await expect(copy).toHaveCount(1);
  await copy.click();
  await expect.poll(() => page.evaluate(async () => (await navigator.clipboard.readText()).length)).toBe(code.length);
});

test("an answer that is a list of a megabyte is there at once, and is drawn without blocking the page", async ({ chat, page }, testInfo) => {
  await chat.wake();
  const list = Array.from({ length: 30_000 }, (_, at) => `- item ${at}, and a few more words`).join("\n");
  const said: Said[] = [{ id: "q", role: "user", text: "All of them?" }, { id: "r", role: "assistant", text: list }];
  await pick(chat, await file(testInfo, said));
  await expect(chat.conversations.getByText("1 imported")).toBeVisible({ timeout: 60_000 });
  const longest = await watch(page);
  await large(chat).click();
  await shown(page, "li", "item 0,");
  await chat.box.fill("I can type");
  await shown(page, "li", "item 29999,");
  expect(await longest()).toBeLessThanOrEqual(LAYOUT_MS);
});

/** Waits until the first or the last such element of the page says this. A locator would copy a megabyte at each look. */
async function shown(page: Page, tag: "li" | "p", text: string): Promise<void> {
  const isShown = ([tag, text]: string[]) => {
    const found = document.querySelectorAll(`article .markdown ${tag}`);
    return [found[0], found[found.length - 1]].some((element) => element?.textContent?.includes(text!));
  };
  await page.waitForFunction(isShown, [tag, text], { timeout: 60_000, polling: 250 });
}
