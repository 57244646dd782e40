// A proxy in front of several instances, with the configuration that we tell people to use. The ports alone are others: a
// test must not get in the way of what else runs on a machine.

import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Missing } from "../../stop-latency/trial";
import { run, Running } from "../../stop-latency/programs";
import type { Certificate } from "../../support/certificate";
import { freePort } from "../../support/free-port";

const CONFIGURATIONS = resolve(__dirname, "../../../docs/proxies");

export type Brand = "haproxy" | "nginx";

interface Program {
  /** Its configuration, in docs/proxies. */
  file: string;
  /** Where that makes it listen. */
  http: number;
  https: number;
  /** How it is started with it, in the foreground, so that it can be ended. */
  start: string[];
}

/** nginx, in this folder. */
const NGINX = ["-p", ".", "-c", "nginx-several.conf", "-e", "stderr", "-g"];

const PROGRAMS: Record<Brand, Program> = {
  haproxy: { file: "haproxy-several.cfg", http: 8002, https: 8442, start: ["-db", "-f", "haproxy-several.cfg"] },
  nginx: { file: "nginx-several.conf", http: 8001, https: 8441, start: [...NGINX, "daemon off; pid nginx.pid;"] },
};

/** Where that makes it look for the first instance. The port of the next one follows. */
const FIRST_INSTANCE = 3001;

export class Proxy {
  private constructor(
    private readonly brand: Brand,
    private readonly folder: string,
    private readonly running: Running,
    /** Where people find it, over HTTP/2. */
    readonly url: string,
  ) {}

  /** Starts it in front of the instances at these ports. */
  static async start(brand: Brand, certificate: Certificate, instances: number[]): Promise<Proxy> {
    const { file, http, https, start } = PROGRAMS[brand];
    const ports = new Map([http, https].map((port) => [port, 0]));
    for (const port of ports.keys()) ports.set(port, await freePort());
    instances.forEach((port, at) => ports.set(FIRST_INSTANCE + at, port));

    const folder = await mkdtemp(join(tmpdir(), `${brand}-`));
    await cp(certificate.folder, folder, { recursive: true });
    const told = await readFile(join(CONFIGURATIONS, file), "utf8");
    await writeFile(join(folder, file), [...ports].reduce(withPort, told));
    return new Proxy(brand, folder, await Running.start(brand, start, folder), `https://127.0.0.1:${ports.get(https)}`);
  }

  /** Fails with what it has said, if it has ended by itself. */
  expectAlive(): void {
    try {
      this.running.expectAlive();
    } catch (error) {
      // Debian's nginx keeps temporary files where only root may write.
      throw /permission denied/i.test(String(error)) ? new Missing(`${this.brand} may not be run by this user here`) : error;
    }
  }

  /** Does what people are told to do before they end the instance at this port. HAProxy finds out by itself. */
  async leaveOut(port: number): Promise<void> {
    if (this.brand !== "nginx") return;
    const file = join(this.folder, PROGRAMS.nginx.file);
    const server = new RegExp(`^( *server 127\\.0\\.0\\.1:${port} [^;]*);`, "m");
    await writeFile(file, replaceOnce(await readFile(file, "utf8"), server, "$1 down;"));
    await run("nginx", ...NGINX.with(1, this.folder), "pid nginx.pid;", "-s", "reload");
  }

  async end(): Promise<void> {
    await this.running.end();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** The same configuration with another port. What its comments say is left alone. */
function withPort(text: string, [from, to]: [number, number]): string {
  return replaceOnce(text, new RegExp(`^([^#\\n]*\\b)${from}\\b`, "m"), `$1${to}`);
}

/** What isn't there can't be replaced, and then the test would be one of something else. */
function replaceOnce(text: string, what: RegExp, by: string): string {
  if (!what.test(text)) throw new Error(`the configuration has no ${what}`);
  return text.replace(what, by);
}
