// An example of the crate `app/link`, as a process. `.ci/test examples` builds both halves.

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { freePort } from "./free-port";

const TARGET = resolve(__dirname, "../../target");

/** The unit of /proc/PID/stat, in milliseconds. */
const TICK_MS = 10;

export class Example {
  private readonly log: string[] = [];

  private constructor(
    readonly url: string,
    private readonly child: ChildProcess,
  ) {}

  /** Starts an example, and waits until it serves its page. */
  static async start(name: string, env: Record<string, string> = {}): Promise<Example> {
    const address = `127.0.0.1:${await freePort()}`;
    const site = { LEPTOS_OUTPUT_NAME: name, LEPTOS_SITE_ROOT: `${TARGET}/examples/${name}`, LEPTOS_SITE_ADDR: address };
    const child = spawn(`${TARGET}/debug/examples/${name}`, { env: { ...site, ...env }, stdio: ["ignore", "pipe", "pipe"] });
    const example = new Example(`http://${address}/`, child);
    for (const output of [child.stdout, child.stderr]) {
      createInterface(output).on("line", (line) => example.log.push(line));
    }
    await once(child, "spawn");
    await example.answers();
    return example;
  }

  /** The exit reasons of its tasks so far, oldest first. */
  exits(): string[] {
    return this.log.flatMap((line) => /\bexit task=.*? reason="?(\w+)/.exec(line.replace(/\x1b\[\d*m/g, ""))?.[1] ?? []);
  }

  /** Its CPU time so far, in milliseconds. */
  cpuMs(): number {
    const fields = readFileSync(`/proc/${this.child.pid}/stat`, "utf8").split(") ")[1].split(" ");
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  }

  /** Sends a signal, and waits for the end. Returns the time that this took, in milliseconds. */
  async end(signal: "SIGINT" | "SIGKILL"): Promise<number> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return 0;
    const began = performance.now();
    const ended = once(this.child, "close");
    this.child.kill(signal);
    await ended;
    return performance.now() - began;
  }

  private async answers(): Promise<void> {
    while (!(await fetch(this.url).catch(() => undefined))?.ok) {
      if (this.child.exitCode !== null) throw new Error(`it did not start:\n${this.log.join("\n")}`);
      await new Promise((later) => setTimeout(later, 20));
    }
  }
}
