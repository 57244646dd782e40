// Stop means stop: in each phase of an answer, and at any rate of deltas.

import { setTimeout as after } from "node:timers/promises";
import type { Question } from "../../support/upstream";
import { limited } from "../driver/leash";
import { expect, test } from "../fixtures";
import { Chat } from "../page/chat";
import { pour } from "../pour";
import { press } from "../press";

/** The limit from the click to the end of the upstream connection, on a busy machine. `make fates` measures it alone. */
const SOON_MS = 500;

/** The limit for the median in a flood. It starts at the driver's click command, so it includes the driver. */
const FLOOD_SOON_MS = 150;
const TRIALS = 5;

/** The duration of a flood before Stop, in milliseconds. */
const FLOOD_MS = 1500;

/** Each brings an answer to the phase in which it is stopped. */
const MOMENTS: Record<string, (chat: Chat, question: Question) => Promise<void>> = {
  "before any response": async () => {},
  "before the first word": async (_, question) => question.begin(),
  "while the model reasons": async (chat, question) => {
    question.reasoning("Hm, let me see");
    await chat.answer.contains("Hm, let me see");
  },
  "in the middle of the answer": async (chat, question) => {
    question.delta("one, two, ");
    await chat.answer.contains("one, two,");
    void pour(question, "more ".repeat(5000), { rate: 50, size: 5 });
  },
  "in the middle of a table": async (chat, question) => {
    question.delta("| a | b |\n|---|---|\n| one | tw");
    await chat.answer.contains("one");
  },
  "when the model hangs": async (chat, question) => {
    question.delta("one, ");
    await chat.answer.contains("one,");
    question.hang();
  },
};

test.describe("Stop ends the model's work", () => {
  for (const [moment, reach] of Object.entries(MOMENTS)) {
    test(moment, async ({ chat, upstream, server }) => {
      await chat.ask("Count to a million");
      const question = await upstream.nextQuestion();
      await reach(chat, question);
      const { clicked } = await press(chat.stop, question);
      expect(await question.closed).toBe("client");
      expect((await question.closedAt) - clicked).toBeLessThan(SOON_MS);
      await chat.status.matches(/^Stopped/);
      await chat.alert.goes();
      await expect.poll(() => server.exits()).toMatchObject([{ reason: "killed" }]);
    });
  }

  test("with Escape, and has a receipt", async ({ chat, upstream }) => {
    const question = await chat.inTheMiddle(upstream);
    await chat.tab.key("Escape");
    expect(await question.closed).toBe("client");
    await chat.status.matches(/^Stopped/);
    await chat.answer.contains("one, two,");
    await chat.page.css("body").matches(/confirmed by the server|connection closed/i);
  });

  test("and the answer can be continued, and asked for again", async ({ chat, upstream }) => {
    await chat.inTheMiddle(upstream);
    await chat.stop.click();
    await chat.answer.role("button", "Continue").click();
    const second = await upstream.nextQuestion();
    expect(second.messages).toEqual(["user: Count to a million", "assistant: one, two,"]);
    second.delta(" three");
    second.finish();
    await chat.status.reads("Done");
    await chat.answer.contains("one, two, three");
    await chat.answer.role("button", "Regenerate").click();
    const third = await upstream.nextQuestion();
    expect(third.messages).toEqual(["user: Count to a million"]);
    third.finish();
    await chat.status.reads("Done");
  });
});

test("a double click on Send asks once and stops nothing", async ({ chat, upstream }) => {
  await chat.box.fill("Only once");
  await chat.send.hover();
  await Promise.all([chat.tab.press(), chat.tab.press()]);
  const question = await upstream.nextQuestion();
  question.delta("Still here");
  await chat.answer.contains("Still here");
  question.finish();
  await chat.status.reads("Done");
  expect(upstream.questions).toHaveLength(1);
});

test.describe("Stop is heard at once in a flood", () => {
  // The flood must not end at the limit for an answer.
  test.use({ args: ["--max-answer", "4096"] });

  const PARAGRAPH = `${"flood ".repeat(6)}\n\n`;
  const FLOODS: Record<string, (question: Question) => unknown> = {
    "of 2,500 deltas a second": (question) => pour(question, "word ".repeat(200_000), { rate: 2500, size: 5 }),
    "of 24,000 deltas a second": (question) => pour(question, "word ".repeat(2_000_000), { rate: 24_000, size: 5 }),
    "of deltas as fast as they are taken": (question) => question.flood(PARAGRAPH),
    "of code as fast as it is taken": (question) => (question.delta("\n\n```\n"), question.flood("let it = flood();\n".repeat(3))),
  };
  for (const [what, flood] of Object.entries(FLOODS)) {
    test(what, async ({ start, upstream, server }) => {
      // A separate browser: the driver may not get a flooded page back.
      const browser = await start();
      const chat = await new Chat(await browser.tab(), server.url).open();
      const took: number[] = [];
      for (let trial = 0; trial < TRIALS; trial++) {
        await chat.ask("Everything");
        const question = await upstream.nextQuestion();
        question.delta("It begins. ");
        await chat.answer.contains("It begins.");
        const { ordered } = await press(chat.stop, question, async () => {
          void flood(question);
          await after(FLOOD_MS);
        });
        took.push((await limited("the model's connection to be closed", 10 * SOON_MS, question.closedAt)) - ordered);
        await chat.status.matches(/^Stopped/);
        await chat.newChat.click();
        await chat.messages.counts(0);
      }
      expect(server.exits().map(({ reason }) => reason)).toEqual(Array(TRIALS).fill("killed"));
      console.log(`${browser.name}, Stop in a flood ${what}: ${took.map((ms) => ms.toFixed(0)).join(", ")} ms`);
      took.sort((one, other) => one - other);
      expect(took[Math.floor(TRIALS / 2)], "the median, from the click command").toBeLessThan(FLOOD_SOON_MS);
      expect(took.at(-1), "the slowest, from the click command").toBeLessThan(SOON_MS);
    });
  }
});
