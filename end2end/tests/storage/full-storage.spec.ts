// A browser without room for more: the page says so, goes on, and stores what it holds as soon as there is room.

import type { Page } from "@playwright/test";
import { readFile } from "node:fs/promises";
import { listed, converse } from "../../support/conversations";
import { storedMessages } from "../../support/database";
import { expect, test } from "../../support/fixtures";

/** Makes each write fail for lack of room, until `makeRoom`. */
async function fillStorage(page: Page): Promise<void> {
  await page.evaluate(() => {
    const put = IDBObjectStore.prototype.put;
    Reflect.set(window, "makeRoom", () => (IDBObjectStore.prototype.put = put));
    IDBObjectStore.prototype.put = () => {
      throw new DOMException("no", "QuotaExceededError");
    };
  });
}

const makeRoom = (page: Page) => page.evaluate(() => Reflect.get(window, "makeRoom")());

/** Exports all, and returns the titles in the file. */
async function exportedTitles(page: Page): Promise<string[]> {
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export all" }).click();
  const file = JSON.parse(await readFile(await (await download).path(), "utf8"));
  return file.conversations.map((one: { conversation: { title: string } }) => one.conversation.title).sort();
}

test("unsaved conversations are exported, found, and saved later", async ({
  chat,
  upstream,
  page,
}) => {
  await converse(chat, upstream, "About cats", "I like cats");
  await fillStorage(page);
  await converse(chat, upstream, "About dogs", "I like dogs");
  await expect(page.getByText("There is no room left")).toBeVisible();
  await page.getByText("Export and import").click();
  expect(await exportedTitles(page)).toEqual(["About cats", "About dogs"]);
  const search = page.getByRole("searchbox", { name: "Search conversations" });
  await search.fill("i like");
  await expect(listed(chat)).toHaveCount(2);
  await search.fill("");

  await makeRoom(page);
  await page.getByRole("button", { name: "Delete About cats" }).click();
  await expect(page.getByText("There is no room left")).toBeHidden();
  await expect.poll(() => storedMessages(chat.page)).toContain("I like dogs");
  await page.reload();
  await chat.alive();
  await expect(chat.answer).toContainText("I like dogs");
});

test("a failed undo can be tried again, imports report counts", async ({ chat, upstream, page }) => {
  await converse(chat, upstream, "About cats", "I like cats");
  await page.getByText("Export and import").click();
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export all" }).click();
  const file = await (await download).path();
  await page.getByLabel("Import…").setInputFiles(file);
  await expect(chat.conversations).toContainText("0 imported, 1 here already");

  await page.getByRole("button", { name: "Delete About cats" }).click();
  await expect(listed(chat)).toHaveCount(0);
  await fillStorage(page);
  await page.getByLabel("Import…").setInputFiles(file);
  await expect(chat.conversations).toContainText("Nothing was imported. There is no room left");
  const undo = page.getByRole("button", { name: "Undo" });
  await undo.click();
  await expect(page.locator(".composer-bar .notice")).toContainText("There is no room left");
  await makeRoom(page);
  await undo.click();
  await expect(chat.answer).toContainText("I like cats");
  await expect(undo).toBeHidden();
});

test("full storage is reported, and the page works", async ({ chat, upstream, page }) => {
  await converse(chat, upstream, "About cats", "I like cats");
  await fillStorage(page);
  await converse(chat, upstream, "About dogs", "I like dogs");
  await expect(page.getByText("There is no room left")).toBeVisible();
  await chat.conversations.getByRole("link", { name: "About cats", exact: true }).click();
  await expect(chat.answer).toContainText("I like cats");
  await chat.conversations.getByRole("link", { name: "About dogs", exact: true }).click();
  await expect(chat.answer).toContainText("I like dogs");
});
