// A model that counts, from one on: in what arrives, a number that is missing, or comes twice, is seen.

import type { Question } from "../../support/upstream";

/** The pause between two numbers, in milliseconds. */
const PAUSE_MS = 100;

export class Counting {
  /** The last number so far. */
  count = 0;
  private readonly clock: NodeJS.Timeout;

  /** Answers this question, until it is told to stop or nobody wants to know any more. */
  constructor(private readonly question: Question) {
    this.clock = setInterval(() => this.question.delta(`${++this.count} `), PAUSE_MS);
    void question.closed.then(() => clearInterval(this.clock));
  }

  /** Counts no further, and says that the answer is complete. */
  finish(): void {
    clearInterval(this.clock);
    this.question.finish();
  }

  /** All numbers as far as this one. */
  static to(last: number): string {
    return Array.from({ length: last }, (_, at) => at + 1).join(" ");
  }
}
