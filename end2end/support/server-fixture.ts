// A scripted model server, and the program that asks it.

import { test as base, expect } from "@playwright/test";
import { Server } from "./server";
import { Upstream } from "./upstream";

interface Fixtures {
  upstream: Upstream;
  /** The program's `--upstream` arguments. */
  upstreams: string[];
  /** More arguments of the program. */
  args: string[];
  server: Server;
}

export const test = base.extend<Fixtures>({
  upstream: async ({}, use) => {
    const upstream = await Upstream.start();
    await use(upstream);
    await upstream.stop();
  },

  upstreams: async ({ upstream }, use) => use([upstream.url]),

  args: [[], { option: true }],

  server: async ({ upstreams, args }, use, testInfo) => {
    const server = await Server.start(upstreams, { args });
    try {
      await use(server);
      await expectNothingLeft(server);
    } finally {
      await server.end();
      if (testInfo.status !== testInfo.expectedStatus) {
        await testInfo.attach("server log", { body: server.log.join("\n"), contentType: "text/plain" });
      }
    }
  },
});

/** The pages are closed by now, and no task may outlive its page. */
async function expectNothingLeft(server: Server): Promise<void> {
  if (!server.isRunning) return;
  await expect.poll(() => server.live(), "tasks that outlive their page").toBe(0);
}
