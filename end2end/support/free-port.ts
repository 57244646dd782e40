// A free port, for a program that can't report the port it was given.

import { once } from "node:events";
import { createServer } from "node:net";
import { randomInt } from "node:crypto";

/** These are below the ports that systems hand out, so a free one stays free until a program takes it on purpose. */
const [FIRST, END] = [20_000, 32_000];

/** A port without a listener. */
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
