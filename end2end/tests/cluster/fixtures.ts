// The fixtures for a test of several instances: the cluster, and browsers that visit it.

import { type BrowserContext } from "@playwright/test";
import { Missing } from "../../stop-latency/trial";
import { Certificate } from "../../support/certificate";
import { Chat } from "../../support/chat-page";
import { expect, test as base } from "../../support/fixtures";
import { Cluster, type Name, type Place } from "./cluster";
import type { Brand } from "./proxy";

interface Visits {
  /** Opens the chat page in a separate browser, with the cookie of an instance or without one. */
  (place?: Place): Promise<Chat>;
}

interface Fixtures {
  /** The proxy in front of the instances. */
  brand: Brand;
  cluster: Cluster;
  /** For each instance, the cookie that leads a browser to it. */
  places: Record<Name, Place>;
  visit: Visits;
}

export const test = base.extend<Fixtures, { certificate: Certificate }>({
  brand: ["haproxy", { option: true }],
  ignoreHTTPSErrors: true,

  certificate: [
    async ({}, use) => {
      const certificate = await Certificate.make();
      await use(certificate);
      await certificate.remove();
    },
    { scope: "worker" },
  ],

  // Each instance gets `args`.
  cluster: async ({ brand, args, certificate }, use, testInfo) => {
    const cluster = await Cluster.start(brand, certificate, args).catch((error) => {
      testInfo.skip(error instanceof Missing, error.message);
      throw error;
    });
    const instances = Object.values(cluster.instances);
    try {
      await use(cluster);
      for (const instance of instances.filter(({ server }) => server.isRunning)) {
        await expect.poll(() => instance.live(), "tasks that outlive their page").toBe(0);
      }
    } finally {
      await cluster.end();
      if (testInfo.status !== testInfo.expectedStatus) {
        const log = instances.flatMap(({ name, server }) => server.log.map((line) => `${name}: ${line}`));
        await testInfo.attach("instances' logs", { body: log.join("\n"), contentType: "text/plain" });
      }
    }
  },

  baseURL: async ({ cluster }, use) => use(cluster.url),

  places: async ({ cluster }, use) => use(await cluster.places()),

  visit: async ({ browser, baseURL, consoleErrors }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async (storageState) => {
      const context = await browser.newContext({ baseURL, storageState, ignoreHTTPSErrors: true });
      contexts.push(context);
      consoleErrors.listen(context);
      return new Chat(await context.newPage()).open();
    });
    for (const context of contexts) await context.close();
  },
});

export { expect };
