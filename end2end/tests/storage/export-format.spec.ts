// The files that conversations are exported to, compared with those in `export-format.spec.ts-snapshots`.
// A change that is meant: npm test -- export-format --update-snapshots

import type { Page } from "@playwright/test";
import { readFile } from "node:fs/promises";
import type { Chat } from "../../support/chat-page";
import { expect, test } from "../../support/fixtures";
import type { Upstream } from "../../support/upstream";

const FILES = [
  { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("Rex and Fido") },
  {
    name: "red.png",
    mimeType: "image/png",
    buffer: Buffer.from(
      "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==",
      "base64",
    ),
  },
];

/** A conversation with files, a thought, two versions of an answer, one that was stopped, and settings. */
async function converse(chat: Chat, upstream: Upstream): Promise<void> {
  const { page } = chat;
  await chat.wake();
  await page.getByRole("button", { name: "Settings", exact: true }).click();
  await page.getByRole("textbox", { name: "System prompt" }).fill("Be brief.");
  await page.getByRole("textbox", { name: "Temperature" }).fill("0.5");
  await page.getByRole("button", { name: "Done", exact: true }).click();
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Attach files", exact: true }).click();
  await (await chooser).setFiles(FILES);
  await expect(page.getByRole("list", { name: "Files to be sent" }).getByRole("listitem")).toHaveCount(2);
  await chat.ask("What is in them?");
  const question = await upstream.nextQuestion();
  question.reasoning("Let me look.");
  question.delta("Two **dogs**.\n\n## And\n\n```\nred\n```");
  question.finish();
  await expect(chat.status).toHaveText("Done");
  await chat.action(chat.answer, "Regenerate").click();
  const again = await upstream.nextQuestion();
  again.delta("Dogs, and red.");
  again.finish();
  await expect(chat.answer).toContainText("Dogs, and red.");
  await expect(chat.status).toHaveText("Done");
  await chat.ask("Which?");
  const last = await upstream.nextQuestion();
  last.delta("Rex and");
  await expect(chat.answer).toContainText("Rex and");
  await chat.stop.click();
  await expect(chat.status).toHaveText("Stopped");
}

async function exported(page: Page, button: string): Promise<string> {
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: button }).click();
  return readFile(await (await download).path(), "utf8");
}

interface Message {
  text: string;
}

/** The file with its messages in the order of their texts, ids by the order in which they come, and times as `T`. */
function normalised(file: string): string {
  const all = JSON.parse(file) as { conversations: { messages: Message[] }[] };
  for (const { messages } of all.conversations) messages.sort((one, other) => (one.text < other.text ? -1 : 1));
  const text = `${JSON.stringify(all, null, 2)}\n`;
  const ids = new Map<string, string>();
  for (const [, key, id] of text.matchAll(/"(id|writer|task)": "([\w-]+)"/g)) {
    if (!ids.has(id)) ids.set(id, `${key}-${ids.size}`);
  }
  return text.replace(/"([\w-]+)"/g, (whole, id) => (ids.has(id) ? `"${ids.get(id)}"` : whole)).replace(/(_ms": )\d+/g, "$1T");
}

test("the exported files keep their form", async ({ chat, upstream, page }) => {
  await converse(chat, upstream);
  await page.getByText("Export and import").click();
  expect(await exported(page, "Export this one as Markdown")).toMatchSnapshot("conversation.md");
  const all = await exported(page, "Export all");
  expect(all).toMatch(/^\{"starcrossed":1,"conversations":\[\{"conversation":\{"id":/);
  expect(normalised(all)).toMatchSnapshot("conversations.txt");
});
