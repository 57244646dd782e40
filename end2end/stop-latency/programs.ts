// Programs of the system, which may be missing.

import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { access } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { Missing } from "./trial";

const FOLDERS = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin"];

/** The path of a program. */
export async function find(name: string): Promise<string> {
  for (const folder of FOLDERS) {
    const path = join(folder, name);
    if (await access(path).then(() => true, () => false)) return path;
  }
  throw new Missing(`${name} is not installed here`);
}

/** Runs a program to its end. Returns its output. */
export async function run(name: string, ...args: string[]): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(await find(name), args);
  return stdout + stderr;
}

/** A program that runs until `end`. */
export class Running {
  private output = "";

  private constructor(
    private readonly name: string,
    private readonly child: ChildProcess,
  ) {
    for (const output of [child.stdout, child.stderr]) output?.on("data", (piece) => (this.output += piece));
  }

  /** Starts it in a folder, by the command `within` if given. */
  static async start(name: string, args: string[], folder: string, within: string[] = []): Promise<Running> {
    const [program, ...rest] = [...within, await find(name), ...args];
    const env = { PATH: FOLDERS.join(delimiter), HOME: folder };
    const child = spawn(program, rest, { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
    await once(child, "spawn");
    return new Running(name, child);
  }

  /** Fails with the program's output if it has ended by itself. */
  expectAlive(): void {
    if (this.child.exitCode !== null) throw new Error(`${this.name} ended by itself: ${this.output.trim()}`);
  }

  async end(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = once(this.child, "exit");
    this.child.kill("SIGTERM");
    await gone;
  }
}
