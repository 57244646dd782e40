// Two machines that share only a cable, as network namespaces: one for the server and its proxy, one for the client. The
// host keeps a cable to the server's machine, and is its model. The addresses are those reserved for benchmarks (RFC 2544).

import { join } from "node:path";
import { Missing } from "./trial";
import type { Place } from "./stack";
import { run } from "./programs";
import { CONFIGURATIONS } from "./proxy";

const SERVER = "starcrossed-server";
const CLIENT = "starcrossed-client";
const MODEL_ADDRESS = "198.18.0.1";
const NEAR_ADDRESS = "198.18.0.2";
export const FAR_ADDRESS = "198.18.1.1";
const CLIENT_ADDRESS = "198.18.1.2";
const CLIENT_MAC = "02:00:00:00:00:02";

export class Network {
  readonly place: Place = { within: within(SERVER), listen: "0.0.0.0", near: NEAR_ADDRESS, model: MODEL_ADDRESS };
  readonly client = within(CLIENT);

  private constructor() {}

  static async build(): Promise<Network> {
    if (process.getuid?.() !== 0) throw new Missing("only root may make network namespaces");
    const network = new Network();
    await network.remove(); // left over from a killed run
    try {
      await ip("netns", "add", SERVER);
    } catch (error) {
      throw new Missing(`this machine allows no network namespaces (${String(error).split("\n").at(-2)})`);
    }
    await network.connect().catch(async (error) => {
      await network.remove();
      throw error;
    });
    return network;
  }

  private async connect(): Promise<void> {
    await ip("netns", "add", CLIENT);
    await ip("link", "add", "starcrossed0", "type", "veth", "peer", "name", "near", "netns", SERVER);
    await ip("-n", SERVER, "link", "add", "far", "type", "veth", "peer", "name", "far", "netns", CLIENT);
    await ip("-n", CLIENT, "link", "set", "far", "address", CLIENT_MAC);
    await plug([], "starcrossed0", MODEL_ADDRESS);
    await plug(["-n", SERVER], "near", NEAR_ADDRESS);
    await plug(["-n", SERVER], "far", FAR_ADDRESS);
    await plug(["-n", CLIENT], "far", CLIENT_ADDRESS);
    await ip("-n", SERVER, "link", "set", "lo", "up");
    // A distant client has a router in front of it, which keeps answering for it.
    await ip("-n", SERVER, "neigh", "replace", CLIENT_ADDRESS, "lladdr", CLIENT_MAC, "dev", "far", "nud", "permanent");
  }

  /** Sets the kernel parameters of the server's machine as docs/deploy.md says. */
  async tune(): Promise<void> {
    await run("ip", ...within(SERVER).slice(1), "sysctl", "-q", "-p", join(CONFIGURATIONS, "90-starcrossed.conf"));
  }

  /** Cuts the client's cable. Nothing that it sends arrives any more, no FIN either. */
  async cut(): Promise<void> {
    await ip("-n", CLIENT, "route", "add", "blackhole", `${FAR_ADDRESS}/32`);
  }

  async remove(): Promise<void> {
    for (const namespace of [SERVER, CLIENT]) await ip("netns", "delete", namespace).catch(() => {});
    await ip("link", "delete", "starcrossed0").catch(() => {});
  }
}

function within(namespace: string): string[] {
  return ["ip", "netns", "exec", namespace];
}

async function plug(where: string[], device: string, address: string): Promise<void> {
  await ip(...where, "address", "add", `${address}/24`, "dev", device);
  await ip(...where, "link", "set", device, "up");
}

async function ip(...args: string[]): Promise<void> {
  await run("ip", ...args);
}
