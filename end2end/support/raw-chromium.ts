// Chromium without Playwright, which puts its own code into every page. A slow machine would have to run that first.

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";

interface Answer {
  id?: number;
  result?: unknown;
  error?: { message: string };
}

export class RawChromium {
  private child!: ChildProcess;
  private readonly waiting = new Map<number, (answer: Answer) => void>();
  private asked = 0;
  private gone?: string;

  private constructor(
    private readonly program: string,
    private readonly args: string[],
    private readonly folder: string,
  ) {
    this.begin();
  }

  private begin(): void {
    const all = ["--headless", "--remote-debugging-pipe", `--user-data-dir=${this.folder}`, ...this.args];
    const child = spawn(this.program, all, { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
    this.child = child;
    this.gone = undefined;
    // The protocol uses two pipes. Each message ends with a zero byte.
    let rest = "";
    (child.stdio[4] as Readable).setEncoding("utf8").on("data", (piece: string) => {
      const messages = (rest + piece).split("\0");
      rest = messages.pop() ?? "";
      for (const message of messages) this.hear(JSON.parse(message) as Answer);
    });
    child.once("error", (error) => this.lose(`it can't be started: ${error.message}`));
    child.once("exit", (code, signal) => this.lose(`it has ended (${signal ?? code})`));
    (child.stdio[3] as Writable).on("error", () => {}); // the browser has ended, or is about to
  }

  static async start(program: string, args: string[]): Promise<RawChromium> {
    return new RawChromium(program, args, await mkdtemp(join(tmpdir(), "browser-")));
  }

  /** Kills it at once. Its profile stays. */
  async kill(): Promise<void> {
    const ended = once(this.child, "exit");
    this.child.kill("SIGKILL");
    await ended;
  }

  /** Starts it again after a kill, with its profile. */
  async restart(): Promise<void> {
    await rm(join(this.folder, "SingletonLock"), { force: true });
    this.begin();
  }

  /** Sends a command to the browser or to a page: https://chromedevtools.github.io/devtools-protocol/ */
  async ask<T = Record<string, string>>(method: string, params: object = {}, page?: string): Promise<T> {
    if (this.gone) throw new Error(`${method}: the browser can't be asked: ${this.gone}`);
    const id = ++this.asked;
    const answered = new Promise<Answer>((heard) => this.waiting.set(id, heard));
    (this.child.stdio[3] as Writable).write(`${JSON.stringify({ id, method, params, sessionId: page })}\0`);
    const { result, error } = await answered;
    if (!result) throw new Error(`${method}: ${error?.message}`);
    return result as T;
  }

  /** Opens a page with an empty cache. Returns its session id, and a function that closes it. */
  async page(): Promise<{ page: string; close: () => Promise<void> }> {
    const { browserContextId } = await this.ask("Target.createBrowserContext");
    const { targetId } = await this.ask("Target.createTarget", { url: "about:blank", browserContextId });
    const { sessionId } = await this.ask("Target.attachToTarget", { targetId, flatten: true });
    const close = async () => void (await this.ask("Target.disposeBrowserContext", { browserContextId }));
    return { page: sessionId, close };
  }

  async end(): Promise<void> {
    if (!this.gone) {
      const ended = once(this.child, "exit");
      this.child.kill();
      await ended;
    }
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Fails all open commands, and later ones, with this reason. */
  private lose(why: string): void {
    this.gone ??= why;
    const error = { message: `the browser can't answer: ${this.gone}` };
    for (const id of [...this.waiting.keys()]) this.hear({ id, error });
  }

  private hear(answer: Answer): void {
    if (answer.id === undefined) return;
    this.waiting.get(answer.id)?.(answer);
    this.waiting.delete(answer.id);
  }
}
