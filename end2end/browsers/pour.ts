// A model that sends deltas at a steady rate.

import { setTimeout as after } from "node:timers/promises";
import type { Question } from "../support/upstream";

const TICK_MS = 4;

export interface Stream {
  /** Deltas per second. */
  rate: number;
  /** Characters per delta. */
  size: number;
  /** Called with the number of characters sent in total. */
  onSent?: (length: number) => void;
}

/** Sends a text in deltas, until the text or the connection ends. */
export async function pour(question: Question, text: string, { rate, size, onSent }: Stream): Promise<void> {
  let open = true;
  void question.closed.then(() => (open = false));
  const began = performance.now();
  let sent = 0;
  while (open && sent * size < text.length) {
    const due = Math.ceil(((performance.now() - began) / 1000) * rate);
    const pieces: string[] = [];
    for (; sent < due && sent * size < text.length; sent++) pieces.push(text.slice(sent * size, (sent + 1) * size));
    if (pieces.length) question.deltas(pieces);
    onSent?.(sent * size);
    await after(TICK_MS);
  }
}
