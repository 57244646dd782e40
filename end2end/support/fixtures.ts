// The fixtures of every test: a scripted model server, the program that asks it, and the chat page.

import { expect, type Page } from "@playwright/test";
import { Chat } from "./chat-page";
import { ConsoleErrors } from "./console-errors";
import { test as base } from "./server-fixture";

interface Fixtures {
  /** The chat page, open and hydrated. */
  chat: Chat;
  consoleErrors: ConsoleErrors;
}

export const test = base.extend<Fixtures>({
  baseURL: async ({ server }, use) => use(server.url),

  consoleErrors: [
    async ({ context }, use) => {
      const consoleErrors = new ConsoleErrors();
      consoleErrors.listen(context);
      await use(consoleErrors);
      consoleErrors.expectNone();
    },
    { auto: true },
  ],

  chat: async ({ page }, use) => use(await new Chat(page).open()),
});

/** Identifies the document: a navigation inside the app doesn't change it. */
export async function document(page: Page): Promise<number> {
  return page.evaluate(() => performance.timeOrigin);
}

export { expect };
