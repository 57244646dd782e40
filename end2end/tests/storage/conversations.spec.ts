// The conversations of a browser: opened again, named, deleted and stored.

import type { Page } from "@playwright/test";
import { Chat } from "../../support/chat-page";
import { listed, converse } from "../../support/conversations";
import { storedMessages, occupyDatabase } from "../../support/database";
import { expect, test } from "../../support/fixtures";

test("each conversation has an address; Back and Forward work", async ({ chat, upstream, page }) => {
  await converse(chat, upstream, "About cats", "I like cats");
  const cats = new URL(page.url()).pathname;
  expect(cats).toMatch(/^\/c\/\w+$/);
  await converse(chat, upstream, "About dogs", "I like dogs");
  await page.evaluate(() => history.go(-1));
  await expect(chat.answer).toContainText("I like cats");
  await page.evaluate(() => history.forward());
  await expect(chat.answer).toContainText("I like dogs");
  await page.goto(cats);
  await chat.alive();
  await expect(chat.answer).toContainText("I like cats");
});

test("Back gives up a conversation that is still loading", async ({ chat, upstream, page }) => {
  await converse(chat, upstream, "About cats", "I like cats");
  await converse(chat, upstream, "About dogs", "I like dogs");
  await occupyDatabase(page);
  await listed(chat).filter({ hasText: "About cats" }).getByRole("link").click();
  await expect(chat.box).not.toBeEditable();
  await page.evaluate(() => history.back());
  await expect(chat.box).toBeEditable();
  await chat.ask("And puppies?");
  await page.evaluate(() => Reflect.set(window, "occupied", false));
  const question = await upstream.nextQuestion();
  expect(question.messages).toEqual(["user: About dogs", "assistant: I like dogs", "user: And puppies?"]);
  question.delta("Those too");
  question.finish();
  await expect(chat.answer).toContainText("Those too");
  await afterTheStore(page);
  await expect(chat.log).not.toContainText("cats");
});

/** Waits until all earlier reads are done and drawn. */
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

test("an unknown conversation's address says so", async ({ chat, page }) => {
  await page.goto("/c/0000000000");
  await chat.alive();
  await expect(page.getByText("isn't kept in this browser")).toBeVisible();
});

test("a renamed conversation keeps its name", async ({ chat, upstream, page }) => {
  await converse(chat, upstream, "About cats", "I like cats");
  await page.getByRole("button", { name: "Rename About cats" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill("Felines");
  await page.keyboard.press("Enter");
  await expect(chat.conversations.getByRole("link", { name: "Felines" })).toBeVisible();
  await page.reload();
  await chat.alive();
  await expect(chat.conversations.getByRole("link", { name: "Felines" })).toBeVisible();
});

test("the tab's title is that of the open conversation", async ({ chat, upstream, page }) => {
  await expect(page).toHaveTitle("Starcrossed");
  await converse(chat, upstream, "About cats", "I like cats");
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

test("a deleted conversation stops and can be restored", async ({ chat, upstream, page, server }) => {
  await chat.ask("About cats");
  const question = await upstream.nextQuestion();
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

test("the list isn't redrawn while an answer grows", async ({ chat, upstream, page }) => {
  await converse(chat, upstream, "About cats", "I like cats");
  await chat.newChat.click();
  await chat.ask("About dogs");
  const question = await upstream.nextQuestion();
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
    return storedMessages(chat.page);
  }).toContain("I like dogs");
  question.finish();
  await expect(chat.status).toHaveText("Done");
  expect(await page.evaluate(() => Reflect.get(window, "redrawn"))).toBe(0);
});

test("a silent answer is stored as still being written", async ({ chat, upstream }) => {
  await chat.ask("Count");
  const question = await upstream.nextQuestion();
  question.delta("one, ");
  await expect.poll(() => storedMessages(chat.page)).toContain("one,");
  const saved = async () => Number(/"text":"one, ".*"saved_ms":(\d+)/.exec(await storedMessages(chat.page))?.[1]);
  const first = await saved();
  await expect.poll(saved).toBeGreaterThan(first);
  question.finish();
  await expect(chat.status).toHaveText("Done");
});

test("a browser without storage is reported, and the page works", async ({ browser, baseURL, upstream }) => {
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
  await converse(chat, upstream, "About cats", "I like cats");
  await converse(chat, upstream, "About dogs", "I like dogs");
  await chat.conversations.getByRole("link", { name: "About cats", exact: true }).click();
  await expect(chat.answer).toContainText("I like cats");
  await page.close();
});
