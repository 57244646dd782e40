// The rows of the table: the causes that end an answer, and the time that is promised for each.

import { expect } from "@playwright/test";
import { setTimeout as after } from "node:timers/promises";
import type { Part } from "../browsers/page/part";
import { press as pressPart } from "../browsers/press";
import { now } from "../support/clock";
import type { Question } from "../support/upstream";
import { inTime, outcome, type Loss, type Outcome } from "./trial";
import { Client } from "./client";
import { Stack } from "./stack";
import { FAR_ADDRESS, Network } from "./network";
import { url } from "./routes";
import type { Setup } from "./setup";

export interface Cause {
  /** The promised time from the cause to the end of the upstream connection, in milliseconds. */
  promise: number;
  /** Whether no browser takes part. Such a cause is measured once per route, in the columns of Chromium. */
  withoutBrowser?: true;
  /** Measures it, a number of trials. */
  measure: (setup: Setup, trials: number) => Promise<Outcome[]>;
}

/** "At once", where no other time is promised, in milliseconds. */
const AT_ONCE = 1000;
/** After this many trials that never end, the rest is skipped. */
const ENOUGH = 3;
/** The time limit of a trial, in milliseconds. */
const TRIAL_MS = 90_000;
const SLOWER = 4;
/** The time of silence after which the server sends a comment, in milliseconds. */
const SILENCE_MS = 10_000;
/** A delta of a flood: a whole paragraph, so that the page draws each only once. */
const WAVE = `${"flood ".repeat(40)}\n\n`;
/** The least share of text in the bytes that are sent. The rest is the wrapping. */
const TEXT = 0.7;
/** The characters in transit that make a backlog. */
const BACKLOG = 1_000_000;

export const CAUSES: Record<string, Cause> = {
  "Stop before the first token": each(async (setup) => {
    const { chat, question } = await setup.ask();
    return press(chat.stop, question);
  }),

  "Stop while the model thinks": each(async (setup) => {
    const { chat, question } = await setup.ask();
    question.begin();
    return press(chat.stop, question);
  }),

  "Stop mid-stream": each(async (setup) => {
    const { chat, question } = await setup.answering();
    drip(question);
    await chat.answer.contains("drop drop");
    return press(chat.stop, question);
  }),

  "Stop behind a backlog": each(async (setup) => {
    const { chat, question } = await setup.answering();
    await chat.tab.slowDown?.(SLOWER);
    const loss = await press(chat.stop, question, async () => {
      void question.flood(WAVE);
      await expect.poll(() => behind(chat.answer, question)).toBeGreaterThan(BACKLOG);
      await expect.poll(() => question.waits).toBe(true);
    });
    await setup.clear();
    return loss;
  }),

  "Stop of a model that hangs": each(async (setup) => {
    const { chat, question } = await setup.answering();
    question.hang();
    return press(chat.stop, question);
  }),

  "In-app navigation": each(async (setup) => {
    const { chat, question } = await setup.answering();
    drip(question);
    return press(chat.page.role("link", "How it works"), question);
  }),

  "Tab closed": each(async (setup) => {
    const { question } = await setup.answering();
    drip(question);
    const at = now();
    await setup.closeTab();
    return { question, at };
  }),

  "Browser killed": each(async (setup) => {
    const { question } = await setup.answering();
    drip(question);
    const at = now();
    await setup.kill();
    return { question, at };
  }),

  "Slow reader gone": withoutBrowser(each(async ({ stack }) => {
    const client = Client.start(stack.url, { stall: true });
    const question = await stack.model.nextQuestion();
    void question.flood(WAVE);
    await client.live;
    await stalled(question);
    const at = now();
    client.kill();
    return { question, at };
  })),

  "Client vanished": withoutBrowser({ promise: 20_000, measure: vanish }),

  "SIGTERM to the server": each(async (setup) => {
    const { question } = await setup.answering();
    drip(question);
    const at = now();
    const took = await setup.stack.server.kill("SIGTERM");
    if (took > 2000) throw new Error(`the server took ${took.toFixed(0)} ms to end, and 2 s are promised`);
    await setup.stack.server.restart();
    await setup.stack.ready();
    return { question, at };
  }, 2000),
};

function withoutBrowser(cause: Cause): Cause {
  return { ...cause, withoutBrowser: true };
}

/** Runs the trials one after the other. */
function each(once: (setup: Setup) => Promise<Loss>, promise = AT_ONCE): Cause {
  const measure = async (setup: Setup, trials: number) => {
    const outcomes: Outcome[] = [];
    while (outcomes.length < trials && outcomes.filter((outcome) => outcome === "never").length < ENOUGH) {
      const loss = await inTime(once(setup), TRIAL_MS);
      if (!loss) throw new Error(`it could not be brought about within ${TRIAL_MS / 1000} s`);
      outcomes.push(await outcome(loss));
    }
    return outcomes;
  };
  return { promise, measure };
}

/**
 * Runs the trials at once, since each takes long: one client per trial, each with its own connection. The models fall silent
 * one after the other, over the server's own time of silence, and then the cable is cut. So each trial is at another point
 * of that time.
 */
async function vanish({ stack: { route }, certificate }: Setup, trials: number): Promise<Outcome[]> {
  const network = await Network.build();
  let stack: Stack | undefined, client: Client | undefined;
  try {
    if (route.proxy) await network.tune();
    stack = await Stack.start(route, certificate, network.place);
    client = Client.start(url(route, FAR_ADDRESS), { count: trials, within: network.client });
    const questions = await take(stack, trials);
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
    await stack?.end();
    await network.remove();
  }
}

async function take({ model }: Stack, count: number): Promise<Question[]> {
  const questions: Question[] = [];
  while (questions.length < count) {
    const question = await model.nextQuestion();
    question.delta("It began ");
    questions.push(question);
  }
  return questions;
}

/** Presses a key or button, and returns when the browser saw it. The time until the page reacts counts. */
async function press(what: Part, question: Question, trouble?: () => Promise<void>): Promise<Loss> {
  const { clicked } = await pressPart(what, question, trouble);
  return { question, at: clicked };
}

/** The least number of characters that were sent and aren't on the page yet. */
async function behind(answer: Part, question: Question): Promise<number> {
  return question.sent * TEXT - ((await answer.text()) ?? "").length;
}

/** Sends fifty words a second until the connection ends. */
function drip(question: Question): void {
  const timer = setInterval(() => question.delta("drop "), 20);
  void question.closed.then(() => clearInterval(timer));
}

/** Waits until the server takes no more. */
async function stalled(question: Question): Promise<void> {
  let before = -1;
  const moved = () => {
    const moved = question.sent - before;
    before = question.sent;
    return moved;
  };
  await expect.poll(moved, { intervals: [250], message: "bytes still taken", timeout: 60_000 }).toBe(0);
}
