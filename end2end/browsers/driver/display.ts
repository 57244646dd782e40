// A virtual screen, for a browser that needs one.

import { Leash } from "./leash";

export class Display {
  private constructor(
    private readonly server: Leash,
    /** The value of `DISPLAY`. */
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
