// One cell of the table: what was measured for one cause on one road, or why nothing was.

import { setTimeout as after } from "node:timers/promises";
import type { Question } from "../support/upstream";

/** What isn't over by then is said to be never over. */
export const PATIENCE_MS = 30_000;

/** How far the clocks of two processes may be apart. */
const SKEW_MS = 5;

/** A question whose asker was lost, and when. */
export interface Loss {
  question: Question;
  at: number;
}

/** How long it took until the connection to the model was closed, in milliseconds. */
export type Outcome = number | "never";

export interface Cell {
  outcomes: Outcome[];
  /** Why there are none. */
  why?: string;
  /** Whether that is to be put up with: something is missing on this machine. */
  excused?: boolean;
  /** Whether there is nothing to measure: it can't come about there. */
  void?: boolean;
}

/** Something that a measurement needs and this machine doesn't have. */
export class Missing extends Error {}

export async function outcome({ question, at }: Loss): Promise<Outcome> {
  const closed = question.closedAt.then((closedAt) => closedAt - at);
  const took = (await inTime(closed, PATIENCE_MS)) ?? "never";
  if (took !== "never" && took < -SKEW_MS) throw new Error(`the model's connection was closed ${-took} ms before that`);
  return took;
}

/** What it comes to, unless that takes longer. */
export async function inTime<T>(awaited: Promise<T>, ms: number): Promise<T | undefined> {
  const over = new AbortController();
  const late = after(ms, undefined, { signal: over.signal }).catch(() => undefined);
  try {
    return await Promise.race([awaited, late]);
  } finally {
    over.abort();
  }
}

/** Measures, whatever becomes of it. */
export async function cell(measure: () => Promise<Outcome[]>): Promise<Cell> {
  try {
    return { outcomes: await measure() };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { outcomes: [], why, excused: error instanceof Missing };
  }
}

/** A cell in which there is nothing to measure. */
export function nothing(why: string): Cell {
  return { outcomes: [], why, excused: true, void: true };
}

/** The outcome that this share of them, from 0 to 1, doesn't exceed. `never` is longer than any. */
export function quantile(outcomes: Outcome[], share: number): Outcome {
  const sorted = outcomes.map((outcome) => (outcome === "never" ? Infinity : outcome)).sort((a, b) => a - b);
  const found = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  return found === Infinity ? "never" : found;
}
