// Stored conversations: found, named, deleted, exported, and shared by the tabs.

import { readFile, writeFile } from "node:fs/promises";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "../eventually";
import { expect, test } from "../fixtures";
import { Chat } from "../page/chat";

test("each conversation has an address and survives a reload", async ({ chat, upstream }) => {
  await chat.converse(upstream, "About cats", "I like cats");
  const cats = new URL(await chat.tab.url()).pathname;
  expect(cats).toMatch(/^\/c\/\w+$/);
  await chat.newChat.click();
  await chat.messages.counts(0);
  await chat.converse(upstream, "About dogs", "I like dogs");
  await chat.reload();
  await chat.answer.contains("I like dogs");
  await chat.listed().counts(2);
  await chat.tab.evaluate(() => history.back());
  await chat.answer.contains("I like cats");
  await chat.open(cats);
  await chat.answer.contains("I like cats");
  await chat.status.reads("Done");
});

test("conversations outlive the browser", async ({ start, upstream, server }) => {
  const profile = await mkdtemp(join(tmpdir(), "profile-"));
  try {
    const first = await start({ profile });
    const chat = await new Chat(await first.tab(), server.url).open();
    await chat.converse(upstream, "About cats", "I like cats");
    await chat.keeps("I like cats");
    await first.quit();
    const second = await start({ profile });
    const again = await new Chat(await second.tab(), server.url).open();
    await again.listed("About cats").click();
    await again.answer.contains("I like cats");
    await again.status.reads("Done");
    await second.quit();
  } finally {
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
});

test("a private window works and stores nothing", async ({ start, upstream, server }) => {
  const profile = await mkdtemp(join(tmpdir(), "profile-"));
  try {
    const hidden = await start({ profile, private: true });
    const chat = await new Chat(await hidden.tab(), server.url).open();
    await chat.converse(upstream, "A secret", "I tell nobody");
    await chat.reload();
    await chat.answer.contains("I tell nobody");
    await hidden.quit();
    const later = await start({ profile });
    const again = await new Chat(await later.tab(), server.url).open();
    await again.wake(); // the list comes with the rest of the code
    await again.listed().counts(0);
    await later.quit();
  } finally {
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
});

test("two tabs overwrite nothing and show each other's messages", async ({ chat, other, upstream }) => {
  await chat.converse(upstream, "About cats", "I like cats");
  await other.open(new URL(await chat.tab.url()).pathname);
  await other.answer.contains("I like cats");
  await chat.converse(upstream, "Here", "Here too");
  await other.answer.contains("Here too");
  await other.converse(upstream, "There", "There too");
  await other.reload();
  await other.answer.contains("There too");
  await other.log.contains("Here too");
  await chat.listed().counts(1);
});

test("a conversation is found by its text", async ({ chat, upstream }) => {
  await chat.converse(upstream, "About cats", "They purr when content");
  await chat.newChat.click();
  await chat.messages.counts(0);
  await chat.converse(upstream, "About dogs", "They bark");
  const search = chat.page.role("searchbox", "Search conversations");
  await search.fill("PURR");
  await chat.listed().counts(1);
  await chat.listed().containing("About cats").role("link").click();
  await chat.answer.contains("They purr");
  await search.fill("");
  await chat.tab.key("Escape");
  await chat.listed().counts(2);
});

test("a conversation can be renamed, deleted and restored", async ({ chat, upstream }) => {
  await chat.converse(upstream, "About cats", "I like cats");
  await chat.button("Rename About cats").click();
  const name = chat.page.role("textbox", "Name");
  await name.hasFocus();
  await name.fill("Felines");
  await chat.tab.key("Enter");
  await chat.listed("Felines").shows();
  await chat.button("Delete Felines").click();
  await chat.listed().counts(0);
  await chat.messages.counts(0);
  await chat.button("Undo").click();
  await chat.answer.contains("I like cats");
  await chat.reload();
  await chat.listed("Felines").shows();
});

test("an exported file can be imported again", async ({ chat, upstream, shared }) => {
  await chat.converse(upstream, "About cats", "I like **cats**");
  await chat.page.css("summary").containing("Export and import").click();
  await chat.button("Export all").click();
  const file = join(shared.profile, "starcrossed.json");
  const exported = await eventually(async () => JSON.parse(await readFile(file, "utf8")) as { conversations: object[] });
  expect(exported.conversations).toHaveLength(1);
  await chat.button("Delete About cats").click();
  await chat.listed().counts(0);
  // Another name: choosing the same file again would be no change.
  const again = join(shared.profile, "again.json");
  await writeFile(again, JSON.stringify(exported));
  await chat.tab.upload("nav input[type=file]", again);
  await chat.conversations.contains("1 imported");
  await chat.listed("About cats").click();
  await chat.answer.css("strong").reads("cats");
  await rm(file);
});

test("a draft is there after a reload", async ({ chat }) => {
  await chat.box.fill("a draft");
  await chat.reload();
  await chat.box.holds("a draft");
});
