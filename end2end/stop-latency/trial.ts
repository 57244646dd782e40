// One cell of the table: the trials of one cause on one route, or the reason why there are none.

import { setTimeout as after } from "node:timers/promises";
import type { Question } from "../support/upstream";

/** A connection that is still open after this time counts as never closed, in milliseconds. */
export const PATIENCE_MS = 30_000;

/** The largest difference between the clocks of two processes, in milliseconds. */
const SKEW_MS = 5;

/** A question that lost its page, and the time of the loss. */
export interface Loss {
  question: Question;
  at: number;
}

/** The time until the upstream connection was closed, in milliseconds. */
export type Outcome = number | "never";

export interface Cell {
  outcomes: Outcome[];
  /** The reason for no outcomes. */
  why?: string;
  /** Whether that is excused: something is missing on this machine. */
  excused?: boolean;
  /** Whether there is nothing to measure: the cause can't occur on this route. */
  void?: boolean;
}

/** The machine lacks something that a measurement needs. */
export class Missing extends Error {}

export async function outcome({ question, at }: Loss): Promise<Outcome> {
  const closed = question.closedAt.then((closedAt) => closedAt - at);
  const took = (await inTime(closed, PATIENCE_MS)) ?? "never";
  if (took !== "never" && took < -SKEW_MS) throw new Error(`the model's connection was closed ${-took} ms before that`);
  return took;
}

/** The promise's value, or undefined after this time. */
export async function inTime<T>(awaited: Promise<T>, ms: number): Promise<T | undefined> {
  const over = new AbortController();
  const late = after(ms, undefined, { signal: over.signal }).catch(() => undefined);
  try {
    return await Promise.race([awaited, late]);
  } finally {
    over.abort();
  }
}

/** Measures, and turns an error into a cell with its reason. */
export async function cell(measure: () => Promise<Outcome[]>): Promise<Cell> {
  try {
    return { outcomes: await measure() };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { outcomes: [], why, excused: error instanceof Missing };
  }
}

/** A cell without anything to measure. */
export function nothing(why: string): Cell {
  return { outcomes: [], why, excused: true, void: true };
}

/** The outcome at this share, from 0 to 1, of the sorted outcomes. `never` is longer than any time. */
export function quantile(outcomes: Outcome[], share: number): Outcome {
  const sorted = outcomes.map((outcome) => (outcome === "never" ? Infinity : outcome)).sort((a, b) => a - b);
  const found = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  return found === Infinity ? "never" : found;
}
