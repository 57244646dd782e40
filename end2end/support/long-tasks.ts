// How long the main thread of a page works at a time: for so long it hears no click and draws no frame.

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
 * The longest task while `act` runs, in milliseconds of the thread's processor time: what other programs take of a busy
 * machine doesn't count, and neither does what the test itself asks of the page.
 */
export async function longestTask(page: Page, act: () => Promise<void>): Promise<number> {
  const browser = page.context().browser();
  if (!browser) throw new Error("there is no browser to ask");
  await browser.startTracing(page, { categories: CATEGORIES });
  const acted = act();
  await acted.catch(() => {}); // told of below, once the trace has ended
  const trace = await browser.stopTracing();
  await acted;
  const events = JSON.parse(trace.toString()).traceEvents as Event[];
  return Math.max(0, ...mainThreads(events).map((thread) => longest(thread)));
}

/** The events of each main thread, in the order in which they began. */
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

/** Whether the test asks the page something. */
function isAsked(event: Event): boolean {
  return event.args?.chrome_mojo_event_info?.mojo_interface_tag === "blink.mojom.DevToolsSession";
}
