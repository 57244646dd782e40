// Programs that can't outlive the tests. Each runs in its own process group, beside a process that reads from a pipe. The
// pipe ends with this process, however it dies, and then that process kills the group.

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { access } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import type { Writable } from "node:stream";

/** Debian's folders of programs that aren't on the PATH. */
const FOLDERS = [...(process.env.PATH ?? "").split(delimiter), "/usr/bin", "/usr/sbin"];

const SCRIPT = '(cat <&3 >/dev/null; kill -9 0) & "$@" 3<&-; kill -9 0';

export class Leash {
  /** Its output, line by line. */
  readonly output: string[] = [];
  private readonly listeners = new Set<(line: string) => void>();
  /** Resolves at its end. */
  readonly gone: Promise<unknown>;

  private constructor(
    private readonly name: string,
    private readonly child: ChildProcess,
  ) {
    this.gone = once(child, "exit");
    for (const pipe of [child.stdin!, this.pipe]) pipe.on("error", () => {}); // it has ended already
    for (const output of [child.stdout!, child.stderr!]) createInterface(output).on("line", (line) => this.hear(line));
  }

  static start(program: string, args: string[], env: Record<string, string> = {}): Leash {
    const child = spawn("/bin/sh", ["-c", SCRIPT, "sh", program, ...args], {
      detached: true, // its own process group
      env: { PATH: FOLDERS.join(delimiter), LANG: "C.UTF-8", ...env },
      stdio: ["pipe", "pipe", "pipe", "pipe"],
    });
    return new Leash(program, child);
  }

  /** Writes a line to its standard input. */
  tell(line: string): void {
    this.child.stdin!.write(`${line}\n`);
  }

  /** Waits for a line that matches. Returns the pattern's first group. */
  async line(pattern: RegExp, ms = 30_000): Promise<string> {
    for (const line of this.output) {
      const found = pattern.exec(line);
      if (found) return found[1];
    }
    return inTime(`${this.name} to print ${pattern}`, ms, (found, failed) => {
      const listen = (line: string) => {
        const match = pattern.exec(line);
        if (match) found(match[1]);
      };
      this.listeners.add(listen);
      void this.gone.then(() => failed(new Error(`${this.name} ended by itself:\n${this.output.join("\n")}`)));
      return () => this.listeners.delete(listen);
    });
  }

  /** Calls a function with each line from now on. */
  listen(hear: (line: string) => void): void {
    this.listeners.add(hear);
  }

  /** Kills it and its children. */
  async end(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) process.kill(-this.child.pid!, "SIGKILL");
    await this.gone;
  }

  private get pipe(): Writable {
    return this.child.stdio[3] as Writable;
  }

  private hear(line: string): void {
    this.output.push(line);
    for (const listener of [...this.listeners]) listener(line);
  }
}

/** Waits for a promise that may never settle, within a time limit. */
export function inTime<T>(
  what: string,
  ms: number,
  begin: (found: (value: T) => void, failed: (error: Error) => void) => void | (() => void),
): Promise<T> {
  return new Promise((resolve, reject) => {
    let cleanUp: void | (() => void);
    const settle = (then: () => void) => {
      clearTimeout(timer);
      cleanUp?.();
      then();
    };
    const timer = setTimeout(() => settle(() => reject(new Error(`waited ${ms / 1000} s for ${what}`))), ms);
    cleanUp = begin(
      (value) => settle(() => resolve(value)),
      (error) => settle(() => reject(error)),
    );
  });
}

export function limited<T>(what: string, ms: number, awaited: Promise<T>): Promise<T> {
  return inTime(what, ms, (found, failed) => void awaited.then(found, failed));
}

/** The path of a program, if it is installed. */
export async function find(...names: string[]): Promise<string | undefined> {
  for (const name of names) {
    for (const folder of name.startsWith("/") ? [""] : FOLDERS) {
      const path = join(folder, name);
      if (await access(path).then(() => true, () => false)) return path;
    }
  }
  return undefined;
}

/** Runs a program to its end. Returns whether it succeeded. */
export async function run(program: string, ...args: string[]): Promise<boolean> {
  const child = spawn(program, args, { stdio: "ignore" });
  return new Promise((done) => child.once("error", () => done(false)).once("exit", (code) => done(code === 0)));
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
