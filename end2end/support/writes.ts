// The number of writes to an element, repeated text included.

import { expect, type Locator } from "@playwright/test";

export interface Writes {
  /** The number of writes since the last call. */
  again(): Promise<number>;
}

/** Watches the element. A screen reader that follows a live region sees each write, and so does a translator. */
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
