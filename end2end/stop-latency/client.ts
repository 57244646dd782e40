// The client without a browser, as a separate process.

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

const SCRIPT = join(__dirname, "client.mjs");

export class Client {
  private constructor(
    private readonly child: ChildProcess,
    /** Resolves when all its answers have begun. */
    readonly live: Promise<void>,
  ) {}

  static start(url: string, { count = 1, stall = false, within = [] as string[] }): Client {
    const [program, ...args] = [...within, process.execPath, SCRIPT, url, `${count}`, ...(stall ? ["stall"] : [])];
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
    return new Client(child, live(child, count));
  }

  /** Kills it as a crash would: only the kernel closes its connections. */
  kill(): void {
    this.child.kill("SIGKILL");
  }
}

async function live(child: ChildProcess, count: number): Promise<void> {
  let said = "";
  child.stderr!.on("data", (piece) => (said += piece));
  const ended = once(child, "exit").then(() => {
    throw new Error(`the client ended by itself: ${said}`);
  });
  const begun = new Promise<void>((all) => {
    let lines = 0;
    createInterface(child.stdout!).on("line", () => ++lines === count && all());
  });
  ended.catch(() => {}); // the end after that is intended
  await Promise.race([begun, ended]);
}
