// How often an element is written, also if the same words are written again.

import { expect, type Locator } from "@playwright/test";

export interface Writes {
  /** How often it has been written since the last time. */
  again(): Promise<number>;
}

/** Watches the element. Each write is seen by a screen reader that follows a live region, and by a translator. */
export async function watchWrites(element: Locator): Promise<Writes> {
  await expect(element).toBeAttached();
  const count = await element.evaluateHandle((element) => {
    const observer = new MutationObserver((records) => (seen.count += records.length));
    observer.observe(element, { childList: true, characterData: true, subtree: true });
    const seen = { count: 0, observer };
    return seen;
  });
  return {
    again: () =>
      count.evaluate((seen) => {
        const all = seen.count + seen.observer.takeRecords().length;
        seen.count = 0;
        return all;
      }),
  };
}
