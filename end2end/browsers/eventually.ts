import { setTimeout as after } from "node:timers/promises";

const PATIENCE_MS = 20_000;
const PAUSE_MS = 40;

/** Tries until it succeeds. A call into a page that is just changing fails too. */
export async function eventually<T>(attempt: () => Promise<T>, patience = PATIENCE_MS): Promise<T> {
  const until = performance.now() + patience;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > until) throw error;
      await after(PAUSE_MS);
    }
  }
}
