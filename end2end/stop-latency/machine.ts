// The machine and the programs of a measurement.

import { execFile } from "node:child_process";
import { cpus, release, type } from "node:os";
import { promisify } from "node:util";
import { BINARY } from "../support/server";
import { run } from "./programs";

/** The processor, the system and the programs, a line each. */
export async function machine(browsers: string[]): Promise<string[]> {
  const { stdout } = await promisify(execFile)(BINARY, ["--version"]);
  return [
    `${cpus().length} cores (${cpus()[0].model.trim()}), ${type()} ${release()}`,
    `${stdout.trim()}${await commit()}${BINARY.includes("/debug/") ? ", a debug build: its figures mean nothing" : ""}`,
    [...browsers, `Node ${process.version}`].join(", "),
    [await version("nginx", "-v"), await version("haproxy", "-v"), await version("caddy", "version")].join(", "),
  ];
}

/** The commit of this checkout, if it is one. */
async function commit(): Promise<string> {
  const said = await run("git", "describe", "--always", "--dirty").catch(() => undefined);
  return said ? ` (${said.trim()})` : "";
}

async function version(program: string, option: string): Promise<string> {
  const said = await run(program, option).catch(() => undefined);
  return said === undefined ? `no ${program}` : `${program} ${/\d+(\.\d+)+/.exec(said)?.[0]}`;
}
