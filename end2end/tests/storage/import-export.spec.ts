// Conversations as files: exported, and imported elsewhere.

import { readFile } from "node:fs/promises";
import { Chat } from "../../support/chat-page";
import { listed, converse } from "../../support/conversations";
import { expect, test } from "../../support/fixtures";

test("an exported file can be imported elsewhere", async ({ chat, upstream, page, browser, baseURL }) => {
  await converse(chat, upstream, "About cats", "I like **cats**");
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

test("a conversation survives export and import as Markdown", async ({ chat, upstream, page }) => {
  await converse(chat, upstream, "About cats", "I like **cats**\n\n## Why\n\nThey purr");
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

test("an import reads UTF-16 and rejects what is no text", async ({ chat, upstream, page }) => {
  await converse(chat, upstream, "About cats", "I like **cats**");
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
