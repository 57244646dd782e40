// The cost of a long, fast answer in the page: `npm run benchmark` prints it. Only a release build's figures mean anything.

import type { CDPSession, Page } from "@playwright/test";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "../support/fixtures";
import { SampleMarkdown } from "../support/sample-markdown";
import type { Question } from "../support/upstream";

const DELTAS = 8000;
const CHARACTERS = 24;
const PAUSE_MS = 2;
/** The deltas per line of the table. */
const LINE = 1000;
const LONG_MS = 50;

/** The browser's counters since it opened the page: times in milliseconds, memory in bytes. */
interface Counters {
  tasks: number;
  script: number;
  style: number;
  layout: number;
  heap: number;
  wasm: number;
}

test(`${DELTAS} deltas of ${CHARACTERS} characters, ${PAUSE_MS} ms apart`, async ({ chat, page, upstream }) => {
  const browser = await page.context().newCDPSession(page);
  await browser.send("Performance.enable");
  await chat.wake();
  await watch(page);
  const text = new SampleMarkdown(1).text(DELTAS * CHARACTERS);

  await chat.ask("Tell me everything");
  const question = await upstream.nextQuestion();
  const samples = [counters(browser, page)];
  await stream(question, text, () => samples.push(counters(browser, page)));
  const ended = Date.now();
  question.finish();
  await expect(chat.status).toHaveText("Done", { timeout: 300_000 });

  const counted = await Promise.all(samples);
  const { done, tasks } = await page.evaluate(() => Reflect.get(window, "watched") as Watched);
  expect(await chat.answer.innerText()).toContain(/Part (\d+): .*(?![^]*Part \d+:)/.exec(text)?.[0]);
  await browser.send("HeapProfiler.collectGarbage");
  const { heap, wasm } = await counters(browser, page);
  print(counted, tasks);
  const long = tasks.filter(({ duration }) => duration > LONG_MS);
  console.log(`
From the last delta to Done                    ${(done - ended).toFixed(0)} ms
Tasks over ${LONG_MS} ms                               ${long.length}, the longest ${Math.max(0, ...long.map(({ duration }) => duration))} ms
Memory at its highest, JavaScript's and WASM's ${mib(Math.max(...counted.map(({ heap, wasm }) => heap + wasm)))} MiB
Memory afterwards                              ${mib(heap + wasm)} MiB, of which WASM's ${mib(wasm)}`);
});

/** Sends the text at the pace of the clock: a late timer sends all that is due. */
async function stream(question: Question, text: string, onLine: () => void): Promise<void> {
  const began = performance.now();
  for (let sent = 0; sent < DELTAS; await sleep(1)) {
    const due = Math.min(DELTAS, Math.floor((performance.now() - began) / PAUSE_MS));
    for (; sent < due; sent++) {
      question.delta(text.slice(sent * CHARACTERS, (sent + 1) * CHARACTERS));
      if ((sent + 1) % LINE === 0) onLine();
    }
  }
}

interface Watched {
  /** The time of Done on the page, by the wall clock. */
  done: number;
  /** The long tasks, by the wall clock. */
  tasks: { start: number; duration: number }[];
}

/** Records in the page what only the page can measure. */
async function watch(page: Page): Promise<void> {
  await page.evaluate(() => {
    const watched = { done: 0, tasks: [] as object[] };
    Reflect.set(window, "watched", watched);
    const now = (at: number) => performance.timeOrigin + at;
    new PerformanceObserver((list) => {
      watched.tasks.push(...list.getEntries().map(({ startTime, duration }) => ({ start: now(startTime), duration })));
    }).observe({ type: "longtask" });
    const status = document.querySelector("[role=status]")!;
    new MutationObserver(() => {
      if (status.textContent === "Done") watched.done = now(performance.now());
    }).observe(status, { subtree: true, childList: true, characterData: true });
  });
}

async function counters(browser: CDPSession, page: Page): Promise<Counters & { at: number }> {
  const { metrics } = await browser.send("Performance.getMetrics");
  const metric = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? NaN;
  return {
    at: Date.now(),
    tasks: metric("TaskDuration") * 1000,
    script: metric("ScriptDuration") * 1000,
    style: metric("RecalcStyleDuration") * 1000,
    layout: metric("LayoutDuration") * 1000,
    heap: metric("JSHeapUsedSize"),
    wasm: await page.evaluate(wasmMemory),
  };
}

/** The memory of the page's code, in bytes. Runs in the page: `init` returns the exports of code that is initialised. */
async function wasmMemory(): Promise<number> {
  const code = performance.getEntriesByType("resource").find(({ name }) => name.endsWith("/starcrossed.js"))!.name;
  const { default: init } = await import(code);
  const { memory } = (await init()) as { memory: WebAssembly.Memory };
  return memory.buffer.byteLength;
}

/** Prints a line for each thousand deltas: the main thread's time for them, and the memory after them. */
function print(counted: (Counters & { at: number })[], tasks: Watched["tasks"]): void {
  const lines = counted.slice(1).map((after, at) => {
    const before = counted[at];
    const long = tasks.filter(({ start }) => start >= before.at && start < after.at);
    const spent = (what: "tasks" | "script" | "style" | "layout") => Math.round(after[what] - before[what]);
    return {
      deltas: (at + 1) * LINE,
      "main thread ms": spent("tasks"),
      "script ms": spent("script"),
      "style ms": spent("style"),
      "layout ms": spent("layout"),
      "longest task ms": Math.max(0, ...long.map(({ duration }) => duration)),
      "JS MiB": mib(after.heap),
      "WASM MiB": mib(after.wasm),
    };
  });
  console.table(lines);
}

function mib(bytes: number): number {
  return Math.round((bytes / 2 ** 20) * 10) / 10;
}
