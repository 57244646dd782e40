// Attached files: picked, pasted or dropped; shown before and after sending; checked against limits before sending.

import type { Locator, Page } from "@playwright/test";
import { Chat } from "../../support/chat-page";
import { expect, test } from "../../support/fixtures";
import type { Question, Upstream } from "../../support/upstream";

/** One red pixel. */
const PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";
const DATA_URL = `data:image/png;base64,${PNG}`;

interface GivenFile {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

const image = (name = "red.png"): GivenFile => ({ name, mimeType: "image/png", buffer: Buffer.from(PNG, "base64") });
const text = (name: string, content: string): GivenFile => ({ name, mimeType: "", buffer: Buffer.from(content) });

const attachedFiles = (page: Page): Locator => page.getByRole("list", { name: "Files to be sent" }).getByRole("listitem");
const sentFiles = (message: Locator): Locator => message.getByRole("list", { name: "Attached files" });

async function attach(page: Page, ...files: GivenFile[]): Promise<void> {
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Attach files", exact: true }).click();
  await (await chooser).setFiles(files);
}

/** Sends the events of a paste, or of a drag across the page, with a file. */
async function dispatchWith(page: Page, ways: string[], file: GivenFile, also: Record<string, string> = {}): Promise<void> {
  const bytes = [...file.buffer];
  await page.evaluate(
    ({ ways, bytes, name, type, also }) => {
      const data = new DataTransfer();
      data.items.add(new File([new Uint8Array(bytes)], name, { type }));
      for (const [kind, words] of Object.entries(also)) data.setData(kind, words);
      const usual = { bubbles: true, cancelable: true };
      for (const way of ways) {
        const event =
          way === "paste"
            ? new ClipboardEvent(way, { ...usual, clipboardData: data })
            : new DragEvent(way, { ...usual, dataTransfer: data });
        document.querySelector("main")!.dispatchEvent(event);
      }
    },
    { ways, bytes, name: file.name, type: file.mimeType, also },
  );
}

/** The parts of the question as the model server received it. */
function parts(question: Question, at = -1): unknown {
  return question.body.messages.at(at)?.content;
}

async function answered(chat: Chat, upstream: Upstream): Promise<Question> {
  const question = await upstream.nextQuestion();
  question.delta("I see");
  question.finish();
  await expect(chat.status).toHaveText("Done");
  return question;
}

test("an image and a text go with a question and stay with it", async ({ chat, upstream, page }) => {
  await attach(page, image(), text("notes.md", "# Notes\n```\ncode\n```\n"));
  await expect(attachedFiles(page)).toHaveText(["red.png", "notes.md"]);
  await chat.ask("What is this?");
  await expect(attachedFiles(page)).toHaveCount(0);
  const question = await answered(chat, upstream);
  expect(parts(question)).toEqual([
    { type: "text", text: "notes.md:\n\n````\n# Notes\n```\ncode\n```\n````\n\nWhat is this?" },
    { type: "image_url", image_url: { url: DATA_URL } },
  ]);

  await page.reload();
  await chat.alive();
  const asked = sentFiles(chat.message(0));
  await expect(asked.getByRole("img", { name: "red.png" })).toHaveJSProperty("naturalWidth", 1);
  await asked.getByText("notes.md").click();
  await expect(asked.getByText("# Notes")).toBeVisible();
});

test("a removed file goes, the others stay", async ({ chat, upstream, page }) => {
  await chat.box.fill("What is this?");
  await attach(page, image("a.png"), image("b.png"));
  await page.getByRole("button", { name: "Remove a.png" }).click();
  await expect(attachedFiles(page)).toHaveText(["b.png"]);
  await expect(chat.box).toBeFocused();
  await page.getByRole("button", { name: "Remove b.png" }).click();
  await expect(attachedFiles(page)).toHaveCount(0);
  await chat.send.click();
  expect((await answered(chat, upstream)).messages).toEqual(["user: What is this?"]);
});

test("attached files wait for their conversation", async ({
  chat,
  upstream,
  page,
}) => {
  await chat.ask("About cats");
  await answered(chat, upstream);
  await chat.newChat.click();
  await attach(page, image());
  await expect(attachedFiles(page)).toHaveText(["red.png"]);
  await chat.conversations.getByRole("link", { name: "About cats", exact: true }).click();
  await expect(chat.answer).toContainText("I see");
  await expect(attachedFiles(page)).toHaveCount(0);
  await chat.newChat.click();
  await expect(attachedFiles(page)).toHaveText(["red.png"]);

  const asked: string[] = [];
  page.on("dialog", async (dialog) => {
    asked.push(dialog.type());
    await dialog.accept();
  });
  await page.reload();
  expect(asked).toEqual(["beforeunload"]);
  await chat.alive();
  await page.reload();
  expect(asked).toEqual(["beforeunload"]);
});

test("a file alone is a question and names its conversation", async ({ chat, upstream, page }) => {
  await attach(page, image("cat.png"));
  await expect(attachedFiles(page)).toHaveCount(1);
  await chat.send.click();
  expect(parts(await answered(chat, upstream))).toEqual([{ type: "image_url", image_url: { url: DATA_URL } }]);
  await expect(chat.conversations.getByRole("link", { name: "cat.png" })).toBeVisible();
});

test("a pasted file is attached, pasted rich text stays text", async ({ page, chat }) => {
  await dispatchWith(page, ["paste"], image("pasted.png"));
  await expect(attachedFiles(page)).toHaveText(["pasted.png"]);
  await dispatchWith(page, ["paste"], image("words.png"), { "text/plain": "Words", "text/html": "<p>Words</p>" });
  await dispatchWith(page, ["paste"], text("last.txt", "Last"));
  await expect(attachedFiles(page)).toHaveText(["pasted.png", "last.txt"]);
  await expect(chat.box).toHaveValue("");
});

test("a file can be dropped anywhere, with a hint", async ({ chat, page }) => {
  const cue = page.getByText("Drop them anywhere");
  await expect(chat.box).toBeVisible();
  await dispatchWith(page, ["dragover"], image());
  await expect(cue).toBeVisible();
  await dispatchWith(page, ["dragleave"], image());
  await expect(cue).toBeHidden();
  await dispatchWith(page, ["dragover", "drop"], image("dropped.png"));
  await expect(cue).toBeHidden();
  await expect(attachedFiles(page)).toHaveText(["dropped.png"]);
});

test("an unsendable file is refused before anything is sent", async ({ chat, page, upstream }) => {
  await chat.box.fill("Look");
  const large: GivenFile = { name: "large.png", mimeType: "image/png", buffer: Buffer.alloc(4 * 1024 * 1024 + 1) };
  const binary: GivenFile = { name: "a.bin", mimeType: "application/octet-stream", buffer: Buffer.from([0, 1, 2, 255]) };
  await attach(page, large, text("long.log", "x".repeat(256 * 1024 + 1)), binary, image("fine.png"));
  await expect(attachedFiles(page)).toHaveText(["fine.png"]);
  await expect(page.getByText("“large.png” is too large: a picture goes up to 4 MiB.")).toBeVisible();
  await expect(page.getByText("“long.log” is too large")).toBeVisible();
  await expect(page.getByText("“a.bin” is neither text nor a picture")).toBeVisible();
  await expect(chat.box).toHaveValue("Look");
  await expect(chat.alert).toHaveCount(0);

  await attach(page, ...[...Array(9).keys()].map((number) => image(`${number}.png`)));
  await expect(attachedFiles(page)).toHaveCount(8);
  await expect(page.getByText("A question takes up to 8 files.")).toBeVisible();
  await expect(page.getByText("“large.png”")).toBeHidden();
  await chat.send.click();
  expect(parts(await answered(chat, upstream))).toHaveLength(9);
  await expect(page.getByText("A question takes up to 8 files.")).toBeHidden();
});

test("a text file is read in the encoding of its byte order mark", async ({ chat, page, upstream }) => {
  const words = "Grüße, 世界 🌍";
  const le = Buffer.from(words, "utf16le");
  const be = Buffer.from(le).swap16();
  const wide = Buffer.from([...words].flatMap((letter) => [...new Uint8Array(Uint32Array.of(letter.codePointAt(0)!).buffer)]));
  const bytes = (name: string, ...parts: (Buffer | number[])[]): GivenFile => ({
    name,
    mimeType: "",
    buffer: Buffer.concat(parts.map((part) => Buffer.from(part))),
  });
  const all = [
    bytes("le.txt", [0xff, 0xfe], le),
    bytes("be.txt", [0xfe, 0xff], be),
    bytes("32.txt", [0xff, 0xfe, 0, 0], wide),
    bytes("8.txt", [0xef, 0xbb, 0xbf], Buffer.from(words)),
    bytes("jp.txt", Buffer.from("\x1b$B$3$s$K$A$O\x1b(B", "latin1")),
    bytes("gb.txt", [0x84, 0x31, 0x95, 0x33, 0xc4, 0xe3, 0xba, 0xc3]),
  ];
  await attach(page, ...all);
  await expect(attachedFiles(page)).toHaveText(all.map(({ name }) => name));
  await chat.ask("Read");
  const said = parts(await answered(chat, upstream)) as string;
  for (const name of ["le", "be", "32", "8"]) expect(said).toContain(`${name}.txt:\n\n\`\`\`\n${words}\n`);
  expect(said).toContain("jp.txt:\n\n```\nこんにちは\n");
  expect(said).toContain("gb.txt:\n\n```\n你好\n");
});

test("an unreadable text file is refused with the reason", async ({ chat, page }) => {
  await expect(chat.box).toBeVisible();
  const refused: [string, number[], string][] = [
    ["latin.txt", [0x63, 0x61, 0x66, 0xe9], "is text in an encoding that isn’t UTF-8"],
    ["bare.txt", [...Buffer.from("Some words", "utf16le")], "is in UTF-16 without the mark"],
    ["odd.txt", [0xff, 0xfe, 0x61, 0, 0x62], "is in UTF-16, and ends in the middle of a character"],
    ["half.txt", [0xff, 0xfe, 0x3d, 0xd8, 0x61, 0], "is in UTF-16, and has half of a character in it"],
    ["paper.pdf", [...Buffer.from("%PDF-1.7\n%")], "is a PDF document"],
    ["red", [...Buffer.from(PNG, "base64")], "is a PNG picture under another name"],
    ["plan.docx", [0x50, 0x4b, 3, 4, 20, 0, 0, 0], "is a ZIP archive, or a document that is one"],
  ];
  for (const [at, [name, bytes, reason]] of refused.entries()) {
    const file = { name, mimeType: "", buffer: Buffer.from(bytes) };
    await (at % 3 === 0 ? attach(page, file) : dispatchWith(page, at % 3 === 1 ? ["paste"] : ["dragover", "drop"], file));
    await expect(page.locator(".refused.told")).toContainText(`“${name}” `);
    await expect(page.locator(".refused.told")).toContainText(reason);
  }
  await expect(attachedFiles(page)).toHaveCount(0);
});

test("all files together stay within the server's limit", async ({ chat, page, upstream }) => {
  const most = (name: string): GivenFile => ({ name, mimeType: "image/png", buffer: Buffer.alloc(4 * 1024 * 1024) });
  await attach(page, most("a.png"), most("b.png"));
  await expect(attachedFiles(page)).toHaveCount(2);
  await chat.ask("Look");
  expect(parts(await answered(chat, upstream))).toHaveLength(3);
  await attach(page, most("c.png"), image("small.png"));
  await expect(page.getByText("“c.png” is too much: a conversation goes up to 15 MiB")).toBeVisible();
  await expect(attachedFiles(page)).toHaveText(["small.png"]);
  // An edit replaces the first question, so its size is free again.
  await chat.message(0).hover();
  await chat.action(chat.message(0), "Edit").click();
  await page.getByRole("button", { name: "Remove a.png" }).click();
  await attach(page, most("d.png"));
  await expect(attachedFiles(page)).toHaveText(["b.png", "d.png"]);
});

test("a question that is too large stays unsent in the box", async ({ chat, page, upstream }) => {
  test.slow();
  const large = (name: string, size: number): GivenFile => ({ name, mimeType: "image/png", buffer: Buffer.alloc(size) });
  const most = 4 * 1024 * 1024;
  const typed = `${"\u0001".repeat(60)}\n`.repeat(2700); // JSON escapes each of these characters as six
  await chat.box.evaluate((box: HTMLTextAreaElement, typed) => {
    box.value = typed; // typing this much key by key takes minutes
    box.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }, typed);
  await attach(page, large("a.png", most), large("b.png", most), large("c.png", 3_400_000));
  await expect(attachedFiles(page)).toHaveCount(3);
  await chat.send.click();
  await expect(page.getByText("That is too much to send")).toBeVisible();
  expect((await chat.box.inputValue()) === typed).toBe(true);
  await expect(attachedFiles(page)).toHaveCount(3);
  expect(upstream.questions).toHaveLength(0);

  for (const name of ["c.png", "b.png", "a.png"]) {
    await page.getByRole("button", { name: `Remove ${name}` }).click();
    await expect(page.getByText("That is too much to send")).toBeHidden();
  }
  await chat.send.click();
  expect(parts(await answered(chat, upstream))).toBe(typed.trimEnd());
});

test("a model without vision is warned about, and asked", async ({ page, upstream }) => {
  upstream.details = { alpha: { architecture: { input_modalities: ["text"] } } };
  const chat = await new Chat(page).open();
  const warning = page.getByText("alpha doesn’t look at pictures, as its server says.");
  await attach(page, text("notes.txt", "a note"));
  await expect(attachedFiles(page)).toHaveCount(1);
  await expect(warning).toBeHidden();
  await attach(page, image());
  await expect(warning).toBeVisible();
  await chat.model.selectOption("beta");
  await expect(warning).toBeHidden();
  await chat.model.selectOption("alpha");
  await expect(warning).toBeVisible();
  await chat.ask("Look");
  expect((await answered(chat, upstream)).body.model).toBe("alpha");
  await expect(warning).toBeHidden();
});

test("an edited question keeps its files, a draft its own", async ({ chat, page, upstream }) => {
  await attach(page, image("first.png"));
  await chat.ask("What is this?");
  await answered(chat, upstream);
  await chat.box.fill("Later");
  await attach(page, image("later.png"));
  await expect(attachedFiles(page)).toHaveText(["later.png"]);
  await chat.message(0).hover();
  await chat.action(chat.message(0), "Edit").click();
  await expect(attachedFiles(page)).toHaveText(["first.png"]);
  await page.keyboard.press("Escape");
  await expect(attachedFiles(page)).toHaveText(["later.png"]);
  await expect(chat.box).toHaveValue("Later");
  await chat.action(chat.message(0), "Edit").click();
  await chat.ask("And this?");
  const question = await answered(chat, upstream);
  expect(parts(question)).toEqual([
    { type: "text", text: "And this?" },
    { type: "image_url", image_url: { url: DATA_URL } },
  ]);
  await expect(attachedFiles(page)).toHaveText(["later.png"]);
  await chat.newChat.click();
  await expect(attachedFiles(page)).toHaveCount(0);
});

test("a question waits until its file is read", async ({ chat, page, upstream }) => {
  await chat.box.fill("Look");
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.items.add(new File([new Uint8Array(4_000_000)], "slow.png", { type: "image/png" }));
    document.dispatchEvent(new ClipboardEvent("paste", { bubbles: true, clipboardData: data }));
    document.querySelector<HTMLButtonElement>("button[type=submit].send")!.click();
  });
  expect(parts(await answered(chat, upstream))).toHaveLength(2);
});
