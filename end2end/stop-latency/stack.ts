// The stack behind a page on one route: the proxy if any, the server, the model.

import { request } from "@playwright/test";
import { setTimeout as after } from "node:timers/promises";
import type { Certificate } from "../support/certificate";
import { Server } from "../support/server";
import { Upstream } from "../support/upstream";
import { PATIENCE_MS } from "./trial";
import { Proxy } from "./proxy";
import { SERVER_PORT, url, type Route } from "./routes";

/** The place of the stack. */
export interface Place {
  /** The command that starts a program there. */
  within: string[];
  /** The server's address there. */
  listen: string;
  /** The address by which the measurement reaches it. */
  near: string;
  /** The address by which the server reaches the model. */
  model: string;
}

export const HERE: Place = { within: [], listen: "127.0.0.1", near: "127.0.0.1", model: "127.0.0.1" };

export class Stack {
  private constructor(
    readonly route: Route,
    readonly model: Upstream,
    readonly server: Server,
    private readonly proxy: Proxy | undefined,
    /** The address for the measurement. */
    readonly url: string,
  ) {}

  static async start(route: Route, certificate: Certificate, place: Place): Promise<Stack> {
    const proxy = route.proxy && (await Proxy.start(route.proxy, certificate, place.within));
    const model = await Upstream.start(place.model);
    const server = await Server.start(model.url, {
      listen: `${place.listen}:${SERVER_PORT}`,
      args: [...SETTINGS, ...(proxy ? PROXIED : route.protocol === "HTTP/2" ? certificate.args : [])],
      within: place.within,
    }).catch(async (error) => {
      await Promise.all([proxy?.end(), model.stop()]);
      throw error;
    });
    const stack = new Stack(route, model, server, proxy, url(route, place.near));
    await stack.ready().catch(async (error) => {
      await stack.end();
      throw error;
    });
    return stack;
  }

  /** Waits until the server can be reached: a proxy may still hold it for down. */
  async ready(): Promise<void> {
    const reader = await request.newContext({ ignoreHTTPSErrors: true });
    const until = performance.now() + PATIENCE_MS;
    while (!(await reader.get(`${this.url}/readyz`).then((answer) => answer.ok(), () => false))) {
      this.proxy?.expectAlive();
      if (performance.now() > until) throw new Error(`nothing answers at ${this.url}`);
      await after(50);
    }
    await reader.dispose();
  }

  async end(): Promise<void> {
    await this.proxy?.end();
    await this.server.end();
    await this.model.stop();
  }
}

/** No password: the network has no other clients. A large limit: a flood must not end for its length. */
const SETTINGS = ["--open", "--max-answer", "4096"];
const PROXIED = ["--trust-proxy", "127.0.0.1"];
