// What every test finds ready: a model server to script, the program asking it, and the chat page.

import { test as base, expect, type Page } from "@playwright/test";
import { Chat } from "./chat";
import { Complaints } from "./console";
import { Server } from "./server";
import { Upstream } from "./upstream";

interface Fixtures {
  upstream: Upstream;
  /** How the program is told of its model servers. */
  upstreams: string[];
  server: Server;
  /** The chat page, open and alive. */
  chat: Chat;
  complaints: Complaints;
}

export const test = base.extend<Fixtures>({
  upstream: async ({}, use) => {
    const upstream = await Upstream.start();
    await use(upstream);
    await upstream.stop();
  },

  upstreams: async ({ upstream }, use) => use([upstream.url]),

  server: async ({ upstreams }, use, testInfo) => {
    const server = await Server.start(upstreams);
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

  baseURL: async ({ server }, use) => use(server.url),

  complaints: [
    async ({ context }, use) => {
      const complaints = new Complaints();
      complaints.listen(context);
      await use(complaints);
      complaints.expectNone();
    },
    { auto: true },
  ],

  chat: async ({ page }, use) => use(await new Chat(page).open()),
});

/** By now the pages are closed: no task may outlive them. */
async function expectNothingLeft(server: Server): Promise<void> {
  if (!server.isRunning) return;
  await expect.poll(() => server.live(), "tasks that outlive their page").toBe(0);
}

/** Tells one document from another: after a navigation inside the app it is the same. */
export async function document(page: Page): Promise<number> {
  return page.evaluate(() => performance.timeOrigin);
}

export { expect };
