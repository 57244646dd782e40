// The longest task of a page's main thread: during a task the page handles no input and draws no frame.

import type { Page } from "@playwright/test";

interface Event {
  name: string;
  pid: number;
  tid: number;
  ts: number;
  dur?: number;
  /** The processor time of the thread. */
  tdur?: number;
  args?: { name?: string; chrome_mojo_event_info?: { mojo_interface_tag?: string } };
}

const CATEGORIES = ["toplevel", "disabled-by-default-devtools.timeline"];

/**
 * The longest task while `act` runs, in milliseconds of the thread's CPU time. The CPU time of other programs doesn't count,
 * nor does that of the test's own calls into the page.
 */
export async function longestTask(page: Page, act: () => Promise<void>): Promise<number> {
  const browser = page.context().browser();
  if (!browser) throw new Error("there is no browser to ask");
  await browser.startTracing(page, { categories: CATEGORIES });
  const acted = act();
  await acted.catch(() => {}); // thrown below, once the trace has ended
  const trace = await browser.stopTracing();
  await acted;
  const events = JSON.parse(trace.toString()).traceEvents as Event[];
  return Math.max(0, ...mainThreads(events).map((thread) => longest(thread)));
}

/** The events of each main thread, by start time. */
function mainThreads(events: Event[]): Event[][] {
  const isMain = (event: Event) => event.name === "thread_name" && event.args?.name === "CrRendererMain";
  const mains = events.filter(isMain).map(({ pid, tid }) => ({ pid, tid }));
  const all = mains.map((main) => events.filter((event) => event.pid === main.pid && event.tid === main.tid && event.dur));
  return all.map((thread) => thread.sort((a, b) => a.ts - b.ts));
}

function longest(thread: Event[]): number {
  const tasks = [0];
  let end = 0;
  for (const event of thread) {
    if (event.name === "RunTask") {
      tasks.push(event.tdur ?? 0);
      end = event.ts + event.dur!;
    } else if (isAsked(event) && event.ts < end) {
      tasks[tasks.length - 1]! -= event.tdur ?? 0;
    }
  }
  return tasks.reduce((most, task) => Math.max(most, task)) / 1000;
}

/** Whether an event is a call of the test into the page. */
function isAsked(event: Event): boolean {
  return event.args?.chrome_mojo_event_info?.mojo_interface_tag === "blink.mojom.DevToolsSession";
}
