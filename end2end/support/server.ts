// The program under test, as a process.

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { request } from "@playwright/test";

export const BINARY = resolve(__dirname, "..", process.env.STARCROSSED_BIN ?? "../target/release/starcrossed");

/** The options of a start. */
export interface Options {
  /** The address to listen on. Any free port by default. */
  listen?: string;
  /** More arguments. */
  args?: string[];
  /** A command before the program's, such as one that enters a network namespace. */
  within?: string[];
}

/** The exit of a task, from the log. */
export interface LoggedExit {
  task: string;
  reason: string;
}

export class Server {
  /** Its base URL. */
  url = "";
  /** Its output so far, line by line, restarts included. */
  readonly log: string[] = [];

  private child?: ChildProcess;

  private constructor(
    private readonly upstreams: string[],
    private readonly folder: string,
    private readonly options: Options,
  ) {}

  /** Starts it in an empty folder. Each of several model servers is `name=URL`. */
  static async start(upstreams: string | string[], options: Options = {}): Promise<Server> {
    const server = new Server([upstreams].flat(), await mkdtemp(join(tmpdir(), "starcrossed-")), options);
    await server.listen(options.listen ?? "127.0.0.1:0");
    return server;
  }

  get isRunning(): boolean {
    return this.child?.exitCode === null && this.child.signalCode === null;
  }

  /** Starts it again after a kill, on the same port. */
  async restart(): Promise<void> {
    await this.listen(new URL(this.url).host);
  }

  /** Sends a signal, and waits for the end of the process. Returns the time that this took, in milliseconds. */
  async kill(signal: "SIGKILL" | "SIGTERM"): Promise<number> {
    const child = this.child;
    if (!child || !this.isRunning) return 0;
    const began = performance.now();
    const gone = once(child, "close"); // by then all its output is in the log
    child.kill(signal);
    await gone;
    return performance.now() - began;
  }

  /** Suspends the process. Its connections stay open and silent. */
  pause(): void {
    this.child?.kill("SIGSTOP");
  }

  /** Resumes the process. */
  resume(): void {
    this.child?.kill("SIGCONT");
  }

  /** Kills it and removes its folder. */
  async end(): Promise<void> {
    await this.kill("SIGKILL");
    await rm(this.folder, { recursive: true });
  }

  /** The exits so far, oldest first. */
  exits(): LoggedExit[] {
    const found = this.log.map((line) => /\bexit task=(\w+) reason="?(\w+)/.exec(line));
    return found.flatMap((match) => (match ? [{ task: match[1], reason: match[2] }] : []));
  }

  /** The fate of a task, from `/api/fate`. */
  async fate(task: string): Promise<{ state: string; reason?: string }> {
    return JSON.parse(await this.read(`/api/fate?task=${task}`)) as { state: string; reason?: string };
  }

  /** The number of live tasks, from `/metrics`. */
  async live(): Promise<number> {
    return Number(/^starcrossed_tasks_live (\d+)$/m.exec(await this.read("/metrics"))?.[1]);
  }

  /** Reads a path, and accepts any certificate. */
  private async read(path: string): Promise<string> {
    const reader = await request.newContext({ ignoreHTTPSErrors: true });
    try {
      return await (await reader.get(this.url + path)).text();
    } finally {
      await reader.dispose();
    }
  }

  private async listen(address: string): Promise<void> {
    const { within = [], args = [] } = this.options;
    const upstreams = this.upstreams.flatMap((upstream) => ["--upstream", upstream]);
    const [program, ...rest] = [...within, BINARY, "--listen", address, ...upstreams, ...args];
    const child = spawn(program, rest, {
      cwd: this.folder,
      env: { PATH: process.env.PATH }, // no other variable of this machine
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.child = child;
    this.url = await new Promise<string>((found, failed) => {
      child.once("error", failed);
      child.once("exit", () => failed(new Error(`the server did not start:\n${this.log.join("\n")}`)));
      for (const output of [child.stdout, child.stderr]) {
        createInterface(output).on("line", (line) => {
          this.log.push(line);
          const listens = /listens on (https?:\S+)/.exec(line);
          if (listens) found(listens[1]);
        });
      }
    });
  }
}
