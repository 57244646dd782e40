// The time for which llama-server goes on reading a prompt after Stop.
//
//   LLAMA_SERVER=… MODELS=… node end2end/tools/prompt-reading.mjs [trials]        after `make build`; 6 trials unless told otherwise
//
// LLAMA_SERVER is the program, MODELS a folder of .gguf files, of which the first is asked, and FLAGS are more of its options.
// A question of WORDS random words is stopped 1.5 s after its slot has begun. The time runs from the hang-up until the log
// says that the slot has stopped: asked directly without `return_progress`, and through Starcrossed, which sends it.

import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { request } from "node:http";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as after } from "node:timers/promises";

const TRIALS = Number(process.argv[2] ?? 6);
const WORDS = Number(process.env.WORDS ?? 6000);
const PATIENCE_MS = 120_000;
/** The time of reading before Stop, in milliseconds. */
const READ_MS = 1500;
const { LLAMA_SERVER, MODELS, FLAGS = "" } = process.env;
const PROGRAM = process.env.STARCROSSED ?? resolve(import.meta.dirname, "../../target/release/starcrossed");
if (!LLAMA_SERVER || !MODELS) {
  console.error("LLAMA_SERVER has to be the program, and MODELS a folder of .gguf files.");
  process.exit(2);
}

const files = readdirSync(MODELS).filter((name) => name.endsWith(".gguf")).sort();
const children = [];
process.on("exit", () => children.forEach((child) => child.kill("SIGKILL")));

async function freePort() {
  const server = createServer();
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address();
  await new Promise((closed) => server.close(closed));
  return port;
}

/** Starts a program. `line` waits for a line of its log. */
function start(program, args) {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  children.push(child);
  const waiting = new Set();
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => {
      for (const one of waiting) if (one.words.test(line)) (waiting.delete(one), one.seen(line));
    });
  }
  const line = (words) =>
    new Promise((seen, missed) => {
      const one = { words, seen };
      waiting.add(one);
      setTimeout(() => waiting.delete(one) && missed(new Error(`${words} was never logged`)), PATIENCE_MS).unref();
    });
  return { child, line };
}

/** Asks. Returns a function that hangs up. */
function ask(port, path, body) {
  const asked = request({ host: "127.0.0.1", port, path, method: "POST", headers: { "content-type": "application/json" } });
  asked.on("error", () => {});
  asked.on("response", (response) => (response.on("error", () => {}), response.resume()));
  asked.end(JSON.stringify(body));
  return () => asked.destroy();
}

const words = (count) => Array.from({ length: count }, () => Math.random().toString(36).slice(2, 5)).join(" ");
const question = (count, more = {}) => ({ stream: true, messages: [{ role: "user", content: words(count) }], ...more });

/** The time from a hang-up during the reading of a prompt to the end of the reading. */
async function trial(server, port, path, more) {
  const begun = server.line(/task \d+ \| processing task/);
  const hangUp = ask(port, path, question(WORDS, more));
  const [, task] = (await begun).match(/task (\d+) \|/);
  await after(READ_MS);
  const stopped = server.line(new RegExp(`task ${task} \\| stop processing`));
  const from = performance.now();
  hangUp();
  await stopped;
  return performance.now() - from;
}

const figures = (all) => {
  const sorted = all.toSorted((one, other) => one - other);
  const show = (ms) => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`);
  return `${show(sorted[Math.floor((sorted.length - 1) / 2)])} / ${show(sorted.at(-1))}`;
};

async function measure(name, args, { second = false, model = undefined }) {
  const port = await freePort();
  const server = start(LLAMA_SERVER, ["--host", "127.0.0.1", "--port", `${port}`, "-c", "65536", ...args, ...FLAGS.split(" ").filter(Boolean)]);
  await server.line(/listening/);
  const own = await freePort();
  const starcrossed = start(PROGRAM, ["--listen", `127.0.0.1:${own}`, "--upstream", `http://127.0.0.1:${port}/v1`]);
  await until(own);
  await warm(port, model);
  const cells = [];
  for (const [asked, path, more] of [
    [port, "/v1/chat/completions", { model, cache_prompt: false }],
    [own, "/api/chat", { model: model ?? files[0].replace(/\.gguf$/, "") }],
  ]) {
    const all = [];
    for (let at = 0; at < TRIALS; at += 1) {
      const end = second ? ask(port, "/v1/chat/completions", question(3, { model, max_tokens: -1, ignore_eos: true })) : () => {};
      if (second) await after(1500);
      all.push(await trial(server, asked, path, more));
      end();
      await after(3000);
    }
    cells.push(figures(all));
  }
  console.log(`| ${name} | ${cells.join(" | ")} |`);
  starcrossed.child.kill("SIGTERM");
  server.child.kill("SIGKILL");
}

/** Waits until Starcrossed listens. */
async function until(port) {
  for (;;) {
    const answered = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined);
    if (answered?.ok) return;
    await after(100);
  }
}

/** Makes the server load the model. */
async function warm(port, model) {
  for (;;) {
    const body = JSON.stringify({ model, max_tokens: 1, messages: [{ role: "user", content: "hi" }] });
    const headers = { "content-type": "application/json" };
    const answered = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, { method: "POST", headers, body }).catch(() => undefined);
    if (answered?.ok) return;
    await after(500);
  }
}

const file = join(MODELS, files[0]);
const name = files[0].replace(/\.gguf$/, "");
console.log("| from the hang-up to the end of the reading, p50 / max | without | with `return_progress` |\n|---|--:|--:|");
await measure("one slot", ["-m", file, "-np", "1"], {});
await measure("a second slot is streaming", ["-m", file, "-np", "2"], { second: true });
await measure("router mode", ["--models-dir", MODELS, "--models-max", "1"], { model: name });
process.exit();
