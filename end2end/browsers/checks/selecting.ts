// A selection stays while an answer arrives. Engines differ in where they move a selection when its nodes go.

import { ANSWER, select, selected } from "../../support/selection";
import { eventually } from "../eventually";
import { expect, test } from "../fixtures";
import type { Chat } from "../page/chat";

interface Case {
  said: string;
  chosen: [from: string, to: string];
  more: string[];
  /** An element that appears as the page's last change. */
  settled?: string;
}

const CASES: Record<string, Case> = {
  "a paragraph": { said: "Some **words of** it", chosen: ["Some", "words"], more: [" and more", "\n\nNext", "\n\nLast"] },
  "a list that becomes loose": { said: "- first\n- second item", chosen: ["second", "item"], more: ["\n\n- third", "\n\nNext", "\n\nLast"] },
  "a line that becomes a heading": { said: "A title so far", chosen: ["title", "so"], more: ["\n===\n\nText", "\n\nLast"] },
  "a table": { said: "| a | b |\n|---|---|\n| first | second |", chosen: ["first", "second"], more: ["\n| third |", "\n\nNext", "\n\nLast"] },
  code: { said: "```rust\nfn main() {}\nfn next() {}\n", chosen: ["main", "next"], more: ["```\n\nNext", "\n\nLast"], settled: "code .hl-k" },
  "two blocks": { said: "The first block\n\nThe second", chosen: ["first", "second"], more: [" block", "\n\nNext", "\n\nLast"] },
};

for (const [at, [kind, { said, chosen, more, settled }]] of Object.entries(CASES).entries()) {
  test(`a selection of ${kind} stays`, async ({ chat, upstream }) => {
    await chat.ask("Show me");
    const question = await upstream.nextQuestion();
    question.delta(said);
    await chat.answer.contains(chosen[1]);
    await drawn(chat);
    await chat.tab.evaluate(select, [ANSWER, ...chosen, at % 2 === 1]);
    const before = await chat.tab.evaluate(selected);
    expect(before.text).not.toBe("");
    for (const piece of more) {
      question.delta(piece);
      await chat.answer.contains(piece.match(/\w+/)![0]);
      await drawn(chat);
      expect(await chat.tab.evaluate(selected), `after ${piece}`).toEqual(before);
    }
    question.finish();
    await chat.status.reads("Done");
    if (settled) await eventually(async () => expect(await chat.answer.css(settled).count()).toBeGreaterThan(0));
    await drawn(chat);
    expect(await chat.tab.evaluate(selected), "at the end").toEqual(before);
  });
}

for (const way of ["a click", "Escape"]) {
  test(`Stop by ${way} keeps the selection and the focus`, async ({ chat, upstream }) => {
    await chat.inTheMiddle(upstream);
    await chat.tab.evaluate(select, [ANSWER, "one", "two", true]);
    const before = await chat.tab.evaluate(selected);
    if (way === "Escape") await chat.tab.key("Escape");
    else await chat.stop.click();
    await chat.status.reads("Stopped");
    await drawn(chat);
    expect(await chat.tab.evaluate(selected)).toEqual(before);
  });
}

test("the end of an answer keeps focus and selection", async ({ chat, upstream }) => {
  const question = await chat.inTheMiddle(upstream);
  await chat.stop.focus();
  await chat.tab.evaluate(select, [ANSWER, "one", "two", false]);
  const before = await chat.tab.evaluate(selected);
  question.finish();
  await chat.status.reads("Done");
  await drawn(chat);
  expect(await chat.tab.evaluate(selected)).toEqual(before);
});

/** Waits until all that has arrived is drawn. */
async function drawn(chat: Chat): Promise<void> {
  await chat.tab.evaluate(async () => {
    for (let frames = 0; frames < 3; frames++) await new Promise(requestAnimationFrame);
  });
}
