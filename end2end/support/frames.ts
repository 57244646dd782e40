// The frames that a page draws.

import type { Page } from "@playwright/test";

/** Waits until two frames have been drawn: by then the page has done all that follows from the last event. */
export async function drawn(page: Page): Promise<void> {
  await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
}
