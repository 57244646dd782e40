// The rows of the table: everything that parts a page from its answer, and what we promise of each.

import { expect } from "@playwright/test";
import { setTimeout as after } from "node:timers/promises";
import type { Part } from "../browsers/page/part";
import { press as pressPart } from "../browsers/press";
import { now } from "../support/clock";
import type { Question } from "../support/upstream";
import { inTime, outcome, type Loss, type Outcome } from "./trial";
import { Client } from "./client";
import { Line } from "./stack";
import { FAR_ADDRESS, Network } from "./network";
import { url } from "./routes";
import type { Stage } from "./setup";

export interface Cause {
  /** At most this long, in milliseconds, from the cause to the end of the model's connection. */
  promise: number;
  /** Whether no browser takes part in it: then it is measured on the road, whichever browser that is for. */
  withoutBrowser?: true;
  /** Brings it about so many times. */
  measure: (stage: Stage, trials: number) => Promise<Outcome[]>;
}

/** What "at once" means where no other number is promised. */
const AT_ONCE = 1000;
/** After so many that are never over, the rest would not be either. */
const ENOUGH = 3;
/** How long it may take to bring something about once. */
const TRIAL_MS = 90_000;
const SLOWER = 4;
/** How long the server is silent before it sends a comment. */
const SILENCE_MS = 10_000;
/** A delta of a flood: a paragraph, so that a page has to draw each only once. */
const WAVE = `${"flood ".repeat(40)}\n\n`;
/** How much of what is sent is text of the answer, at least; the rest is what it is wrapped in. */
const TEXT = 0.7;
/** How many characters have to be on their way before there is a backlog. */
const BACKLOG = 1_000_000;

export const CAUSES: Record<string, Cause> = {
  "Stop before the first token": each(async (stage) => {
    const { chat, question } = await stage.asked();
    return press(chat.stop, question);
  }),

  "Stop while the model thinks": each(async (stage) => {
    const { chat, question } = await stage.asked();
    question.begin();
    return press(chat.stop, question);
  }),

  "Stop mid-stream": each(async (stage) => {
    const { chat, question } = await stage.answering();
    drip(question);
    await chat.answer.contains("drop drop");
    return press(chat.stop, question);
  }),

  "Stop behind a backlog": each(async (stage) => {
    const { chat, question } = await stage.answering();
    await chat.tab.slowDown?.(SLOWER);
    const loss = await press(chat.stop, question, async () => {
      void question.flood(WAVE);
      await expect.poll(() => behind(chat.answer, question)).toBeGreaterThan(BACKLOG);
      await expect.poll(() => question.waits).toBe(true);
    });
    await stage.clear();
    return loss;
  }),

  "Stop of a model that hangs": each(async (stage) => {
    const { chat, question } = await stage.answering();
    question.hang();
    return press(chat.stop, question);
  }),

  "In-app navigation": each(async (stage) => {
    const { chat, question } = await stage.answering();
    drip(question);
    return press(chat.page.role("link", "How it works"), question);
  }),

  "Tab closed": each(async (stage) => {
    const { question } = await stage.answering();
    drip(question);
    const at = now();
    await stage.closeTab();
    return { question, at };
  }),

  "Browser killed": each(async (stage) => {
    const { question } = await stage.answering();
    drip(question);
    const at = now();
    await stage.kill();
    return { question, at };
  }),

  "Slow reader gone": withoutBrowser(each(async ({ line }) => {
    const client = Client.start(line.url, { stall: true });
    const question = await line.model.asked();
    void question.flood(WAVE);
    await client.live;
    await stalled(question);
    const at = now();
    client.kill();
    return { question, at };
  })),

  "Client vanished": withoutBrowser({ promise: 20_000, measure: vanish }),

  "SIGTERM to the server": each(async (stage) => {
    const { question } = await stage.answering();
    drip(question);
    const at = now();
    const took = await stage.line.server.kill("SIGTERM");
    if (took > 2000) throw new Error(`the server took ${took.toFixed(0)} ms to end, and 2 s are promised`);
    await stage.line.server.restart();
    await stage.line.ready();
    return { question, at };
  }, 2000),
};

function withoutBrowser(cause: Cause): Cause {
  return { ...cause, withoutBrowser: true };
}

/** One after the other, each waiting for the end of the one before. */
function each(once: (stage: Stage) => Promise<Loss>, promise = AT_ONCE): Cause {
  const measure = async (stage: Stage, trials: number) => {
    const outcomes: Outcome[] = [];
    while (outcomes.length < trials && outcomes.filter((outcome) => outcome === "never").length < ENOUGH) {
      const loss = await inTime(once(stage), TRIAL_MS);
      if (!loss) throw new Error(`it could not be brought about within ${TRIAL_MS / 1000} s`);
      outcomes.push(await outcome(loss));
    }
    return outcomes;
  };
  return { promise, measure };
}

/**
 * All at once, since it takes long: as many clients, each with a connection of its own. The models fall silent one after the
 * other, over as long as the server is silent itself, and then the cable is cut: so each is at another point of that.
 */
async function vanish({ line: { road }, certificate }: Stage, trials: number): Promise<Outcome[]> {
  const network = await Network.build();
  let line: Line | undefined, client: Client | undefined;
  try {
    if (road.proxy) await network.tune();
    line = await Line.start(road, certificate, network.place);
    client = Client.start(url(road, FAR_ADDRESS), { count: trials, within: network.client });
    const questions = await take(line, trials);
    await client.live;
    for (const question of questions) {
      question.delta("and fell silent.");
      await after(SILENCE_MS / trials);
    }
    const at = now();
    await network.cut();
    return await Promise.all(questions.map((question) => outcome({ question, at })));
  } finally {
    client?.kill();
    await line?.end();
    await network.remove();
  }
}

async function take({ model }: Line, count: number): Promise<Question[]> {
  const questions: Question[] = [];
  while (questions.length < count) {
    const question = await model.asked();
    question.delta("It began ");
    questions.push(question);
  }
  return questions;
}

/** Presses, and says when the page's browser saw that: what the page was busy with until it looked counts. */
async function press(what: Part, question: Question, trouble?: () => Promise<void>): Promise<Loss> {
  const { clicked } = await pressPart(what, question, trouble);
  return { question, at: clicked };
}

/** How many characters of the answer have been sent and aren't on the page yet, at least. */
async function behind(answer: Part, question: Question): Promise<number> {
  return question.sent * TEXT - ((await answer.text()) ?? "").length;
}

/** Fifty words a second, until the connection ends. */
function drip(question: Question): void {
  const timer = setInterval(() => question.delta("drop "), 20);
  void question.closed.then(() => clearInterval(timer));
}

/** Waits until nothing more is taken. */
async function stalled(question: Question): Promise<void> {
  let before = -1;
  const moved = () => {
    const moved = question.sent - before;
    before = question.sent;
    return moved;
  };
  await expect.poll(moved, { intervals: [250], message: "bytes still taken", timeout: 60_000 }).toBe(0);
}
