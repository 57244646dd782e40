// A screen for a browser that can't do without one.

import { Leash } from "./leash";

export class Display {
  private constructor(
    private readonly server: Leash,
    /** What `DISPLAY` has to be. */
    readonly name: string,
  ) {}

  static async start(): Promise<Display> {
    const server = Leash.start("Xvfb", ["-displayfd", "1", "-screen", "0", "1400x1000x24", "-nolisten", "tcp"]);
    return new Display(server, `:${await server.line(/^(\d+)$/)}`);
  }

  async end(): Promise<void> {
    await this.server.end();
  }
}
