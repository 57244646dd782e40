// The rest of the page: files, comparing, settings, theme, size, and the keyboard alone.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Upstream } from "../../support/upstream";
import { expect, test } from "../fixtures";
import type { Chat } from "../page/chat";
import type { Part } from "../page/part";

/** One red pixel. */
const PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";

const waiting = (chat: Chat) => chat.page.role("list", "Files to be sent").role("listitem");

test("an image and a text go with a question and stay with it", async ({ chat, upstream, shared }) => {
  const picture = join(shared.profile, "red.png");
  const text = join(shared.profile, "notes.md");
  await writeFile(picture, Buffer.from(PNG, "base64"));
  await writeFile(text, "# Notes\n");
  await chat.wake();
  await chat.button("Attach files").shows();
  await chat.tab.upload("form input[type=file]", picture, text);
  await waiting(chat).counts(2);
  const question = await chat.converse(upstream, "What is this?", "I see");
  expect(question.body.messages.at(-1)?.content).toEqual([
    { type: "text", text: "notes.md:\n\n```\n# Notes\n```\n\nWhat is this?" },
    { type: "image_url", image_url: { url: `data:image/png;base64,${PNG}` } },
  ]);
  await chat.reload();
  await chat.message(0).role("img", "red.png").shows();
});

// The event is synthetic: neither headless Firefox nor WebKitGTK reads an image from the clipboard.
test("an image can be pasted", async ({ chat }) => {
  await chat.wake();
  await bring(chat, "paste");
  await waiting(chat).counts(1);
});

test("a file can be dropped", async ({ chat }) => {
  await chat.wake();
  await bring(chat, "dragover");
  await bring(chat, "drop");
  await waiting(chat).counts(1);
  await waiting(chat).contains("brought.png");
});

/** Sends the events of a paste, or of a drag across the page, with an image. */
async function bring(chat: Chat, way: "paste" | "dragover" | "drop"): Promise<void> {
  await chat.tab.evaluate(
    (way, png) => {
      const data = new DataTransfer();
      const bytes = Uint8Array.from(atob(png), (sign) => sign.charCodeAt(0));
      data.items.add(new File([bytes], "brought.png", { type: "image/png" }));
      const usual = { bubbles: true, cancelable: true };
      const event = way === "paste" ? new ClipboardEvent(way, usual) : new DragEvent(way, { ...usual, dataTransfer: data });
      if (way === "paste") Object.defineProperty(event, "clipboardData", { value: data });
      document.querySelector("main")!.dispatchEvent(event);
    },
    way,
    PNG,
  );
}

test.describe("several models side by side", () => {
  const lane = (chat: Chat, model: string) => chat.log.role("article", `Answer of ${model}`);

  async function inTheMiddle(chat: Chat, upstream: Upstream) {
    await chat.wake();
    await chat.button("/^Compare/").click();
    await chat.page.role("combobox", "Compare with").nth(0).pick("beta");
    await chat.tab.key("Escape");
    await chat.ask("Who are you?");
    const asked = [await upstream.nextQuestion(), await upstream.nextQuestion()];
    for (const question of asked) {
      question.delta(`I am ${question.body.model}`);
      await lane(chat, question.body.model).contains(`I am ${question.body.model}`);
    }
    return asked;
  }

  test("each has its answer, and Escape stops all", async ({ chat, upstream, server }) => {
    const asked = await inTheMiddle(chat, upstream);
    await chat.tab.key("Escape");
    for (const question of asked) expect(await question.closed).toBe("client");
    await chat.status.matches(/^Stopped/);
    await expect.poll(() => server.exits().map((exit) => exit.reason)).toEqual(["killed", "killed"]);
  });

  test("Stop of one stops no other", async ({ chat, upstream }) => {
    const asked = await inTheMiddle(chat, upstream);
    const [alpha, beta] = ["alpha", "beta"].map((model) => asked.find((question) => question.body.model === model)!);
    await lane(chat, "beta").role("button", "Stop beta").click();
    expect(await beta.closed).toBe("client");
    await lane(chat, "beta").contains("Stopped");
    alpha.delta(", still here");
    alpha.finish();
    await lane(chat, "alpha").contains("still here");
  });

  test("both are followed to their ends", async ({ chat, upstream }) => {
    const asked = await inTheMiddle(chat, upstream);
    for (let line = 0; line < 40; line++) {
      for (const question of asked) question.delta(`\n\n\`\`\`rust\nlet line = ${line};\n\`\`\`\n\nWords.`);
      await new Promise((passed) => setTimeout(passed, 15));
    }
    for (const question of asked) question.finish();
    await chat.status.reads("Done");
    const below = () =>
      chat.tab.evaluate(() => {
        const main = document.querySelector("main")!;
        return main.scrollHeight - main.scrollTop - main.clientHeight;
      });
    await expect.poll(below, "pixels below the window").toBeLessThan(3);
    await chat.button("Jump to latest").goes();
  });
});

test.describe("the settings", () => {
  const open = async (chat: Chat) => {
    await chat.wake();
    await chat.button("Settings").click();
    const dialog = chat.page.role("dialog", "Settings");
    await dialog.shows();
    return dialog;
  };

  test("are sent, and stay with the conversation", async ({ chat, upstream }) => {
    const dialog = await open(chat);
    await dialog.role("textbox", "System prompt").fill("Be brief.");
    await dialog.role("textbox", "Temperature").fill("0.7");
    await dialog.role("button", "Done").click();
    await dialog.goes();
    const question = await chat.converse(upstream, "Why?", "So.");
    expect(question.messages).toEqual(["system: Be brief.", "user: Why?"]);
    expect(question.body).toMatchObject({ temperature: 0.7 });
    await chat.reload();
    await open(chat);
    await dialog.role("textbox", "Temperature").holds("0.7");
  });

  test("close with Escape", async ({ chat }) => {
    const dialog = await open(chat);
    await chat.tab.key("Escape");
    await dialog.goes();
  });

  test("close by a click beside them", async ({ chat }) => {
    const dialog = await open(chat);
    await chat.tab.move(30, 880);
    await chat.tab.press();
    await dialog.goes();
  });
});

test("the chosen theme stays, in every tab", async ({ chat, other }) => {
  const theme = (chat: Chat) => chat.page.role("combobox", "Theme");
  const ground = (chat: Chat) =>
    chat.tab.evaluate(() => Number(/oklch\(([\d.]+)/.exec(getComputedStyle(document.documentElement).backgroundColor)?.[1]));
  await other.open("/task");
  await theme(chat).pick("light");
  await expect.poll(() => ground(chat)).toBeGreaterThan(0.5);
  await theme(chat).pick("dark");
  await expect.poll(() => ground(chat)).toBeLessThan(0.5);
  await expect.poll(() => ground(other)).toBeLessThan(0.5);
  await chat.reload();
  await theme(chat).holds("dark");
  await expect.poll(() => ground(chat)).toBeLessThan(0.5);
});

test("nothing overflows the window of a phone", async ({ chat, upstream }) => {
  await chat.tab.resize(390, 800);
  await chat.converse(upstream, "Show me", `${"a".repeat(300)}\n\n| ${"cell | ".repeat(20)}\n|${"---|".repeat(20)}\n\n\`\`\`\n${"code ".repeat(100)}\n\`\`\`\n\n`);
  expect(await chat.tab.evaluate(() => [innerWidth, document.documentElement.scrollWidth])).toEqual([390, 390]);
  await chat.box.fill("And now?");
  await chat.send.click();
  (await upstream.nextQuestion()).finish();
  await chat.status.reads("Done");
});

test("nothing but the conversation ever scrolls", async ({ chat, upstream }) => {
  await chat.converse(upstream, "At length", `A claim[^1].\n\n${"A line of the answer.\n\n".repeat(60)}[^1]: It is true.\n`);
  const still = async (what: string) => {
    const moved = await chat.tab.evaluate(() => {
      const frame = [document.scrollingElement!, document.body, ...document.querySelectorAll(".chat, .talk, header.bar, .composer-bar")];
      const { scrollHeight, clientHeight } = document.documentElement;
      const top = document.querySelector("header.bar")!.getBoundingClientRect().top;
      return [top, scrollHeight - clientHeight, ...frame.map((part) => Math.abs(part.scrollTop) + Math.abs(part.scrollLeft))];
    });
    expect(moved.filter((pixels) => pixels !== 0), what).toEqual([]);
  };
  const [width, height] = await chat.tab.evaluate(() => [innerWidth, innerHeight]);
  for (const [x, y] of [[100, 300], [width - 300, 20], [width - 300, height - 20], [width - 300, height / 2]]) {
    for (const pixels of [2000, -200, 2000]) await chat.tab.wheel(x, y, pixels);
    await new Promise((passed) => setTimeout(passed, 300)); // scrolling by a wheel may be smooth
    await still(`a wheel at ${x}, ${y}`);
  }
  await chat.answer.css("sup a").click();
  await still("a footnote");
  const wrong = await chat.tab.evaluate(() => {
    const place = document.scrollingElement!;
    for (const part of document.querySelectorAll<HTMLElement>("*")) {
      for (const block of ["start", "end"] as const) part.scrollIntoView({ block, inline: block });
      part.focus();
      if (place.scrollTop || place.scrollLeft) return `${part.localName}.${part.className}`;
    }
    scrollTo(0, 500);
    return place.scrollTop ? "a script" : "";
  });
  expect(wrong).toBe("");
  await still("everything is shown, and has the focus");
});

test("right-to-left text has its direction, code its own", async ({ chat, upstream }) => {
  await chat.box.focus();
  await chat.tab.evaluate((text) => {
    const box = document.querySelector("textarea")!;
    box.value = text;
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }, "سلام");
  const direction = (part: Part) => part.evaluate(() => getComputedStyle(Reflect.get(window, "part") as Element).direction);
  expect(await direction(chat.box)).toBe("rtl");
  await chat.tab.key("Enter");
  const question = await upstream.nextQuestion();
  question.delta("سلام\n\n- عليكم\n\n| ب | ج |\n|---|---|\n| د | ه |\n\n```\nسلام\n```\n");
  question.finish();
  await chat.status.reads("Done");
  for (const block of ["p", "ul", "table"]) expect(await direction(chat.answer.css(`.markdown ${block}`)), block).toBe("rtl");
  expect(await direction(chat.answer.css("pre code"))).toBe("ltr");
  const right = await chat.answer.css(".markdown li").evaluate(() => {
    const item = Reflect.get(window, "part") as Element;
    const range = document.createRange();
    range.selectNodeContents(item);
    return item.getBoundingClientRect().right - range.getBoundingClientRect().right;
  });
  expect(right, "pixels between an item and its right end").toBeLessThan(3);
});

test("the keyboard alone asks, stops, and goes on", async ({ chat, upstream }) => {
  await chat.box.hasFocus();
  await chat.tab.type("Hello?");
  await chat.tab.key("Tab");
  await chat.send.hasFocus();
  await chat.tab.key("Enter");
  const question = await upstream.nextQuestion();
  await chat.stop.shows();
  await chat.box.hasFocus();
  question.delta("Hello");
  await chat.answer.contains("Hello");
  await chat.tab.key("Tab");
  await chat.stop.hasFocus();
  await chat.tab.key("Space");
  await chat.status.matches(/^Stopped/);
  expect(await question.closed).toBe("client");
  await chat.box.hasFocus();
  await chat.tab.key("ArrowUp");
  await chat.box.holds("Hello?");
  await chat.tab.key("Escape");
  await chat.box.holds("");
});
