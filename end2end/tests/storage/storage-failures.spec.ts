// Shown text is kept when the database fails or is slow, when the page crashes, and without Web Locks.

import type { BrowserContext, Page } from "@playwright/test";
import { Chat } from "../../support/chat-page";
import { expect, test } from "../../support/fixtures";
import { crash, storedMessages, occupyDatabase } from "../../support/database";
import type { Question, Upstream } from "../../support/upstream";

/** Starts an answer, and waits until its beginning is stored. */
async function startAnswer(chat: Chat, upstream: Upstream): Promise<Question> {
  await chat.ask("Count");
  const question = await upstream.nextQuestion();
  question.delta("one, ");
  await expect.poll(() => storedMessages(chat.page)).toContain("one,");
  return question;
}

/** Opens the same conversation in another tab. */
async function openTab(context: BrowserContext, address: string): Promise<Chat> {
  const chat = new Chat(await context.newPage());
  await chat.page.goto(address);
  await chat.alive();
  return chat;
}

test("a failed write loses none of the later text", async ({ chat, upstream, page }) => {
  const question = await startAnswer(chat, upstream);
  await page.evaluate(() => {
    const put = IDBObjectStore.prototype.put;
    Reflect.set(window, "failed", false);
    IDBObjectStore.prototype.put = function (value, key) {
      if (!String(value).startsWith('{"of":')) return put.call(this, value, key);
      IDBObjectStore.prototype.put = put;
      Reflect.set(window, "failed", true);
      throw new DOMException("no", "UnknownError");
    };
  });
  question.delta("two, ");
  await expect.poll(() => page.evaluate(() => Reflect.get(window, "failed"))).toBe(true);
  // This is long before the next write of the whole answer.
  await expect.poll(() => storedMessages(page), { timeout: 3000 }).toContain('"text":"one, two, "');
  question.delta("three, ");
  await expect.poll(() => storedMessages(page)).toContain("three,");
  await expect(page.locator(".composer-bar .notice")).toBeHidden();
  question.finish();
  await expect(chat.status).toHaveText("Done");
});

test("a hidden page writes at once", async ({ chat, upstream, page }) => {
  const question = await startAnswer(chat, upstream);
  await page.evaluate(() => {
    // As in a page that is about to be frozen: the timer of the next write never fires.
    const [now, begin] = [Date.now(), window.setTimeout];
    Date.now = () => now;
    Reflect.set(window, "setTimeout", (act: TimerHandler, ms = 0) => (ms > 20 && ms <= 50 ? 0 : begin(act, ms)));
  });
  question.delta("two, ");
  await expect.poll(() => storedMessages(page)).toContain("two,");
  question.delta("three, ");
  await expect(chat.answer).toContainText("three,");
  expect(await storedMessages(page)).not.toContain("three,");
  await page.evaluate(() => {
    Object.defineProperty(document, "hidden", { value: true });
    document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
  });
  await expect.poll(() => storedMessages(page), { timeout: 2000 }).toContain("three,");
  question.finish();
  await expect(chat.status).toHaveText("Done");
});

/** The texts in the journal. */
const journalTexts = (page: Page): Promise<string[]> =>
  page.evaluate(async () => {
    const local = Object.entries(localStorage).filter(([key]) => key.startsWith("/journal/"));
    const cache = await window.caches?.open("starcrossed-journal");
    const answers = await Promise.all(((await cache?.keys()) ?? []).map((key) => cache.match(key)));
    const texts = await Promise.all(answers.map((answer) => answer?.text() ?? ""));
    return [...local.map(([, text]) => text), ...texts].filter((text) => text);
  });

const PLACES: Record<string, () => void> = {
  "a cache": () => {},
  "local storage": () => Object.defineProperty(window, "caches", { value: undefined }),
};

for (const [place, prepare] of Object.entries(PLACES)) {
  test(`text of a slow database is in ${place} after a crash`, async ({ page, context, upstream }) => {
    await context.addInitScript(prepare);
    const chat = await new Chat(page).open();
    const question = await startAnswer(chat, upstream);
    await occupyDatabase(page);
    question.delta("two, ");
    await expect.poll(async () => (await journalTexts(page)).join()).toContain("two,");
    const address = page.url();
    await crash(page);
    expect(await question.closed).toBe("client");
    const again = await openTab(context, address);
    await expect(again.answer).toContainText("one, two,");
    await expect(again.status).toHaveText("Interrupted");
    await expect.poll(() => journalTexts(again.page)).toEqual([]);
  });
}

test("a deleted conversation doesn't return from the journal", async ({ chat, upstream, page }) => {
  const question = await startAnswer(chat, upstream);
  question.finish();
  await expect(chat.status).toHaveText("Done");
  await page.evaluate(async (of) => {
    // The journal of a tab that has ended; and the cache is slow.
    const entry = { of, conversation: { id: of, title: "Count", updated_ms: Date.now() + 1000 } };
    const cache = await caches.open("starcrossed-journal");
    await cache.put("/journal/left", new Response(JSON.stringify(entry)));
    const match = Cache.prototype.match;
    const released = new Promise<void>((release) => Reflect.set(window, "release", release));
    Cache.prototype.match = async function (request) {
      await released;
      return match.call(this, request);
    };
  }, page.url().split("/").at(-1));
  await page.getByRole("button", { name: "Delete Count" }).click();
  await expect(chat.conversations.getByRole("listitem")).toHaveCount(0);
  await page.evaluate(() => Reflect.get(window, "release")());
  await expect.poll(() => journalTexts(page)).toEqual([]);
  await page.reload();
  await chat.alive();
  await chat.wake();
  await expect(page.getByText("Export and import")).toBeVisible();
  await expect(chat.conversations.getByRole("listitem")).toHaveCount(0);
});

test.describe("without locks", () => {
  /** Removes Web Locks, as on plain HTTP from another machine. Records when a tab asks who writes an answer. */
  const loseLocks = () => {
    Object.defineProperty(Navigator.prototype, "locks", { value: undefined });
    const asked: number[] = [];
    Reflect.set(window, "asked", asked);
    const post = BroadcastChannel.prototype.postMessage;
    BroadcastChannel.prototype.postMessage = function (message) {
      if (message === "?") asked.push(performance.now());
      return post.call(this, message);
    };
  };
  const asked = (page: Page): Promise<number[]> => page.evaluate(() => Reflect.get(window, "asked"));

  const CUT_OFF = 10;

  /** Opens a conversation with ten answers that were cut off some time ago. */
  async function openCutOff(page: Page, upstream: Upstream, agoMs: number): Promise<Chat> {
    await page.context().addInitScript(loseLocks);
    const chat = await new Chat(page).open();
    (await startAnswer(chat, upstream)).finish();
    await expect(chat.status).toHaveText("Done");
    await page.evaluate(
      async ([count, agoMs]) => {
        const opening = indexedDB.open("starcrossed");
        const database = await new Promise<IDBDatabase>((openTab) => (opening.onsuccess = () => openTab(opening.result)));
        const change = database.transaction(["conversations", "messages"], "readwrite");
        const all = (store: string) =>
          new Promise<{ id: string; role?: string }[]>((read) => {
            const reading = change.objectStore(store).getAll();
            reading.onsuccess = () => read(reading.result.map((text) => JSON.parse(text)));
          });
        const [conversation] = await all("conversations");
        const answer = (await all("messages")).find((message) => message.role === "assistant");
        const cutOff = { ...answer, exit: null, writer: "another", saved_ms: Date.now() - agoMs };
        for (let n = 0; n < count; n++) {
          const [text, key] = [JSON.stringify({ ...cutOff, id: `cut${n}` }), `${conversation.id}/cut${n}`];
          change.objectStore("messages").put(text, key);
        }
        change.objectStore("conversations").put(JSON.stringify({ ...conversation, head: "cut0" }), conversation.id);
        await new Promise((written) => (change.oncomplete = written));
        database.close();
      },
      [CUT_OFF, agoMs],
    );
    await page.reload();
    await chat.alive();
    return chat;
  }

  test("all possibly unfinished answers are asked for at once", async ({ page, upstream }) => {
    const chat = await openCutOff(page, upstream, 5000);
    await expect(chat.status).toHaveText("Interrupted");
    const times = await asked(page);
    expect(times).toHaveLength(CUT_OFF);
    expect(Math.max(...times) - Math.min(...times), "not one after the other").toBeLessThan(300);
  });

  test("answers cut off long ago aren't asked for", async ({ page, upstream }) => {
    const chat = await openCutOff(page, upstream, 10 * 60_000);
    await expect(chat.status).toHaveText("Interrupted");
    expect(await asked(page)).toEqual([]);
  });
});
