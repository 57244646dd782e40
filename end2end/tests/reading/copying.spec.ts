// A copy has the text that is seen, without the page's controls, and code without a final newline.

import type { Page } from "@playwright/test";
import type { Chat } from "../../support/chat-page";
import { expect, test } from "../../support/fixtures";
import type { Upstream } from "../../support/upstream";

test.beforeEach(({ context }) => context.grantPermissions(["clipboard-read", "clipboard-write"]));

const clipboard = (page: Page, type = "text/plain") =>
  page.evaluate(async (type) => (await (await navigator.clipboard.read())[0].getType(type)).text(), type);

async function answered(chat: Chat, upstream: Upstream, asked: string, answer: string, thought = ""): Promise<void> {
  await chat.ask(asked);
  const question = await upstream.nextQuestion();
  if (thought) question.reasoning(thought);
  question.delta(answer);
  question.finish();
  await expect(chat.status).toHaveText("Done");
}

/** Copies the range between two texts of the page, both included. */
async function copyFromTo(page: Page, from: string, to: string): Promise<void> {
  await page.evaluate(
    ([from, to]) => {
      const find = (words: string) => {
        const texts = document.createTreeWalker(document.querySelector(".message-list")!, NodeFilter.SHOW_TEXT);
        while (texts.nextNode()) {
          const text = texts.currentNode as Text;
          if (text.data.includes(words)) return { text, at: text.data.indexOf(words) };
        }
        throw new Error(`"${words}" isn't on the page`);
      };
      const [begin, end] = [find(from), find(to)];
      getSelection()!.setBaseAndExtent(begin.text, begin.at, end.text, end.at + to.length);
    },
    [from, to],
  );
  await page.keyboard.press("Control+c");
}

async function copyAll(chat: Chat, page: Page): Promise<void> {
  await chat.answer.getByText("After.").click(); // the focused box would select its own text
  await page.keyboard.press("Control+a");
  await page.keyboard.press("Control+c");
}

test("code is copied without a final newline", async ({ chat, upstream, page }) => {
  await answered(chat, upstream, "Show me", "Run it:\n\n```sh\nls\n  cat a\n\n```\n");
  await chat.answer.getByRole("button", { name: "Copy code" }).click();
  await expect.poll(() => clipboard(page)).toBe("ls\n  cat a");
  await chat.answer.hover();
  await chat.action(chat.answer, "Copy").click();
  await expect.poll(() => clipboard(page)).toBe("Run it:\n\n```sh\nls\n  cat a\n\n```");
});

test("Select all copies the text and no controls", async ({ chat, upstream, page }) => {
  const answer = "Before.\n\n```rust\nfn main() {\n    run();\n}\n```\n\n| a | b |\n|---|---|\n| c | d |\n\n```\nplain\n```\n\nAfter.";
  await answered(chat, upstream, "Show me", answer, "Hm, let me see.");
  await expect(chat.answer.locator("code .hl-k").first()).toBeVisible();
  await chat.answer.hover();
  await chat.action(chat.answer, "Regenerate").click();
  const again = await upstream.nextQuestion();
  again.reasoning("Hm, let me see.");
  again.delta(answer);
  again.finish();
  await expect(chat.status).toHaveText("Done");
  await expect(chat.answer).toContainText("2/2");

  await copyAll(chat, page);
  const said = "Show me\n\nBefore.\n\nfn main() {\n    run();\n}\na\tb\nc\td\nplain\n\nAfter.";
  await expect.poll(async () => (await clipboard(page)).replace(/\n{2,}(?=a\t|plain)/g, "\n")).toBe(said);
  const html = await clipboard(page, "text/html");
  expect(html).toContain("<table");
  expect(html).not.toMatch(/<button|Copy|Regenerate|Thought for/);

  // An open thought is part of the text.
  await chat.answer.getByText("Thought for").click();
  await copyAll(chat, page);
  await expect.poll(() => clipboard(page)).toMatch(/^Show me\n+Hm, let me see\.\n+Before\./);
  expect(await clipboard(page)).not.toContain("Thought for");
});

test("a copy keeps a question's lines and a task list's marks", async ({ chat, upstream, page }) => {
  await answered(chat, upstream, "One\n\n  two", "- [x] this\n- [ ] that\n\nAfter.");
  await page.evaluate(() => {
    const { setData } = DataTransfer.prototype;
    DataTransfer.prototype.setData = function (type, data) {
      Reflect.set(window, type, data);
      setData.call(this, type, data);
    };
  });
  await copyAll(chat, page);
  const put = (type: string) => page.evaluate((type) => Reflect.get(window, type) as string, type);
  await expect.poll(() => put("text/plain")).toMatch(/One\n\n {2}two\n[^]*☑ this\n☐ that\n[^]*After\.$/);
  // A program that receives the HTML doesn't have the page's style sheet.
  expect(await put("text/html")).toMatch(/<p class="text"[^>]* style="[^"]*white-space: pre-wrap;[^"]*"[^>]*>One\n\n {2}two</);
  expect(await put("text/html")).toContain("☑ this");
});

test("a selection of several ranges survives execCommand copying", async ({ chat, upstream, page }) => {
  await answered(chat, upstream, "Show me", "First.\n\nSecond.\n\nThird.");
  await page.evaluate(() => {
    navigator.clipboard.writeText = () => Promise.reject(new Error("no"));
    const real = getSelection()!;
    const paragraphs = [...document.querySelectorAll(".answer .markdown p")];
    const ranges = [0, 2].map((at) => {
      const range = new Range();
      range.selectNodeContents(paragraphs[at].firstChild!);
      return range;
    });
    const [first, last] = ranges;
    const several = (focusFirst: boolean) => ({
      isCollapsed: false,
      rangeCount: 2,
      getRangeAt: (at: number) => ranges[at],
      anchorNode: focusFirst ? first.endContainer : last.startContainer,
      anchorOffset: focusFirst ? first.endOffset : last.startOffset,
      focusNode: focusFirst ? first.startContainer : last.endContainer,
      focusOffset: focusFirst ? first.startOffset : last.endOffset,
    });
    document.getSelection = () => {
      const next = Reflect.get(window, "next") as boolean | undefined;
      Reflect.deleteProperty(window, "next");
      return next === undefined ? real : (several(next) as unknown as Selection);
    };
  });
  for (const isBackward of [false, true]) {
    await page.evaluate((isBackward) => {
      Reflect.set(window, "next", isBackward);
    }, isBackward);
    await chat.action(chat.answer, "Copy").evaluate((button: HTMLElement) => button.click());
    const selected = () =>
      page.evaluate(() => {
        const { anchorNode, anchorOffset, focusNode, focusOffset } = getSelection()!;
        return [anchorNode?.textContent, anchorOffset, focusNode?.textContent, focusOffset];
      });
    const [start, end] = [["First.", 0], ["Third.", 6]];
    await expect.poll(selected).toEqual(isBackward ? [...end, ...start] : [...start, ...end]);
  }
});

test("a selection across a code block has its code only", async ({ chat, upstream, page }) => {
  await answered(chat, upstream, "Show me", "Before.\n\n```rust\nlet a = 1;\nlet b = 2;\n```\n\nAfter.");
  await expect(chat.answer.locator("code .hl-k").first()).toBeVisible();
  await copyFromTo(page, "Before.", "After.");
  await expect.poll(() => clipboard(page)).toBe("Before.\n\nlet a = 1;\nlet b = 2;\n\nAfter.");
  await copyFromTo(page, "Before.", "rust");
  await expect.poll(() => clipboard(page)).toBe("Before.");
  await copyFromTo(page, "rust", "After.");
  await expect.poll(() => clipboard(page)).toBe("let a = 1;\nlet b = 2;\n\nAfter.");
});

test("a whole code block loses its final newline, a part doesn't", async ({ chat, upstream, page }) => {
  await answered(chat, upstream, "Show me", "Before.\n\n```\none\ntwo\n```\n\nAfter.");
  const select = (to: number) =>
    page.evaluate((to) => {
      const text = document.querySelector(".message-list code")!.firstChild as Text;
      getSelection()!.setBaseAndExtent(text, 0, text, Math.min(to, text.data.length));
    }, to);
  await select(1000);
  await page.keyboard.press("Control+c");
  await expect.poll(() => clipboard(page)).toBe("one\ntwo");
  await select(4);
  await page.keyboard.press("Control+c");
  await expect.poll(() => clipboard(page)).toBe("one\n");
  const { height } = (await chat.answer.locator("pre").boundingBox())!;
  await chat.answer.locator("pre").click({ clickCount: 3, position: { x: 30, y: height - 24 } });
  await page.keyboard.press("Control+c");
  await expect.poll(() => clipboard(page)).toBe("two");
});

test("a long code block is copied as one", async ({ chat, upstream, page }) => {
  const code = Array.from({ length: 3000 }, (_, at) => `let line_${at} = ${at};`).join("\n");
  await answered(chat, upstream, "Show me", `Before.\n\n\`\`\`\n${code}\n\`\`\`\n\nAfter.`);
  expect(await chat.answer.locator("figure").count()).toBeGreaterThan(1);
  await copyAll(chat, page);
  await expect.poll(async () => (await clipboard(page)) === `Show me\n\nBefore.\n\n${code}\n\nAfter.`).toBe(true);
});

test("the browser copies fields and text outside the messages", async ({ chat, upstream, page }) => {
  await answered(chat, upstream, "Show me", "Before.\n\n```\none\n```\n\nAfter.");
  await copyAll(chat, page);
  await chat.box.fill("a draft");
  await page.keyboard.press("Control+a");
  await page.keyboard.press("Control+c");
  await expect.poll(() => clipboard(page)).toBe("a draft");
  await page.evaluate(() => getSelection()!.selectAllChildren(document.querySelector(".hint")!));
  await chat.box.evaluate((box) => box.blur());
  await page.keyboard.press("Control+c");
  await expect.poll(() => clipboard(page)).toContain("Close this page");
});
