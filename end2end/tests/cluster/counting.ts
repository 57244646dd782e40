// A model that counts from one: a missing or repeated number in the answer shows.

import type { Question } from "../../support/upstream";

/** The pause between two numbers, in milliseconds. */
const PAUSE_MS = 100;

export class Counting {
  /** The last number so far. */
  count = 0;
  private readonly clock: NodeJS.Timeout;

  /** Answers this question until `finish` is called or the connection ends. */
  constructor(private readonly question: Question) {
    this.clock = setInterval(() => this.question.delta(`${++this.count} `), PAUSE_MS);
    void question.closed.then(() => clearInterval(this.clock));
  }

  /** Ends the count, and completes the answer. */
  finish(): void {
    clearInterval(this.clock);
    this.question.finish();
  }

  /** The numbers up to this one. */
  static to(last: number): string {
    return Array.from({ length: last }, (_, at) => at + 1).join(" ");
  }
}
