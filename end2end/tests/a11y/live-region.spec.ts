// The announcements of an answer to a screen reader: whole sentences and blocks, each once.

import type { Page } from "@playwright/test";
import type { Chat } from "../../support/chat-page";
import { expect, test } from "../../support/fixtures";
import { drawn } from "../../support/frames";

test("an answer is announced in sentences and blocks, each once", async ({ chat, upstream }) => {
  const heard = await listen(chat);
  await chat.ask("Tell me");
  const question = await upstream.nextQuestion();
  question.delta("# A heading\n\nOne sen");
  await expect.poll(heard).toEqual(["A heading"]);
  question.delta("tence. Another **one**. And the begin"); // in one delta: a pause in between would make two announcements
  await expect.poll(heard).toEqual(["A heading", "One sentence. Another one."]);
  question.delta("ning of $a^2$.\n\n- milk\n- eggs\n\n```rust\nlet x = 1;\n```\n\nThe en");
  await expect.poll(async () => (await heard()).length).toBe(3);
  expect((await heard())[2]).toMatch(/^And the beginning of .*\.\s+milk\s+eggs\s+Code rust$/s);
  question.delta("d");
  question.finish();
  await expect.poll(heard).toHaveLength(4);
  expect((await heard())[3]).toBe("The end");
  await expect(chat.status).toHaveText("Done");
});

test("a fast answer isn't announced word by word", async ({ chat, upstream, page }) => {
  const heard = await listen(chat);
  await chat.ask("Tell me");
  const question = await upstream.nextQuestion();
  for (let sentence = 1; sentence <= 60; sentence++) {
    for (const word of ["This ", "is ", "number ", `${sentence}. `]) question.delta(word);
    if (sentence % 10 === 0) question.delta("\n\n");
    await drawn(page);
  }
  question.finish();
  await expect(chat.status).toHaveText("Done");
  const all = Array.from({ length: 60 }, (_, at) => `This is number ${at + 1}.`);
  await expect.poll(async () => (await heard()).join(" ").replace(/\s+/g, " ")).toBe(all.join(" "));
  const times = await page.evaluate(() => Reflect.get(window, "times") as number[]);
  const pauses = times.slice(1, -1).map((time, at) => time - times[at]); // the last one comes at the end of the answer
  for (const pause of pauses) expect(pause).toBeGreaterThan(1900);
});

test("text from before the first frame is announced too", async ({ chat, upstream, page }) => {
  const heard = await listen(chat);
  const draw = await holdFrames(page);
  await chat.ask("Tell me");
  const question = await upstream.nextQuestion();
  question.reasoning("Let me see.");
  const thinking = chat.answer.getByText("Thinking…");
  await expect(thinking).toBeVisible();
  question.delta("It begins. It goes on");
  await expect(thinking).toBeHidden(); // the status needs no frame, so the text has arrived
  await draw();
  await expect.poll(heard).toEqual(["It begins."]);
  question.finish();
  await expect.poll(heard).toEqual(["It begins.", "It goes on"]);
});

test("a continued answer isn't announced again from the start", async ({ chat, upstream }) => {
  const heard = await listen(chat);
  await chat.ask("Tell me");
  const question = await upstream.nextQuestion();
  question.delta("It was said. It was cut");
  await expect.poll(heard).toEqual(["It was said."]);
  await chat.stop.click();
  await expect.poll(heard).toEqual(["It was said.", "It was cut"]);
  await chat.action(chat.answer, "Continue").click();
  const rest = await upstream.nextQuestion();
  rest.delta(" off. And then it ended.");
  rest.finish();
  await expect.poll(heard).toEqual(["It was said.", "It was cut", "It was cut off. And then it ended."]);
});

test("a flood is announced in pieces, complete, until Stop", async ({ chat, upstream }) => {
  const heard = await listen(chat);
  const all = Array.from({ length: 400 }, (_, at) => `This is paragraph ${at + 1} of a great many.`);
  const text = all.join("\n\n"); // 16 kB, at once
  const words = async () => (await heard()).join(" ").replace(/\s+/g, " ").trim();
  await chat.ask("Tell me");
  const question = await upstream.nextQuestion();
  question.delta(text);
  question.finish();
  await expect(chat.status).toHaveText("Done");
  const pauses = await countPauses(chat.page);
  await expect.poll(words, { timeout: 30_000 }).toBe(all.join(" "));
  for (const piece of await heard()) expect(piece.length).toBeLessThan(3200);
  expect(await pauses()).toBeGreaterThan(0);

  await chat.ask("Tell me again");
  const stopped = await upstream.nextQuestion();
  stopped.delta(text);
  await expect(chat.answer).toContainText("paragraph 400");
  const before = (await heard()).length;
  await chat.stop.click();
  const since = await pauses();
  await expect.poll(async () => (await heard()).length).toBeGreaterThan(before);
  expect(await pauses(), "pauses before another piece").toBe(since);
});

/** Counts the pauses between announcements that have begun since. */
async function countPauses(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(() => {
    let pauses = 0;
    const wait = window.setTimeout;
    const counted = (act: TimerHandler, ms?: number, ...rest: unknown[]) => {
      if (ms === 2000) pauses++;
      return wait(act, ms, ...rest);
    };
    Object.assign(window, { setTimeout: counted, pauses: () => pauses });
  });
  return () => page.evaluate(() => Reflect.get(window, "pauses")() as number);
}

/** Stops the page's frames until the returned function is called. */
async function holdFrames(page: Page): Promise<() => Promise<void>> {
  await page.evaluate(() => {
    const ask = window.requestAnimationFrame.bind(window);
    const cancel = window.cancelAnimationFrame.bind(window);
    const held = new Map<number, FrameRequestCallback>();
    let last = 1_000_000; // no number of the browser's own frames
    window.requestAnimationFrame = (callback) => {
      held.set(++last, callback);
      return last;
    };
    window.cancelAnimationFrame = (frame) => void (held.delete(frame) || cancel(frame));
    const draw = () => {
      window.requestAnimationFrame = ask;
      ask((now) => held.forEach((callback) => callback(now)));
    };
    Reflect.set(window, "draw", draw);
  });
  return () => page.evaluate(() => Reflect.get(window, "draw")());
}

/** Collects the announcements from here on: the text that is put into the live region. */
async function listen(chat: Chat): Promise<() => Promise<string[]>> {
  await chat.wake();
  await chat.page.evaluate(() => {
    const heard: string[] = [];
    const times: number[] = [];
    Object.assign(window, { heard, times });
    new MutationObserver((changes) => {
      times.push(performance.now());
      for (const { addedNodes } of changes) heard.push(...[...addedNodes].map((node) => node.textContent ?? ""));
    }).observe(document.querySelector(".visually-hidden[aria-live]")!, { childList: true });
  });
  return () => chat.page.evaluate(() => Reflect.get(window, "heard") as string[]);
}
