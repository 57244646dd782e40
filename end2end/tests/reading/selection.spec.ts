// A selection survives changes of the nodes under it while an answer arrives.

import type { Page } from "@playwright/test";
import type { Chat } from "../../support/chat-page";
import { expect, test } from "../../support/fixtures";
import { ANSWER, select, selected } from "../../support/selection";
import type { Question } from "../../support/upstream";

interface Case {
  kind: string;
  /** The text on the page when the selection is made. */
  said: string;
  /** The selected text, or its first and last words. */
  chosen: string | [from: string, to: string];
  /** The pieces that arrive after that. Each waits until the last word of the piece before it is on the page. */
  more: string[];
  /** An element that appears as the page's last change. */
  settled?: string;
}

const CASES: Case[] = [
  { kind: "a paragraph", said: "Some words of it", chosen: "words of", more: [" and more", "\n\nNext", " block", "\n\nLast"] },
  { kind: "a paragraph's last character", said: "The very end", chosen: "d", more: ["\n", "\nNext", "\n\nLast"] },
  { kind: "a whole paragraph", said: "All of it", chosen: "All of it", more: [".", "\n\nNext", "\n\nLast"] },
  { kind: "emphasis", said: "Some **bold and strong** text", chosen: "bold and strong", more: [" grows", "\n\nNext", "\n\nLast"] },
  { kind: "open emphasis", said: "Some **bold and strong", chosen: "bold and strong", more: [" words** grow", "\n\nNext", "\n\nLast"] },
  { kind: "emphasis that is none", said: "Two *stars here", chosen: "stars here", more: [" and", "\n\nNext", "\n\nLast"] },
  { kind: "text around emphasis", said: "One **two** three", chosen: ["One", "three"], more: [" four", "\n\nNext", "\n\nLast"] },
  { kind: "an address", said: "See https://a.example/path", chosen: "example/path", more: ["/further", "\n\nNext", "\n\nLast"] },
  { kind: "a code span", said: "Call `main(1, 2)` now", chosen: "main(1", more: [" again", "\n\nNext", "\n\nLast"] },
  { kind: "a list item", said: "- first\n- second item", chosen: "second", more: [" here", "\n- third", "\n\nNext", "\n\nLast"] },
  { kind: "an item of a list that becomes loose", said: "- first\n- second item", chosen: "second item", more: ["\n\n- third", "\n\n- fourth", "\n\nNext"] },
  { kind: "an item that gets a list", said: "1. first\n2. second item", chosen: "item", more: ["\n   - inner", "\n\n   outer", "\n\nNext"] },
  { kind: "a task", said: "- [ ] to do\n- [x] this is done", chosen: "is done", more: ["\n- [ ] third", "\n\nNext"] },
  { kind: "a heading", said: "### A heading here", chosen: "heading", more: [" grows", "\n\nText", " under", "\n\nLast"] },
  { kind: "a line that becomes a heading", said: "A title so far", chosen: "title so", more: ["\n===\n\nText", " under"] },
  { kind: "a line that becomes the head of a table", said: "Name | Age", chosen: "Name", more: ["\n--- | ---\nAnn | 30", "\n\nNext"] },
  { kind: "a cell of a table", said: "| a | b |\n|---|---|\n| first | second cell |", chosen: "second", more: ["\n| third |", "\n\nNext", "\n\nLast"] },
  { kind: "several cells", said: "| a | b |\n|---|---|\n| first | second |\n| third | fourth |", chosen: ["second", "third"], more: ["\n| fifth |", "\n\nNext"] },
  { kind: "a quote", said: "> quoted words", chosen: "quoted", more: ["\n> further", "\n>\n> - item", "\n\nNext"] },
  { kind: "code", said: "```rust\nfn main() {}\n", chosen: "main() {", more: ["let x = 1;\n", "fn last() {}\n```\n\nNext", "\n\nLast"], settled: "code .hl-k" },
  { kind: "the last line of code", said: "```rust\nfn main() {}\nfn last() {}", chosen: "last() {}", more: ["\n```", "\n\nNext"], settled: "code .hl-k" },
  { kind: "code across its colours", said: "```rust\nfn main() {}\nfn next() {}\nx", chosen: ["main", "next() {}"], more: ["y\n```\n\nNext"], settled: "code .hl-k" },
  { kind: "code in a list", said: "- Run\n\n  ```rust\n  fn main() {}\n", chosen: "main() {}", more: ["  fn last() {}\n  ```\n\nNext"], settled: "code .hl-k" },
  { kind: "code and the text before it", said: "Look at this\n\n```rust\nfn main() {}\n", chosen: ["at this", "main()"], more: ["fn last() {}\n```\n\nNext"], settled: "code .hl-k" },
  { kind: "text before a formula", said: "The square $a^2$ of it", chosen: "The square", more: [" all", "\n\nNext", "\n\nLast"], settled: "math" },
  { kind: "text after a formula", said: "The square $a^2$ of it", chosen: "of it", more: [" all", "\n\nNext", "\n\nLast"], settled: "math" },
  { kind: "two blocks", said: "The first block\n\nThe second", chosen: ["first", "The second"], more: [" block", "\n\nNext", "\n\nLast"] },
  { kind: "a list and a paragraph", said: "- one\n- two\n\nSome words", chosen: ["two", "Some"], more: [" more", "\n\nNext", "\n\nLast"] },
  { kind: "a text that is written anew", said: "Some [text][a] and words\n\nThe second block", chosen: ["words", "second"], more: ["\n\n[a]: https://a.example/\n\nNext", "\n\nLast"] },
  { kind: "the end of a full section", said: "A block.\n\n".repeat(23) + "The second block", chosen: "second", more: ["\n\nNext", "\n\nThird", "\n\nLast"] },
  { kind: "the end of a block that is cut", said: "- an item of it\n".repeat(1020) + "- the chosen one", chosen: "chosen one", more: ["\n- an item of it".repeat(30) + "\n- further", "\n\nNext"] },
  { kind: "the end of code that is cut", said: "```\n" + "a line of it\n".repeat(1250) + "the chosen one\n", chosen: "chosen one", more: ["a line of it\n".repeat(30) + "further", "\n```\n\nNext"] },
];

for (const [at, { kind, said, chosen, more, settled }] of CASES.entries()) {
  test(`a selection of ${kind} stays`, async ({ chat, upstream, page }) => {
    const [from, to] = typeof chosen === "string" ? [chosen, chosen] : chosen;
    const question = await say(chat, () => upstream.nextQuestion(), said, to);
    await page.evaluate(select, [ANSWER, from, to, at % 2 === 1]);
    const before = await page.evaluate(selected);
    expect(before.text).not.toBe("");
    for (const piece of more) {
      question.delta(piece);
      await expect(chat.answer).toContainText(lastWord(piece));
      await drawn(page);
      expect(await page.evaluate(selected), `after ${piece.slice(-40)}`).toEqual(before);
    }
    question.finish();
    await expect(chat.status).toHaveText("Done");
    if (settled) await expect(chat.answer.locator(settled).first()).toBeAttached();
    await drawn(page);
    expect(await page.evaluate(selected), "at the end").toEqual(before);
  });
}

const ENDS: Record<string, (question: Question, chat: Chat) => Promise<void> | void> = {
  "is complete": (question) => question.finish(),
  "is cut at the token limit": (question) => question.finish("length"),
  "is stopped by a click": (_, chat) => chat.stop.click(),
  "is stopped by Escape": (_, chat) => chat.page.keyboard.press("Escape"),
  "fails": (question) => question.error("The model fell over."),
  "is cut off": (question) => question.cut(),
};

const LAST = ["Some *last words", "- first\n- last words", "## Some last words", "> last words", "```rust\nlet last = words;", "| a |\n|---|\n| last words |"];

for (const [how, end] of Object.entries(ENDS)) {
  test(`the growing block stays selected when the answer ${how}`, async ({ chat, upstream, page }) => {
    for (const last of LAST) {
      const question = await say(chat, () => upstream.nextQuestion(), last);
      await page.evaluate(select, [ANSWER, "last", "words", false]);
      const before = await page.evaluate(selected);
      await end(question, chat);
      await expect(chat.stop).toBeHidden();
      await drawn(page);
      expect(await page.evaluate(selected), last).toEqual(before);
    }
  });
}

test("a question and its answer stay selected together", async ({ chat, upstream, page }) => {
  const question = await say(chat, () => upstream.nextQuestion(), "The answer is here");
  await page.evaluate(select, [".log", "Show", "answer", false]);
  const before = await page.evaluate(selected);
  expect(before.text).toMatch(/^Show me .*The answer$/);
  for (const piece of ["\n\nNext", "\n\nLast"]) {
    question.delta(piece);
    await expect(chat.answer).toContainText(piece.trim());
  }
  const words = async () => (await page.evaluate(selected)).text;
  expect(await words()).toMatch(/^Show me .*The answer$/);
  question.finish();
  await expect(chat.status).toHaveText("Done");
  await drawn(page);
  expect(await words()).toMatch(/^Show me .*The answer$/);
});

for (const chosen of ["a^2", "^"]) {
  test(`a formula with ${chosen} selected is selected when set`, async ({ chat, upstream, page }) => {
    const question = await say(chat, () => upstream.nextQuestion(), "So $a^2$ it is");
    await page.evaluate(select, [ANSWER, chosen, chosen, false]);
    question.delta("\n\nNext\n\nLast");
    await expect(chat.answer.locator("math")).toHaveCount(1);
    question.finish();
    await expect(chat.status).toHaveText("Done");
    const chosenNow = () => page.evaluate(() => getSelection()!.getRangeAt(0).cloneContents().querySelector("math")?.textContent);
    expect(await chosenNow()).toBe("a2");
    expect(await page.evaluate(() => getSelection()!.getRangeAt(0).toString())).toBe("a2");
  });
}

test("a thought with a selection stays open for the answer", async ({ chat, upstream, page }) => {
  await chat.ask("Show me");
  const question = await upstream.nextQuestion();
  const thought = chat.answer.locator(".reasoning > .text");
  question.reasoning("I think of it");
  await expect(thought).toHaveText("I think of it");
  await page.evaluate(select, [".reasoning > .text", "think", "of", true]);
  const before = await page.evaluate(selected);
  question.reasoning(" and more");
  await expect(thought).toContainText("and more");
  question.delta("Answer");
  await expect(chat.answer).toContainText("Answer");
  question.finish();
  await expect(chat.status).toHaveText("Done");
  await expect(thought).toBeVisible();
  expect(await page.evaluate(selected)).toEqual(before);
});

test("a thought without a selection folds for the answer", async ({ chat, upstream }) => {
  await chat.ask("Show me");
  const question = await upstream.nextQuestion();
  question.reasoning("I think of it");
  await expect(chat.answer.locator(".reasoning > .text")).toBeVisible();
  question.delta("Answer");
  await expect(chat.answer.locator(".reasoning > .text")).toBeHidden();
  question.finish();
  await expect(chat.status).toHaveText("Done");
});

test("text that becomes a thought stays selected", async ({ chat, upstream, page }) => {
  const question = await say(chat, () => upstream.nextQuestion(), "I *think* of it");
  await page.evaluate(select, [ANSWER, "think", "of", false]);
  const before = await page.evaluate(selected);
  question.delta("\n</think>\n\nThe answer");
  await expect(chat.answer.locator(".markdown")).toHaveText("The answer");
  question.finish();
  await expect(chat.status).toHaveText("Done");
  await expect(chat.answer.locator(".reasoning > .text")).toBeVisible();
  expect((await page.evaluate(selected)).text).toBe("think* of");
  expect(before.text).toBe("think of");
});

test("a mouse selection goes on while blocks end under it", async ({ chat, upstream, page }) => {
  const question = await say(chat, () => upstream.nextQuestion(), "One two three four\n\n```rust\nlet five = 6;");
  const place = async (word: string) => {
    await page.evaluate(select, [ANSWER, word, word, false]);
    const box = await page.evaluate(() => getSelection()!.getRangeAt(0).getBoundingClientRect().toJSON() as DOMRect);
    await page.evaluate(() => getSelection()!.removeAllRanges());
    return { x: box.x, y: box.y + box.height / 2 };
  };
  const [start, end] = [await place("two"), await place("five")];
  await page.mouse.move(start.x, start.y);
  await page.mouse.down();
  await page.mouse.move(start.x + 40, start.y);
  await page.mouse.move(end.x - 1, end.y, { steps: 5 });
  const before = await page.evaluate(selected);
  expect(before.text).toMatch(/^two three four .*let$/);
  question.delta("\n```\n\nNext\n\nLast");
  await expect(chat.answer.locator("code .hl-k")).toBeAttached();
  expect(await page.evaluate(selected)).toEqual(before);
  const last = await chat.answer.locator("code").boundingBox();
  await page.mouse.move(last!.x + last!.width - 2, end.y, { steps: 5 });
  await page.mouse.up();
  expect((await page.evaluate(selected)).text).toMatch(/^two three four .*let five = 6;$/);
  question.finish();
  await expect(chat.status).toHaveText("Done");
});

test("the end of an answer keeps focus and selection", async ({ chat, upstream, page }) => {
  for (const isSelected of [true, false]) {
    const question = await say(chat, () => upstream.nextQuestion(), "Some words");
    await chat.stop.focus();
    if (isSelected) await page.evaluate(select, [ANSWER, "words", "words", false]);
    else await page.evaluate(() => getSelection()!.removeAllRanges());
    question.finish();
    await expect(chat.status).toHaveText("Done");
    await drawn(page);
    if (isSelected) {
      expect((await page.evaluate(selected)).text).toBe("words");
      await expect(chat.box).not.toBeFocused();
    } else {
      await expect(chat.box).toBeFocused();
    }
  }
});

test("copying without the clipboard API keeps the selection", async ({ chat, upstream, page }) => {
  await page.evaluate(() => Object.defineProperty(navigator, "clipboard", { value: undefined }));
  const question = await say(chat, () => upstream.nextQuestion(), "Some words");
  question.finish();
  await expect(chat.status).toHaveText("Done");
  await page.evaluate(select, [ANSWER, "words", "words", true]);
  const before = await page.evaluate(selected);
  const copy = chat.answer.getByRole("button", { name: /^Copy/ });
  await copy.click();
  await expect(copy).toHaveAccessibleName("Copy ✓");
  expect(await page.evaluate(selected)).toEqual(before);
});

test("a selection in a second tab survives the first's answer", async ({ chat, upstream, page, context }) => {
  test.slow(); // an answer is stored whole every five seconds
  const question = await say(chat, () => upstream.nextQuestion(), "Some words of it");
  await expect(page).toHaveURL(/\/c\//);
  const other = await context.newPage();
  await other.goto(page.url());
  const answer = other.getByRole("log").getByRole("article").last();
  await expect(answer).toContainText("Some words of it", { timeout: 30_000 });
  await other.evaluate(select, [ANSWER, "words", "of", true]);
  const before = await other.evaluate(selected);
  question.delta(" and more\n\nNext");
  await expect(answer).toContainText("Next", { timeout: 30_000 });
  expect(await other.evaluate(selected)).toEqual(before);
  question.delta("\n\nLast");
  question.finish();
  await expect(chat.status).toHaveText("Done");
  await expect(answer).toContainText("Last", { timeout: 30_000 });
  await drawn(other);
  expect(await other.evaluate(selected)).toEqual(before);
});

const lastWord = (text: string) => text.match(/\w+(?=\W*$)/)?.[0] ?? "";

/** Asks, and waits until the beginning of the answer is on the page. */
async function say(chat: Chat, asked: () => Promise<Question>, said: string, shown?: string): Promise<Question> {
  await chat.ask("Show me");
  const question = await asked();
  question.delta(said);
  await expect(chat.answer).toContainText(shown ?? lastWord(said));
  await drawn(chat.page);
  return question;
}

/** Waits for some frames, in which all that has arrived is drawn. */
async function drawn(page: Page): Promise<void> {
  await page.evaluate(async () => {
    for (let frames = 0; frames < 3; frames++) await new Promise(requestAnimationFrame);
  });
}
