// The browser's database, read and disturbed from outside the page's code.

import type { Page } from "@playwright/test";

/** All messages in the browser's database, as text. */
export function storedMessages(page: Page): Promise<string> {
  return page.evaluate(
    () =>
      new Promise<string>((resolve, reject) => {
        const opening = indexedDB.open("starcrossed");
        opening.onerror = reject;
        opening.onsuccess = () => {
          const all = opening.result.transaction("messages").objectStore("messages").getAll();
          all.onsuccess = () => {
            opening.result.close();
            resolve(all.result.join("\n"));
          };
        };
      }),
  );
}

/** Blocks all reads and writes of the database until `window.occupied` is false. */
export async function occupyDatabase(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const open = indexedDB.open("starcrossed");
    const database = await new Promise<IDBDatabase>((opened) => (open.onsuccess = () => opened(open.result)));
    const store = database.transaction([...database.objectStoreNames], "readwrite").objectStore("messages");
    Reflect.set(window, "occupied", true);
    await new Promise<void>((begun) => {
      const hold = () => {
        begun();
        if (Reflect.get(window, "occupied")) store.count().onsuccess = hold;
        else database.close();
      };
      hold();
    });
  });
}

/** Crashes the page, without any event for its code. */
export async function crash(page: Page): Promise<void> {
  const crashed = page.waitForEvent("crash");
  page.goto("chrome://crash").catch(() => {});
  await crashed;
}
