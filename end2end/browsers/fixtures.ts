// The fixtures of every check: a driven browser, a scripted model server, the program that asks it, and the chat page.

import { expect } from "@playwright/test";
import { test as base } from "../support/server-fixture";
import type { Browser, Settings, Tab } from "./driver/browser";
import { ENGINES } from "./engines";
import { Chat } from "./page/chat";

/** WebKit's warnings about features that it doesn't know. */
const UNKNOWN = [/Unrecognized Content-Security-Policy directive 'manifest-src'/, /"interactive-widget" not recognized/];

/** WebKit's error for a page that ended before its journal's write was confirmed. The write itself continues. */
const ENDED = /Cache API operation failed: Context is stopped/;

interface Worker {
  /** The browser of the project. */
  engine: keyof typeof ENGINES;
  /** The reason why it can't run here, if so. */
  missing: string | undefined;
  /** One browser for all checks. Each check has its own server, so its origin has no data of the others. */
  shared: Browser;
}

interface Fixtures {
  /** Starts another browser of the same kind, with its own profile. */
  start: (settings?: Settings) => Promise<Browser>;
  /** Opens a tab of the shared browser. */
  openTab: () => Promise<Tab>;
  /** The chat page in a tab, not opened yet. */
  unopened: Chat;
  /** The chat page, open and hydrated. */
  chat: Chat;
  /** The chat page in a second tab, not opened yet. */
  other: Chat;
  /** The allowed complaints of the browser, for a check that breaks things. */
  allowed: RegExp[];
  /** Fails a check if the browser has complained. */
  watched: void;
}

export const test = base.extend<Fixtures, Worker>({
  engine: ["Firefox", { option: true, scope: "worker" }],

  missing: [
    async ({ engine }, use) => {
      const why = await ENGINES[engine].missing();
      if (why) console.log(`${engine} is left out: ${why}`);
      await use(why);
    },
    { scope: "worker" },
  ],

  shared: [
    async ({ engine, missing }, use) => {
      if (missing) return use(undefined!); // every check is skipped, so none uses it
      const browser = await ENGINES[engine].start();
      await use(browser);
      await browser.end();
    },
    { scope: "worker", timeout: 60_000 },
  ],

  watched: [
    async ({ missing, shared, allowed }, use, testInfo) => {
      testInfo.skip(!!missing, missing);
      shared.complaints.length = 0;
      await use();
      const heard = shared.complaints.filter((text) => !allowed.some((pattern) => pattern.test(text)));
      expect(heard, "complaints of the browser").toEqual([]);
    },
    { auto: true },
  ],

  allowed: async ({}, use) => use([...UNKNOWN, ENDED]),

  openTab: async ({ shared, server: _ }, use) => {
    const tabs: Tab[] = [];
    await use(async () => {
      const tab = await shared.tab();
      tabs.push(tab);
      return tab;
    });
    for (const tab of tabs) await tab.close().catch(() => {}); // the check may have closed it
  },

  start: async ({ engine }, use) => {
    const browsers: Browser[] = [];
    await use(async (settings) => {
      const browser = await ENGINES[engine].start(settings);
      browsers.push(browser);
      return browser;
    });
    for (const browser of browsers) await browser.end();
  },

  unopened: async ({ openTab, server }, use) => use(new Chat(await openTab(), server.url)),
  chat: async ({ unopened }, use) => use(await unopened.open()),
  other: async ({ openTab, server }, use) => use(new Chat(await openTab(), server.url)),
});

export { expect };
