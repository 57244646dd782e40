// The conversations of a browser: found again, named, deleted, taken elsewhere, and shared by its tabs.

import type { Page } from "@playwright/test";
import { readFile } from "node:fs/promises";
import { Chat } from "../../support/chat-page";
import { expect, test } from "../../support/fixtures";
import { crash, kept, occupyTheStore } from "../../support/database";
import type { Upstream } from "../../support/upstream";

/** Has a conversation of one question and one answer. */
async function talk(chat: Chat, upstream: Upstream, question: string, answer: string): Promise<void> {
  await chat.newChat.click();
  await expect(chat.log.getByRole("article")).toHaveCount(0);
  await chat.ask(question);
  const asked = await upstream.asked();
  asked.delta(answer);
  asked.finish();
  await expect(chat.status).toHaveText("Done");
}

const listed = (chat: Chat) => chat.conversations.getByRole("listitem");

test("a conversation has an address of its own, and Back and Forward lead through them", async ({ chat, upstream, page }) => {
  await talk(chat, upstream, "About cats", "I like cats");
  const cats = new URL(page.url()).pathname;
  expect(cats).toMatch(/^\/c\/\w+$/);
  await talk(chat, upstream, "About dogs", "I like dogs");
  await page.evaluate(() => history.go(-1));
  await expect(chat.answer).toContainText("I like cats");
  await page.evaluate(() => history.forward());
  await expect(chat.answer).toContainText("I like dogs");
  await page.goto(cats);
  await chat.alive();
  await expect(chat.answer).toContainText("I like cats");
});

test("a conversation that is on its way is given up by going Back", async ({ chat, upstream, page }) => {
  await talk(chat, upstream, "About cats", "I like cats");
  await talk(chat, upstream, "About dogs", "I like dogs");
  await occupyTheStore(page);
  await listed(chat).filter({ hasText: "About cats" }).getByRole("link").click();
  await expect(chat.box).not.toBeEditable();
  await page.evaluate(() => history.back());
  await expect(chat.box).toBeEditable();
  await chat.ask("And puppies?");
  await page.evaluate(() => Reflect.set(window, "occupied", false));
  const question = await upstream.asked();
  expect(question.said).toEqual(["user: About dogs", "assistant: I like dogs", "user: And puppies?"]);
  question.delta("Those too");
  question.finish();
  await expect(chat.answer).toContainText("Those too");
  await afterTheStore(page);
  await expect(chat.log).not.toContainText("cats");
});

/** Waits until all has been read that was asked for before, and has been drawn. */
async function afterTheStore(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const open = indexedDB.open("starcrossed");
    const database = await new Promise<IDBDatabase>((opened) => (open.onsuccess = () => opened(open.result)));
    const reading = database.transaction([...database.objectStoreNames]).objectStore("messages").count();
    await new Promise<void>((read) => (reading.onsuccess = () => read()));
    database.close();
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  });
}

test("an address that this browser doesn't know says so", async ({ chat, page }) => {
  await page.goto("/c/0000000000");
  await chat.alive();
  await expect(page.getByText("isn't kept in this browser")).toBeVisible();
});

test("a conversation is found by what was said in it", async ({ chat, upstream, page }) => {
  await talk(chat, upstream, "About cats", "They purr when content");
  await talk(chat, upstream, "About dogs", "They bark");
  const search = page.getByRole("searchbox", { name: "Search conversations" });
  await search.fill("PURR");
  await expect(listed(chat)).toHaveCount(1);
  await listed(chat).getByRole("link").click();
  await expect(chat.answer).toContainText("They purr");
  await search.fill("nowhere to be found");
  await expect(page.getByText("Nothing found")).toBeVisible();
  await search.fill("");
  await expect(listed(chat)).toHaveCount(2);
});

test("a search finds what looks the same, however it was typed", async ({ chat, upstream, page }) => {
  const nfc = "caf\u00e9 \u30ac\u30a4\u30c9 \ud55c\uae00 Stra\u00dfe \u0130stanbul";
  const padding = "\uff76\uff9e".repeat(200);
  await talk(chat, upstream, "Composed", `${padding} ${nfc} ${padding}`);
  await talk(chat, upstream, "Decomposed", `${padding} ${nfc.normalize("NFD")} ${padding}`);
  await talk(chat, upstream, "Wide", "\uff31\uff57\uff45\uff4e\uff13 \uff76\uff9e\uff72\uff84\uff9e o\ufb03ce");
  const search = page.getByRole("searchbox", { name: "Search conversations" });
  const finds = async (sought: string, ...titles: string[]) => {
    await search.fill(sought);
    await expect(listed(chat).locator("a > span"), sought).toHaveText(titles);
  };
  const both = ["Decomposed", "Composed"];
  await finds("CAF\u00c9", ...both);
  await finds("cafe\u0301", ...both);
  await expect(listed(chat).locator("small").first()).toContainText("cafe\u0301");
  await expect(listed(chat).locator("small").last()).toContainText("caf\u00e9");
  await finds("\ud55c\uae00".normalize("NFD"), ...both);
  await finds("STRASSE", ...both);
  await finds("istanbul", ...both);
  await finds("\u30ac\u30a4\u30c9", "Wide", ...both);
  await finds("\uff76\uff9e\uff72\uff84\uff9e", "Wide", ...both);
  await finds("qwen3", "Wide");
  await finds("\uff4f\uff46\uff46\uff49\uff43\uff45", "Wide");
});

test("what was found is shown where it stands, on whichever branch", async ({ chat, upstream, page }) => {
  await talk(chat, upstream, "About cats", "They purr when content");
  await chat.action(chat.answer, "Regenerate").click();
  const anew = await upstream.asked();
  anew.delta(Array.from({ length: 80 }, (_, n) => `Paragraph ${n} of another answer`).join("\n\n"));
  anew.finish();
  await expect(chat.status).toHaveText("Done");
  await talk(chat, upstream, "And dogs?", "They bark");
  await chat.newChat.click();
  const search = page.getByRole("searchbox", { name: "Search conversations" });
  await search.fill("purr");
  await expect(listed(chat)).toHaveCount(1);
  await listed(chat).getByRole("link").click();
  await expect(chat.message(1)).toContainText("They purr");
  await search.fill("paragraph 3 of");
  await expect(listed(chat)).toContainText("Paragraph 3 of");
  await listed(chat).getByRole("link").click();
  await expect(chat.message(1)).toContainText("Paragraph 79");
  await expect(chat.message(1)).toBeInViewport();
});

test("a thought, a file and its name are found too, and what is deleted from what was found is gone", async ({
  chat,
  upstream,
  page,
}) => {
  await chat.ask("About cats");
  const question = await upstream.asked();
  question.reasoning("Whiskers, presumably");
  question.delta("I like cats");
  question.finish();
  await expect(chat.status).toHaveText("Done");
  await chat.newChat.click();
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Attach files", exact: true }).click();
  await (await chooser).setFiles({ name: "kennel.txt", mimeType: "text/plain", buffer: Buffer.from("Rex and Fido") });
  await expect(page.getByRole("list", { name: "Files to be sent" })).toContainText("kennel.txt");
  await chat.ask("About dogs");
  (await upstream.asked()).finish();
  await expect(chat.status).toHaveText("Done");

  const search = page.getByRole("searchbox", { name: "Search conversations" });
  for (const [sought, title] of [["whiskers", "About cats"], ["kennel", "About dogs"], ["fido", "About dogs"]]) {
    await search.fill(sought);
    await expect(listed(chat)).toHaveCount(1);
    await expect(listed(chat)).toContainText(title);
  }
  await page.getByRole("button", { name: "Delete About dogs" }).click();
  await expect(listed(chat)).toHaveCount(0);
  await expect(page.getByText("Nothing found")).toBeVisible();
});

/** There is no room left, until `makeRoom`. */
async function fill(page: Page): Promise<void> {
  await page.evaluate(() => {
    const put = IDBObjectStore.prototype.put;
    Reflect.set(window, "makeRoom", () => (IDBObjectStore.prototype.put = put));
    IDBObjectStore.prototype.put = () => {
      throw new DOMException("no", "QuotaExceededError");
    };
  });
}

const makeRoom = (page: Page) => page.evaluate(() => Reflect.get(window, "makeRoom")());

/** Exports all, and returns the titles of what is in the file. */
async function exported(page: Page): Promise<string[]> {
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export all" }).click();
  const file = JSON.parse(await readFile(await (await download).path(), "utf8"));
  return file.conversations.map((kept: { conversation: { title: string } }) => kept.conversation.title).sort();
}

test("what there was no room for is exported and found, and is kept as soon as there is room", async ({
  chat,
  upstream,
  page,
}) => {
  await talk(chat, upstream, "About cats", "I like cats");
  await fill(page);
  await talk(chat, upstream, "About dogs", "I like dogs");
  await expect(page.getByText("There is no room left")).toBeVisible();
  await page.getByText("Export and import").click();
  expect(await exported(page)).toEqual(["About cats", "About dogs"]);
  const search = page.getByRole("searchbox", { name: "Search conversations" });
  await search.fill("i like");
  await expect(listed(chat)).toHaveCount(2);
  await search.fill("");

  await makeRoom(page);
  await page.getByRole("button", { name: "Delete About cats" }).click();
  await expect(page.getByText("There is no room left")).toBeHidden();
  await expect.poll(() => kept(chat.page)).toContain("I like dogs");
  await page.reload();
  await chat.alive();
  await expect(chat.answer).toContainText("I like dogs");
});

test("what can't be put back can be later, and an import says what it added", async ({ chat, upstream, page }) => {
  await talk(chat, upstream, "About cats", "I like cats");
  await page.getByText("Export and import").click();
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export all" }).click();
  const file = await (await download).path();
  await page.getByLabel("Import…").setInputFiles(file);
  await expect(chat.conversations).toContainText("0 imported, 1 here already");

  await page.getByRole("button", { name: "Delete About cats" }).click();
  await expect(listed(chat)).toHaveCount(0);
  await fill(page);
  await page.getByLabel("Import…").setInputFiles(file);
  await expect(chat.conversations).toContainText("Nothing was imported. There is no room left");
  const undo = page.getByRole("button", { name: "Undo" });
  await undo.click();
  await expect(page.locator(".foot .notice")).toContainText("There is no room left");
  await makeRoom(page);
  await undo.click();
  await expect(chat.answer).toContainText("I like cats");
  await expect(undo).toBeHidden();
});

test("where there is no room left the page says so, and goes on", async ({ chat, upstream, page }) => {
  await talk(chat, upstream, "About cats", "I like cats");
  await fill(page);
  await talk(chat, upstream, "About dogs", "I like dogs");
  await expect(page.getByText("There is no room left")).toBeVisible();
  await chat.conversations.getByRole("link", { name: "About cats", exact: true }).click();
  await expect(chat.answer).toContainText("I like cats");
  await chat.conversations.getByRole("link", { name: "About dogs", exact: true }).click();
  await expect(chat.answer).toContainText("I like dogs");
});

test("a conversation can be renamed, and keeps its name", async ({ chat, upstream, page }) => {
  await talk(chat, upstream, "About cats", "I like cats");
  await page.getByRole("button", { name: "Rename About cats" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill("Felines");
  await page.keyboard.press("Enter");
  await expect(chat.conversations.getByRole("link", { name: "Felines" })).toBeVisible();
  await page.reload();
  await chat.alive();
  await expect(chat.conversations.getByRole("link", { name: "Felines" })).toBeVisible();
});

test("the tab is called after the conversation that is open", async ({ chat, upstream, page }) => {
  await expect(page).toHaveTitle("Starcrossed");
  await talk(chat, upstream, "About cats", "I like cats");
  await expect(page).toHaveTitle("About cats · Starcrossed");
  await page.getByRole("button", { name: "Rename About cats" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill("Felines");
  await page.keyboard.press("Enter");
  await expect(page).toHaveTitle("Felines · Starcrossed");
  await chat.newChat.click();
  await expect(page).toHaveTitle("Starcrossed");
  await page.goBack();
  await expect(page).toHaveTitle("Felines · Starcrossed");
  await page.getByRole("link", { name: "How it works" }).click();
  await expect(page).toHaveTitle("A page and its task · Starcrossed");
  await page.goBack();
  await expect(page).toHaveTitle("Felines · Starcrossed");
});

test("a conversation that is deleted stops its answer, and can be put back", async ({ chat, upstream, page, server }) => {
  await chat.ask("About cats");
  const question = await upstream.asked();
  question.delta("I like c");
  await expect(chat.answer).toContainText("I like c");
  await page.getByRole("button", { name: "Delete About cats" }).click();
  expect(await question.closed).toBe("client");
  await expect.poll(() => server.exits()).toMatchObject([{ reason: "killed" }]);
  await expect(listed(chat)).toHaveCount(0);
  await expect(chat.log.getByRole("article")).toHaveCount(0);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(chat.answer).toContainText("I like c");
  await page.reload();
  await chat.alive();
  await expect(chat.answer).toContainText("I like c");
  await expect(chat.status).toHaveText("Interrupted");
});

test("what is exported here can be imported elsewhere", async ({ chat, upstream, page, browser, baseURL }) => {
  await talk(chat, upstream, "About cats", "I like **cats**");
  await page.getByText("Export and import").click();
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export all" }).click();
  const file = await (await download).path();
  expect(JSON.parse(await readFile(file, "utf8")).conversations).toHaveLength(1);

  const elsewhere = await new Chat(await browser.newPage({ baseURL })).open();
  await elsewhere.box.click();
  await elsewhere.page.getByText("Export and import").click();
  await elsewhere.page.getByLabel("Import…").setInputFiles({ name: "a.json", mimeType: "application/json", buffer: Buffer.from("{}") });
  await expect(elsewhere.conversations.getByText("This is not a file of conversations")).toBeVisible();
  await elsewhere.page.getByLabel("Import…").setInputFiles(file);
  await elsewhere.conversations.getByRole("link", { name: "About cats" }).click();
  await expect(elsewhere.answer).toContainText("cats");
  await elsewhere.page.close();
});

test("what is put back in one tab is kept in every other again", async ({ chat, upstream, page, context }) => {
  await talk(chat, upstream, "About cats", "I like cats");
  const other = new Chat(await context.newPage());
  await other.page.goto(page.url());
  await other.alive();
  await expect(other.answer).toContainText("I like cats");
  await page.getByRole("button", { name: "Delete About cats" }).click();
  await expect(other.log.getByRole("article")).toHaveCount(0);
  await page.getByRole("button", { name: "Undo" }).click();
  await other.conversations.getByRole("link", { name: "About cats" }).click();
  await other.ask("And dogs?");
  const question = await upstream.asked();
  question.delta("Dogs too");
  question.finish();
  await expect(other.status).toHaveText("Done");
  await other.page.reload();
  await expect(other.answer).toContainText("Dogs too");
});

test("a conversation goes elsewhere as Markdown, and comes back", async ({ chat, upstream, page }) => {
  await talk(chat, upstream, "About cats", "I like **cats**\n\n## Why\n\nThey purr");
  await page.getByText("Export and import").click();
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export this one as Markdown" }).click();
  const file = await download;
  expect(file.suggestedFilename()).toBe("conversation.md");
  const text = await readFile(await file.path(), "utf8");
  expect(text).toMatch(/^# About cats\n/);
  expect(text).toContain("\n## You\n\nAbout cats\n");
  expect(text).toContain("\n## alpha\n\nI like **cats**\n\n## Why\n\nThey purr\n");

  await page.getByRole("button", { name: "Delete About cats" }).click();
  await expect(listed(chat)).toHaveCount(0);
  const buffer = Buffer.from(text);
  await page.getByLabel("Import…").setInputFiles({ name: "conversation.md", mimeType: "text/markdown", buffer });
  await expect(chat.conversations).toContainText("1 imported");
  await chat.conversations.getByRole("link", { name: "About cats" }).click();
  await expect(chat.log.getByRole("article")).toHaveCount(2);
  await expect(chat.answer.getByRole("heading", { name: "Why" })).toBeVisible();
  await expect(chat.status).toHaveText("Done");
});

test("a file of conversations is read in UTF-16, and one that is no text says so", async ({ chat, upstream, page }) => {
  await talk(chat, upstream, "About cats", "I like **cats**");
  await page.getByText("Export and import").click();
  const files: string[] = [];
  for (const button of ["Export all", "Export this one as Markdown"]) {
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: button }).click();
    files.push(await readFile(await (await download).path(), "utf8"));
  }
  const take = (name: string, buffer: Buffer) =>
    page.getByLabel("Import…").setInputFiles({ name, mimeType: "text/plain", buffer });
  const marked = (text: string) => Buffer.from(`\ufeff${text}`, "utf16le");
  await page.getByRole("button", { name: "Delete About cats" }).click();
  await expect(listed(chat)).toHaveCount(0);
  await take("all.json", marked(files[0]));
  await expect(chat.conversations).toContainText("1 imported");
  await take("one.md", marked(files[1]).swap16());
  await expect(chat.conversations).toContainText("1 imported");
  await expect(listed(chat)).toHaveText(["About cats", "About cats"]);
  await listed(chat).first().getByRole("link").click();
  await expect(chat.answer.locator("strong")).toHaveText("cats");

  await take("one.md", marked(files[1]).subarray(0, -1));
  await expect(chat.conversations).toContainText("Nothing was imported. The file is damaged: it is in UTF-16");
  await take("latin.md", Buffer.from("# Caf\u00e9", "latin1"));
  await expect(chat.conversations).toContainText("The file is text in an encoding that isn’t UTF-8");
  await take("all.json", Buffer.from("PK\u0003\u0004\u0014\u0000", "latin1"));
  await expect(chat.conversations).toContainText("The file is a ZIP archive");
  await take("all.json", Buffer.from("{}"));
  await expect(chat.conversations).toContainText("This is not a file of conversations");
});

test("the list stays as it is while an answer grows", async ({ chat, upstream, page }) => {
  await talk(chat, upstream, "About cats", "I like cats");
  await chat.newChat.click();
  await chat.ask("About dogs");
  const question = await upstream.asked();
  question.delta("I ");
  await expect(listed(chat)).toHaveCount(2);
  await page.evaluate(() => {
    const list = document.querySelector("nav ul")!;
    Reflect.set(window, "redrawn", 0);
    const redraw = () => Reflect.set(window, "redrawn", Reflect.get(window, "redrawn") + 1);
    new MutationObserver(redraw).observe(list, { childList: true, subtree: true });
  });
  await chat.box.fill("a draft");
  await expect.poll(async () => {
    question.delta("like dogs ");
    return kept(chat.page);
  }).toContain("I like dogs");
  question.finish();
  await expect(chat.status).toHaveText("Done");
  expect(await page.evaluate(() => Reflect.get(window, "redrawn"))).toBe(0);
});

test("a name and a system prompt given in one tab survive a question that is asked in another", async ({
  chat,
  upstream,
  page,
  context,
}) => {
  await talk(chat, upstream, "About cats", "I like cats");
  const other = new Chat(await context.newPage());
  await other.page.goto(page.url());
  await other.alive();
  await expect(other.answer).toContainText("I like cats");
  await page.getByRole("button", { name: "Rename About cats" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill("Felines");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Settings", exact: true }).click();
  await page.getByRole("textbox", { name: "System prompt" }).fill("Purr.");
  await page.getByRole("button", { name: "Done", exact: true }).click();
  await expect(other.conversations.getByRole("link", { name: "Felines" })).toBeVisible();

  await other.ask("And dogs?");
  const question = await upstream.asked();
  expect(question.said[0]).toBe("system: Purr.");
  question.delta("Dogs too");
  question.finish();
  await expect(other.status).toHaveText("Done");
  await expect(chat.answer).toContainText("Dogs too");
  for (const tab of [chat, other]) {
    await tab.page.reload();
    await tab.alive();
    await expect(tab.conversations.getByRole("link", { name: "Felines" })).toBeVisible();
  }
});

test("two tabs on one conversation overwrite nothing", async ({ chat, upstream, context }) => {
  await talk(chat, upstream, "About cats", "I like cats");
  const other = new Chat(await context.newPage());
  await other.page.goto(chat.page.url());
  await other.alive();
  for (const [tab, more] of [[chat, "Here"], [other, "There"]] as const) {
    await tab.ask(more);
    const question = await upstream.asked();
    question.delta(`${more} too`);
    question.finish();
    await expect(tab.status).toHaveText("Done");
    // What one tab has said, the other shows without being asked to.
    await expect(other.answer).toContainText(`${more} too`);
  }
  await other.page.reload();
  await other.alive();
  await expect(other.answer).toContainText("There too");
  await expect(chat.conversations.getByRole("listitem")).toHaveCount(1);
  await expect(other.log).toContainText("Here");
});

test("a tab that crashes loses nothing of its answer, and another goes on with it", async ({ chat, upstream, context }) => {
  await chat.ask("Count");
  const question = await upstream.asked();
  question.delta("one, ");
  await expect(chat.answer).toContainText("one,");
  await expect.poll(() => kept(chat.page)).toContain("one,");
  const address = chat.page.url();
  await crash(chat.page);
  expect(await question.closed).toBe("client");
  const again = new Chat(await context.newPage());
  await again.page.goto(address);
  await again.alive();
  await expect(again.answer).toContainText("one,");
  await expect(again.status).toHaveText("Interrupted", { timeout: 2000 });
  await again.action(again.answer, "Continue").click();
  const rest = await upstream.asked();
  rest.delta("two");
  await expect(again.answer).toContainText("two");
  rest.finish();
  await expect(again.status).toHaveText("Done");
});

test("an answer is kept as one that is being written while the model is silent", async ({ chat, upstream }) => {
  await chat.ask("Count");
  const question = await upstream.asked();
  question.delta("one, ");
  await expect.poll(() => kept(chat.page)).toContain("one,");
  const saved = async () => Number(/"text":"one, ".*"saved_ms":(\d+)/.exec(await kept(chat.page))?.[1]);
  const first = await saved();
  await expect.poll(saved).toBeGreaterThan(first);
  question.finish();
  await expect(chat.status).toHaveText("Done");
});

test("where the browser keeps nothing the page says so, and goes on", async ({ browser, baseURL, upstream }) => {
  const page = await browser.newPage({ baseURL });
  await page.addInitScript(() => {
    Object.defineProperty(window, "indexedDB", {
      get() {
        throw new DOMException("no", "SecurityError");
      },
    });
  });
  const chat = await new Chat(page).open();
  await chat.box.click();
  await expect(page.getByText("keeps nothing for this page")).toBeVisible();
  await talk(chat, upstream, "About cats", "I like cats");
  await talk(chat, upstream, "About dogs", "I like dogs");
  await chat.conversations.getByRole("link", { name: "About cats", exact: true }).click();
  await expect(chat.answer).toContainText("I like cats");
  await page.close();
});
