// A port for a program that can't say which one it was given.

import { once } from "node:events";
import { createServer } from "node:net";
import { randomInt } from "node:crypto";

/** Below those that systems give to who asks for any: what is free here stays free until it is taken on purpose. */
const [FIRST, END] = [20_000, 32_000];

/** A port on which nobody listens. */
export async function freePort(): Promise<number> {
  const port = randomInt(FIRST, END);
  return (await isFree(port)) ? port : freePort();
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port);
  try {
    await once(server, "listening"); // or an error
  } catch {
    return false;
  }
  server.close();
  await once(server, "close");
  return true;
}
