// A long answer: the browser skips the sections out of view, and the reader can't tell.

import type { Page } from "@playwright/test";
import { expect, test } from "../../support/fixtures";
import { drawn } from "../../support/frames";
import { SampleMarkdown } from "../../support/sample-markdown";
import type { Question } from "../../support/upstream";

// These answers are long, and slow on a busy machine.
test.slow();

test("sections out of view keep their height and are found", async ({ chat, upstream, page }) => {
  await chat.ask("Tell me everything");
  const question = await upstream.nextQuestion();
  const text = new SampleMarkdown(2).text(40_000);
  for (let from = 0; from < text.length; from += 4000) {
    await say(page, question, text.slice(from, from + 4000));
    await typeset(page);
  }
  question.delta("\n\nThe end.");
  question.finish();
  await expect(chat.status).toHaveText("Done");
  await expect(chat.answer).toContainText("The end.");
  await allDrawn(page);

  const left = page.locator(".section[data-full]");
  expect(await left.count()).toBeGreaterThan(3);
  const out = await left.evaluateAll((parts) => parts.filter((part) => !part.firstElementChild!.checkVisibility({ contentVisibilityAuto: true })));
  expect(out.length).toBeGreaterThan(2);
  await expectRoomForAll(page);
});

test("a section is skipped only once it is typeset", async ({ chat, upstream, page }) => {
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  await page.route("**/api/typeset", async (route) => {
    await released;
    await route.continue();
  });
  await chat.ask("Tell me everything");
  const question = await upstream.nextQuestion();
  const text = new SampleMarkdown(2).text(20_000);
  for (let from = 0; from < text.length; from += 4000) await say(page, question, text.slice(from, from + 4000));
  const left = page.locator(".section[data-full]");
  await expect(left).toHaveCount(0);
  release();
  await typeset(page);
  await say(page, question, "\n\nThe end.\n\nIt is.");
  expect(await left.count()).toBeGreaterThan(2);
  question.finish();
  await expect(chat.status).toHaveText("Done");
  await allDrawn(page);
  await expectRoomForAll(page);
});

test("the reader stays at the same words", async ({ chat, upstream, page }) => {
  await chat.ask("Tell me everything");
  const question = await upstream.nextQuestion();
  const lines = (from: number, to: number) => {
    for (let line = from; line < to; line++) question.delta(`Line ${line} of the answer.\n\n`);
  };
  lines(0, 200);
  await expect(chat.answer).toContainText("Line 199");
  const main = page.getByRole("main");
  await main.hover();
  await page.mouse.wheel(0, -600);
  await expect(page.getByRole("button", { name: "Jump to latest" })).toBeVisible();
  const place = () => chat.answer.getByText("Line 190 of").evaluate((line) => Math.round(line.getBoundingClientRect().top));
  const settled = async () => {
    const before = await place();
    await drawn(page);
    return (await place()) === before;
  };
  await expect.poll(settled).toBe(true);
  const before = await place();
  for (let line = 200; line < 400; line += 20) {
    lines(line, line + 20);
    await expect(chat.answer).toContainText(`Line ${line + 19} `);
    expect(await place()).toBe(before);
  }
  question.finish();
  await expect(chat.status).toHaveText("Done");
  expect(await place()).toBe(before);
});

test("final text never moves again", async ({ chat, upstream, page }) => {
  await chat.wake();
  await page.evaluate(() => {
    const moved: string[] = [];
    Reflect.set(window, "moved", moved);
    const places = new Map<Element, number>();
    const look = () => {
      const answer = document.querySelector("article.answer");
      for (const block of answer?.querySelectorAll(".section > *") ?? []) {
        const place = block.getBoundingClientRect().top - answer!.getBoundingClientRect().top;
        if (Math.abs(place - (places.get(block) ?? place)) > 0.5) moved.push(block.textContent!.slice(0, 40));
        places.set(block, place);
      }
      requestAnimationFrame(look);
    };
    look();
  });
  const moved = () => page.evaluate(() => Reflect.get(window, "moved") as string[]);
  await chat.ask("Tell me everything");
  const question = await upstream.nextQuestion();
  const prose = new SampleMarkdown(3).text(8000);
  for (let from = 0; from < prose.length; from += 100) {
    await say(page, question, prose.slice(from, from + 100));
    await typeset(page);
  }
  question.finish();
  await expect(chat.status).toHaveText("Done");
  await expect(chat.answer.locator("code .hl-k").last()).toBeAttached();
  await allDrawn(page);
  expect(await moved()).toEqual([]);

  // The comparison works: it sees an element that is moved on purpose.
  await chat.answer.getByRole("heading").first().evaluate((heading) => (heading.style.paddingBottom = "9px"));
  await expect.poll(moved).not.toEqual([]);
});

/** Sends more text, and waits until it is on the page. */
async function say(page: Page, question: Question, text: string): Promise<void> {
  const said = () => page.locator("article.answer > .markdown").textContent();
  const before = await said();
  question.delta(text);
  await expect.poll(said, { intervals: [20] }).not.toBe(before);
}

/** Waits until all final blocks are typeset and laid out. */
async function typeset(page: Page): Promise<void> {
  const waiting = page.locator(".section :is(code[data-lang], [data-tex]):not([data-set=done])");
  await expect.poll(() => waiting.count(), { intervals: [20] }).toBe(0);
}

/** Expects that scrolling through the answer moves nothing, and that drawing all of it moves nothing either. */
async function expectRoomForAll(page: Page): Promise<void> {
  const main = page.getByRole("main");
  const height = () => main.evaluate((main) => main.scrollHeight);
  const before = await height();
  await main.evaluate(async (main) => {
    for (let at = main.scrollHeight; at > 0; at -= 400) {
      main.scrollTo(0, at);
      await new Promise(requestAnimationFrame);
    }
  });
  expect(await height()).toBe(before);
  await page.evaluate(() => document.styleSheets[0].insertRule(".section { content-visibility: visible !important }"));
  expect(await height()).toBe(before);
}

/** Waits until each formula is set and each piece of code is coloured. */
async function allDrawn(page: Page): Promise<void> {
  await expect(page.locator("code[data-lang]:not(:has([class^=hl])), [data-tex]:not(:has(math))")).toHaveCount(0);
  await drawn(page);
}
