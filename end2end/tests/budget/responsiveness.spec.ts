// Long work runs in slices: with any amount of data the page stays responsive.

import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import type { Page, TestInfo } from "@playwright/test";
import type { Chat } from "../../support/chat-page";
import { expect, test } from "../../support/fixtures";
import { crash } from "../../support/database";
import { longestTask } from "../../support/long-tasks";

/** A slice takes 16 ms, and its last step may run until 50 ms. The rest is a margin for a slow machine: a fault of this kind
 * takes seconds. */
const LONGEST_MS = 200;

/** The browser copies a record in one piece, into its database and out of it. */
const RECORD_MS = 500;

test.slow();

/** Acts, and expects no task of the main thread longer than this. */
async function expectResponsive(page: Page, what: string, act: () => Promise<void>, most = LONGEST_MS): Promise<void> {
  expect(await longestTask(page, act), what).toBeLessThanOrEqual(most);
}

interface Said {
  id: string;
  role: "user" | "assistant";
  text: string;
  exit?: { reason: string };
  files?: { name: string; mime: string; data: string }[];
}

/** A file with one conversation whose branches have this length. */
async function file(testInfo: TestInfo, said: Said[], branch = Infinity): Promise<string> {
  const messages = said.map((message, at) => ({
    exit: { reason: "normal" },
    ...message,
    parent: at % branch ? said[at - 1]!.id : null,
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

async function chooseFile(chat: Chat, path: string): Promise<void> {
  const transfer = chat.conversations.locator("details.transfer");
  if (!(await transfer.evaluate((details: HTMLDetailsElement) => details.open))) {
    await chat.conversations.getByText("Export and import").click();
  }
  await chat.conversations.locator("input[type=file]").setInputFiles(path);
}

const largeOne = (chat: Chat) => chat.conversations.getByRole("link", { name: "A large one" });

/** Imports a file, and waits for the end of the import. */
async function importFile(chat: Chat, path: string, count = 1): Promise<void> {
  await chooseFile(chat, path);
  await expect(chat.conversations.getByText(`${count} imported`)).toBeVisible({ timeout: 120_000 });
}

async function exportAll(page: Page): Promise<void> {
  const download = page.waitForEvent("download", { timeout: 60_000 });
  await page.getByRole("button", { name: "Export all" }).click();
  expect((await download).suggestedFilename()).toBe("starcrossed.json");
}

test("100,000 messages never block the page", async ({ chat, page }, testInfo) => {
  test.setTimeout(600_000);
  await chat.wake();
  const path = await file(testInfo, many(100_000));
  await expectResponsive(page, "importing", async () => {
    await chooseFile(chat, path);
    await expect(chat.conversations.getByText(/^(Reading|Importing): /)).toBeVisible();
    await expect(chat.conversations.getByText("1 imported")).toBeVisible({ timeout: 120_000 });
  });
  await expectResponsive(page, "opening", async () => {
    await largeOne(chat).click();
    await expect(chat.answer).toContainText("Message number 99999", { timeout: 60_000 });
  });
  await expectResponsive(page, "showing earlier ones", async () => {
    await page.getByRole("button", { name: "Show earlier messages" }).click();
    await expect(chat.log).toContainText("Message number 99921");
  });
  const search = chat.conversations.getByRole("searchbox");
  await expectResponsive(page, "searching", async () => {
    await search.fill("number 99990");
    const found = chat.conversations.getByRole("listitem").getByText("Message number 99990");
    await expect(found).toBeVisible({ timeout: 60_000 });
    await search.fill("");
  });
  await expectResponsive(page, "deleting", async () => {
    await chat.conversations.getByRole("button", { name: "Delete A large one" }).click();
    await expect(chat.conversations.getByText("Deleted “A large one”")).toBeVisible({ timeout: 60_000 });
  });
  await expectResponsive(page, "putting back", async () => {
    await chat.conversations.getByRole("button", { name: "Undo" }).click();
    await expect(largeOne(chat)).toBeVisible({ timeout: 120_000 });
  });
});

test("a question among 100,000 messages never blocks the page", async ({ chat, page, upstream }, testInfo) => {
  await chat.wake();
  await importFile(chat, await file(testInfo, many(100_000), 1000));
  await largeOne(chat).click();
  await expect(chat.answer).toContainText("Message number 99999", { timeout: 60_000 });
  for (const text of ["One more", "And another"]) {
    await expectResponsive(page, text, async () => {
      await chat.ask(`${text}?`);
      const question = await upstream.nextQuestion();
      question.delta(`${text}.`);
      question.finish();
      await expect(chat.status).toHaveText("Done");
      await expect(chat.answer).toContainText(`${text}.`);
    });
  }
});

test("10,000 conversations reload without blocking the page", async ({ chat, page }) => {
  await chat.wake();
  await page.evaluate(async () => {
    const open = indexedDB.open("starcrossed");
    const database = await new Promise<IDBDatabase>((opened) => (open.onsuccess = () => opened(open.result)));
    const writing = database.transaction(["conversations", "messages"], "readwrite");
    for (let at = 0; at < 10_000; at++) {
      const message = { id: "m", role: "user", text: `Words ${at}`, exit: { reason: "normal" } };
      writing.objectStore("conversations").put(JSON.stringify({ id: `c${at}`, title: `Number ${at}`, updated_ms: at, head: "m" }), `c${at}`);
      writing.objectStore("messages").put(JSON.stringify(message), `c${at}/m`);
    }
    await new Promise((written) => (writing.oncomplete = written));
    database.close();
  });
  await expectResponsive(page, "reloading", async () => {
    await page.reload();
    await chat.alive();
    await chat.wake();
    await expect(chat.conversations.getByRole("link", { name: "Number 9999", exact: true })).toBeVisible({ timeout: 60_000 });
  });
  await expectResponsive(page, "searching", async () => {
    await chat.conversations.getByRole("searchbox").fill("words 9987");
    await expect(chat.conversations.getByText("Words 9987")).toBeVisible({ timeout: 120_000 });
  });
});

test("a cancelled import leaves everything as it was", async ({ chat, page }, testInfo) => {
  await chat.wake();
  await chooseFile(chat, await file(testInfo, many(20_000)));
  await expect(chat.conversations.getByText(/^Importing: [1-9]/)).toBeVisible();
  await chat.conversations.getByRole("button", { name: "Cancel" }).click();
  await expect(chat.conversations.getByText("Cancelled. Nothing was imported.")).toBeVisible();
  await expect(largeOne(chat)).toHaveCount(0);
  const left = await page.evaluate(async () => {
    const open = indexedDB.open("starcrossed");
    const database = await new Promise<IDBDatabase>((opened) => (open.onsuccess = () => opened(open.result)));
    const count = database.transaction("messages").objectStore("messages").count();
    return new Promise((counted) => (count.onsuccess = () => counted(count.result)));
  });
  expect(left).toBe(0);
});

test("a 30 MB record blocks the page only while it is copied", async ({ chat, page }, testInfo) => {
  await chat.wake();
  const text = `It begins.\n\n${"A line with \"quotes\" and ünïcödé.\n".repeat(900_000)}`;
  const said: Said[] = [{ id: "q", role: "user", text }, { id: "r", role: "assistant", text: "Thank you" }];
  const path = await file(testInfo, said);
  await expectResponsive(page, "importing", () => importFile(chat, path), RECORD_MS);
  const open = async () => {
    await largeOne(chat).click();
    await expect(chat.answer).toContainText("Thank you", { timeout: 60_000 });
    await expect(page.getByRole("button", { name: "Show more" })).toBeVisible();
  };
  await expectResponsive(page, "opening", open, RECORD_MS);
  await expectResponsive(page, "exporting", () => exportAll(page), RECORD_MS);
});

test("a record of 300 files is handled in slices", async ({ chat, page }, testInfo) => {
  await chat.wake();
  const data = "A line with \"quotes\" and ünïcödé.\n".repeat(3000);
  const files = Array.from({ length: 300 }, (_, at) => ({ name: `${at}.txt`, mime: "text/plain", data }));
  const said: Said[] = [{ id: "q", role: "user", text: "These", files }, { id: "r", role: "assistant", text: "Thank you" }];
  const path = await file(testInfo, said);
  await expectResponsive(page, "importing", () => importFile(chat, path), RECORD_MS);
  const open = async () => {
    await largeOne(chat).click();
    await expect(chat.answer).toContainText("Thank you", { timeout: 60_000 });
  };
  await expectResponsive(page, "opening", open, RECORD_MS);
  await expectResponsive(page, "exporting", () => exportAll(page), RECORD_MS);
});

test("megabytes of code are drawn in slices and copied as one", async ({ chat, page, context }, testInfo) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await chat.wake();
  const code = Array.from({ length: 100_000 }, (_, at) => `let line_${at} = a < b && c;\n`).join("");
  const text = `Here:\n\n\`\`\`rust\n${code}\`\`\`\n\nThat is all.`;
  const said: Said[] = [{ id: "q", role: "user", text: "All of it?" }, { id: "r", role: "assistant", text }];
  await importFile(chat, await file(testInfo, said));
  await expectResponsive(page, "drawing", async () => {
    await largeOne(chat).click();
    await expectShown(page, "p", "That is all.");
  });
  const copy = chat.answer.getByRole("button", { name: "Copy code" });
  await expect(copy).toHaveCount(1);
  await copy.click();
  await expect.poll(() => page.evaluate(async () => (await navigator.clipboard.readText()).length)).toBe(code.length - 1);
});

test("a megabyte of list or table is drawn in slices", async ({ chat, page }, testInfo) => {
  await chat.wake();
  const list = Array.from({ length: 30_000 }, (_, at) => `- item ${at}, and a few more words`).join("\n");
  const rows = Array.from({ length: 20_000 }, (_, at) => `| cell ${at} | some *words* | and a few more |`).join("\n");
  for (const [title, tag, first, last, text] of [
    ["list", "li", "item 0,", "item 29999,", list],
    ["table", "td", "cell 0", "and a few more", ["| a | b | c |\n|---|---|---|", rows].join("\n")],
  ] as const) {
    const said: Said[] = [{ id: "q", role: "user", text: `A ${title}?` }, { id: "r", role: "assistant", text }];
    await importFile(chat, await file(testInfo, said));
    await expectResponsive(page, title, async () => {
      await largeOne(chat).first().click();
      await expectShown(page, tag, first);
      await chat.box.fill("I can type");
      await expectShown(page, tag, last);
      await drawn(page);
    });
    // No section is larger than a reader can take in, so none takes long to lay out.
    const heaviest = await page.evaluate(() => {
      const sections = [...document.querySelectorAll(".markdown > .section")];
      return Math.max(...sections.map((section) => section.textContent!.length));
    });
    expect(heaviest).toBeLessThan(32 * 1024);
    await chat.box.fill("");
    await chat.conversations.getByRole("button", { name: "Delete A large one" }).click();
    await expect(largeOne(chat)).toHaveCount(0);
  }
});

test("a long answer never blocks the page and is stored", async ({ chat, page, upstream }, testInfo) => {
  await chat.wake();
  const text = "Words, and *more* words with `code` in them, some of which are longer than others.\n\n".repeat(8_000);
  const exit = { reason: "killed" };
  await importFile(chat, await file(testInfo, [{ id: "q", role: "user", text: "All?" }, { id: "r", role: "assistant", text, exit }]));
  await largeOne(chat).click();
  await drawn(page);
  await expectResponsive(page, "going on", async () => {
    await press(page, "Continue");
    const question = await upstream.nextQuestion();
    question.delta("And more, ");
    await page.waitForFunction(() => document.querySelector(".markdown > :last-child")?.textContent?.includes("And more,"), null, { timeout: 90_000 });
    question.delta("to the very end.");
    question.finish();
    await page.waitForFunction(() => document.querySelector("[role=status]")?.textContent === "Done", null, { timeout: 60_000 });
    await expectGathered(page);
  });
  const records = await storedMessages(page);
  expect(records).toHaveLength(2);
  expect(records[1]).toMatch(/And more, to the very end\."/);
  expect(JSON.parse(records[1]!).exit).toMatchObject({ reason: "normal" });
});

test("the end of a long answer survives a crash", async ({ chat, page, context, upstream }, testInfo) => {
  await chat.wake();
  const text = "Words, and *more* words with `code` in them.\n\n".repeat(15_000);
  const exit = { reason: "killed" };
  await importFile(chat, await file(testInfo, [{ id: "q", role: "user", text: "All?" }, { id: "r", role: "assistant", text, exit }]));
  await largeOne(chat).click();
  await drawn(page);
  await press(page, "Continue");
  const question = await upstream.nextQuestion();
  question.delta("And more, ");
  await page.waitForFunction(() => document.querySelector(".markdown > :last-child")?.textContent?.includes("And more,"), null, { timeout: 90_000 });
  // From here on only pieces are written, and no record of a message.
  await page.evaluate(() => {
    const put = IDBObjectStore.prototype.put;
    IDBObjectStore.prototype.put = function (value, key) {
      if (!String(value).startsWith('{"id":"r"')) return put.call(this, value, key);
      throw new DOMException("no", "QuotaExceededError");
    };
  });
  question.delta("to the very end.");
  question.finish();
  await page.waitForFunction(() => document.querySelector("[role=status]")?.textContent === "Done", null, { timeout: 60_000 });
  await expect.poll(async () => (await storedMessages(page)).some((record) => record.includes('"reason":"normal"') && record.startsWith('{"of"'))).toBe(true);
  const address = page.url();
  await crash(page);
  const again = await context.newPage();
  await again.goto(address);
  await drawn(again);
  await again.waitForFunction(() => document.querySelector(".markdown > .section:nth-last-child(2)")?.textContent?.includes("And more, to the very end."));
  await expect(again.locator("article.answer .ending")).not.toContainText("Interrupted");
});

/** The keys of the stored messages and pieces. */
function storedMessages(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const open = indexedDB.open("starcrossed");
    const database = await new Promise<IDBDatabase>((opened) => (open.onsuccess = () => opened(open.result)));
    const all = database.transaction("messages").objectStore("messages").getAll();
    const records = await new Promise<string[]>((read) => (all.onsuccess = () => read(all.result)));
    database.close();
    return records;
  });
}

/** Waits until each message has one record and no pieces. */
async function expectGathered(page: Page): Promise<void> {
  await expect.poll(async () => (await keys(page)).filter((key) => key.split("/").length > 2), { timeout: 30_000 }).toEqual([]);
}

function keys(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const open = indexedDB.open("starcrossed");
    const database = await new Promise<IDBDatabase>((opened) => (open.onsuccess = () => opened(open.result)));
    const all = database.transaction("messages").objectStore("messages").getAllKeys();
    const keys = await new Promise<string[]>((read) => (all.onsuccess = () => read(all.result as string[])));
    database.close();
    return keys;
  });
}

/** Presses a button of the newest answer. A locator would visit each element of a megabyte. */
async function press(page: Page, name: string): Promise<void> {
  await page.evaluate((name) => {
    const buttons = [...document.querySelectorAll<HTMLButtonElement>("article.answer:last-child > .actions button")];
    buttons.find((button) => button.textContent!.trim() === name)!.click();
  }, name);
}

/** Waits until the newest answer is drawn to its end. */
async function drawn(page: Page): Promise<void> {
  const isDrawn = () => document.querySelector("article.answer .section") && !document.querySelector(".markdown[data-behind]");
  await page.waitForFunction(isDrawn, null, { timeout: 90_000, polling: 250 });
}

/** Waits until the first or the last such element has this text. A locator would copy a megabyte at each look. */
async function expectShown(page: Page, tag: "li" | "p" | "td", text: string): Promise<void> {
  const isShown = ([tag, text]: string[]) => {
    const found = document.querySelectorAll(`article .markdown ${tag}`);
    return [found[0], found[found.length - 1]].some((element) => element?.textContent?.includes(text!));
  };
  await page.waitForFunction(isShown, [tag, text], { timeout: 60_000, polling: 250 });
}
