// A proxy in front of several instances, with the configuration of docs/proxies. Only the ports differ, so that a test
// doesn't collide with other programs on the machine.

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
  /** The name of its configuration in docs/proxies. */
  file: string;
  /** The port on which that configuration makes it listen. */
  http: number;
  https: number;
  /** The command line, which keeps it in the foreground so that the test can end it. */
  start: string[];
}

/** nginx's arguments for this folder. */
const NGINX = ["-p", ".", "-c", "nginx-several.conf", "-e", "stderr", "-g"];

const PROGRAMS: Record<Brand, Program> = {
  haproxy: { file: "haproxy-several.cfg", http: 8002, https: 8442, start: ["-db", "-f", "haproxy-several.cfg"] },
  nginx: { file: "nginx-several.conf", http: 8001, https: 8441, start: [...NGINX, "daemon off; pid nginx.pid;"] },
};

/** The port of the first instance in the configurations. The next instance has the next port. */
const FIRST_INSTANCE = 3001;

export class Proxy {
  private constructor(
    private readonly brand: Brand,
    private readonly folder: string,
    private readonly running: Running,
    /** Its address, over HTTP/2. */
    readonly url: string,
  ) {}

  /** Starts a proxy in front of the instances at these ports. */
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

  /** Fails with the program's output if it has ended by itself. */
  expectAlive(): void {
    try {
      this.running.expectAlive();
    } catch (error) {
      // Debian's nginx puts temporary files where only root may write.
      throw /permission denied/i.test(String(error)) ? new Missing(`${this.brand} may not be run by this user here`) : error;
    }
  }

  /** Takes the instance at this port out, as docs/deploy.md says to do before its end. HAProxy does this by itself. */
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

/** The configuration with another port. Its comments stay. */
function withPort(text: string, [from, to]: [number, number]): string {
  return replaceOnce(text, new RegExp(`^([^#\\n]*\\b)${from}\\b`, "m"), `$1${to}`);
}

/** Replaces a part that must be there: else the test would test something else. */
function replaceOnce(text: string, what: RegExp, by: string): string {
  if (!what.test(text)) throw new Error(`the configuration has no ${what}`);
  return text.replace(what, by);
}
