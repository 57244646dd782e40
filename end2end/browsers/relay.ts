// A relay in front of the server that can hold back, refuse or cut off single files.

import { once } from "node:events";
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** The treatment of a request: it waits for a promise, gets a status, is cut off, or stalls after its beginning. */
export type Fate = Promise<void> | number | "cut" | "begun" | undefined;

export class Relay {
  /** The requested paths, oldest first. */
  readonly requested: string[] = [];
  /** Decides the treatment of a path. */
  decide: (path: string) => Fate = () => undefined;

  private constructor(
    private readonly target: string,
    private readonly server: Server,
  ) {
    server.on("request", (from, to) => void this.pass(from, to));
  }

  static async start(target: string): Promise<Relay> {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new Relay(target, server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  end(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async pass(from: IncomingMessage, to: ServerResponse): Promise<void> {
    const path = from.url ?? "/";
    this.requested.push(path);
    const fate = this.decide(path);
    if (fate === "cut") return void to.destroy();
    if (fate === "begun") return void to.writeHead(200, { "content-type": "text/css" }).write("html {");
    if (typeof fate === "number") return void to.writeHead(fate).end();
    await fate;
    const on = request(`${this.target}${path}`, { method: from.method, headers: from.headers }, (answer) => {
      to.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(to);
    });
    on.on("error", () => to.destroy());
    to.on("close", () => on.destroy());
    from.pipe(on);
  }
}
