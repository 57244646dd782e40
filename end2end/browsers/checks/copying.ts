// Copying and searching: engines differ in how they copy a selection, and in their Unicode tables.

import { join } from "node:path";
import { writeFile } from "node:fs/promises";
import { expect, test } from "../fixtures";
import type { Chat } from "../page/chat";

const ANSWER = "Before.\n\n```rust\nlet a = 1;\nlet b = 2;\n```\n\n| a | b |\n|---|---|\n| c | d |\n\nAfter.";

/** Selects an element's children, or the range between two elements, and copies. Returns the page's clipboard text. */
async function copied(chat: Chat, engine: string, from: string, to = from): Promise<string> {
  await chat.tab.evaluate(
    (from, to) => {
      Reflect.set(window, "copied", null);
      (document.activeElement as HTMLElement).blur();
      const end = document.querySelector(to)!;
      getSelection()!.setBaseAndExtent(document.querySelector(from)!, 0, end, end.childNodes.length);
      const note = (event: ClipboardEvent) => {
        const text = event.defaultPrevented ? event.clipboardData!.getData("text/plain") : getSelection()!.toString();
        Reflect.set(window, "copied", text);
      };
      addEventListener("copy", note, { once: true });
    },
    from,
    to,
  );
  if (engine === "WebKit") {
    // Control+C by its driver copies nothing.
    await chat.tab.evaluate(() => {
      const event = new ClipboardEvent("copy", { bubbles: true, cancelable: true });
      if (!event.clipboardData) Object.defineProperty(event, "clipboardData", { value: new DataTransfer() });
      document.body.dispatchEvent(event);
    });
  } else {
    await chat.tab.key("Control+c");
  }
  const text = () => chat.tab.evaluate(() => Reflect.get(window, "copied") as string | null);
  await expect.poll(text).not.toBeNull();
  return (await text())!;
}

test("a selection copies the text and no controls", async ({ chat, engine, upstream }) => {
  await chat.converse(upstream, "Show me", ANSWER);
  await chat.answer.css("code .hl-k").shows(); // colouring replaces nodes, which drops an earlier selection
  const said = /^Show me\n+Before\.\n+let a = 1;\nlet b = 2;\n+a\tb\nc\td\n+After\.$/;
  expect(await copied(chat, engine, "body")).toMatch(said);
  expect(await copied(chat, engine, ".message-list")).toMatch(said);
  expect(await copied(chat, engine, ".answer figcaption", ".answer figure + *")).toMatch(/^let a = 1;\nlet b = 2;\n+a\tb\nc\td$/);
});

test("a selected code block is copied without a final newline", async ({ chat, engine, upstream }) => {
  await chat.converse(upstream, "Show me", ANSWER);
  await chat.answer.css("code .hl-k").shows(); // colouring replaces nodes, which drops an earlier selection
  for (const block of [".answer pre", ".answer code", ".answer figure"]) {
    expect(await copied(chat, engine, block), block).toBe("let a = 1;\nlet b = 2;");
  }
});

test("a text file is read in the encoding of its byte order mark", async ({ chat, upstream, shared }) => {
  const files: [string, Buffer][] = [
    ["le.txt", Buffer.from("\ufeffGrüße 🌍", "utf16le")],
    ["be.txt", Buffer.from("\ufeffGrüße 🌍", "utf16le").swap16()],
    ["jp.txt", Buffer.from("\x1b$B$3$s$K$A$O\x1b(B", "latin1")],
    ["gb.txt", Buffer.from([0x84, 0x31, 0x95, 0x33, 0xc4, 0xe3, 0xba, 0xc3])],
  ];
  for (const [name, bytes] of files) await writeFile(join(shared.profile, name), bytes);
  await chat.wake();
  await chat.button("Attach files").shows();
  await chat.tab.upload("form input[type=file]", ...files.map(([name]) => join(shared.profile, name)));
  await chat.page.role("list", "Files to be sent").role("listitem").counts(files.length);
  const question = await chat.converse(upstream, "Read", "I see");
  const said = question.body.messages.at(-1)!.content;
  for (const words of ["le.txt:\n\n```\nGrüße 🌍", "be.txt:\n\n```\nGrüße 🌍", "こんにちは", "你好"]) expect(said).toContain(words);
});

test("a search ignores case, width and normalisation", async ({ chat, upstream }) => {
  await chat.converse(upstream, "Found", "cafe\u0301 \uff76\uff9e\uff72\uff84\uff9e \uff31wen \u0130stanbul");
  await chat.converse(upstream, "And now?", "Nothing");
  const search = chat.page.role("searchbox", "Search conversations");
  for (const sought of ["caf\u00e9", "\u30ac\u30a4\u30c9", "qwen", "istanbul"]) {
    await search.fill(sought);
    await chat.conversations.css("small:not([hidden])").counts(1);
  }
  await search.fill("nowhere");
  await chat.listed().counts(0);
});
