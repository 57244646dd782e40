// A proxy with a configuration of docs/proxies, byte for byte.

import { copyFile, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Certificate } from "../support/certificate";
import { Running } from "./programs";
import type { Route } from "./routes";

export const CONFIGURATIONS = resolve(__dirname, "../../docs/proxies");

/** The command line of each, in the folder of its configuration and the certificate. In the foreground, so that it can be ended. */
const COMMANDS = {
  nginx: { file: "nginx.conf", args: ["-p", ".", "-c", "nginx.conf", "-e", "stderr", "-g", "daemon off; pid nginx.pid;"] },
  haproxy: { file: "haproxy.cfg", args: ["-db", "-f", "haproxy.cfg"] },
  caddy: { file: "Caddyfile", args: ["run", "--config", "Caddyfile", "--adapter", "caddyfile"] },
};

export class Proxy {
  private constructor(
    private readonly running: Running,
    private readonly folder: string,
  ) {}

  static async start(name: NonNullable<Route["proxy"]>, certificate: Certificate, within: string[]): Promise<Proxy> {
    const { file, args } = COMMANDS[name];
    const folder = await mkdtemp(join(tmpdir(), `${name}-`));
    try {
      await copyFile(join(CONFIGURATIONS, file), join(folder, file));
      for (const part of await readdir(certificate.folder)) await copyFile(join(certificate.folder, part), join(folder, part));
      return new Proxy(await Running.start(name, args, folder, within), folder);
    } catch (error) {
      await rm(folder, { recursive: true });
      throw error;
    }
  }

  expectAlive(): void {
    this.running.expectAlive();
  }

  async end(): Promise<void> {
    await this.running.end();
    await rm(this.folder, { recursive: true, force: true });
  }
}
