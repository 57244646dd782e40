// What every check finds ready: a browser that is driven, a model server to script, the program asking it, and the chat page.

import { expect } from "@playwright/test";
import { test as base } from "../support/server-fixture";
import type { Browser, Settings, Tab } from "./driver/browser";
import { ENGINES } from "./engines";
import { Chat } from "./page/chat";

/** What WebKit says of things that it doesn't know and does without. */
const UNKNOWN = [/Unrecognized Content-Security-Policy directive 'manifest-src'/, /"interactive-widget" not recognized/];

/** What WebKit says of a page that ended before it could hear that its journal was written. The write itself goes on. */
const ENDED = /Cache API operation failed: Context is stopped/;

interface Worker {
  /** The browser that a project is for. */
  engine: keyof typeof ENGINES;
  /** Why it can't be run here, if it can't. */
  missing: string | undefined;
  /** One for all checks: each has its own server, and so an origin of its own, with nothing kept from the others. */
  shared: Browser;
}

interface Fixtures {
  /** Starts another browser of the same kind, with a profile of its own. */
  start: (settings?: Settings) => Promise<Browser>;
  /** Opens a tab of the shared browser. */
  openTab: () => Promise<Tab>;
  /** The chat page in a tab, not opened yet. */
  unopened: Chat;
  /** The chat page, open and hydrated. */
  chat: Chat;
  /** The chat page in a second tab, not opened yet. */
  other: Chat;
  /** What the browser may complain about in a check that breaks things. */
  allowed: RegExp[];
  /** Fails a check in which the browser has complained. */
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
      if (missing) return use(undefined!); // and nobody asks for it: every check is skipped
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
    for (const tab of tabs) await tab.close().catch(() => {}); // some have been closed by the check
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
