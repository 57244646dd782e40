// Databases that other versions of the page left in the browser.
//
// `VERSIONS` has each version of the database that was ever released, with records as the page wrote them then. A page with
// another version number fails the first test until the version that it replaces stands here.

import type { Page } from "@playwright/test";
import { Chat } from "../../support/chat-page";
import { listed } from "../../support/conversations";
import { expect, test } from "../../support/fixtures";

type Stores = Record<string, Record<string, string>>;

const CONVERSATION = {
  id: "k3j9x2m4p8",
  title: "About cats",
  created_ms: 1_763_800_000_000,
  updated_ms: 1_763_800_060_000,
  head: "m4",
  draft: "And the mice?",
  model: "beta",
  settings: { system: "Be brief.", temperature: "0.5", top_p: "", max_tokens: "", seed: "" },
};

/** A message as the first release wrote it: with every field. */
function message(id: string, parent: string | null, role: string, text: string, more: object = {}): [string, string] {
  const times = { asked_ms: 1_763_800_000_000 + Number(id.slice(1)), saved_ms: 1_763_800_010_000, began_ms: 1_763_800_001_000 };
  const counts = { first_ms: 120, thought_ms: 0, took_ms: 900, deltas: 2, tokens: 42 };
  const whole = { id, parent, role, text, reasoning: "", files: [], model: role === "user" ? "" : "beta", writer: "tab1", task: null };
  return [`${CONVERSATION.id}/${id}`, JSON.stringify({ ...whole, exit: { reason: "normal" }, ...times, ...counts, ...more })];
}

const FILE = { name: "notes.txt", mime: "text/plain", data: "Rex and Fido" };
const USAGE = { prompt_tokens: 7, completion_tokens: 42 };

const VERSIONS: Record<number, Stores> = {
  // 2026-11-22: two stores of JSON texts.
  1: {
    conversations: { [CONVERSATION.id]: JSON.stringify(CONVERSATION) },
    messages: Object.fromEntries([
      message("m1", null, "user", "Do cats purr?", { files: [FILE] }),
      message("m2", "m1", "assistant", "They **purr**.", { reasoning: "Whiskers, presumably.", thought_ms: 300 }),
      message("m3", "m1", "assistant", "Often.", { exit: { reason: "normal", finish_reason: "stop", usage: USAGE } }),
      message("m4", "m3", "user", "And dogs?"),
      message("m5", "m4", "assistant", "They b", { task: "k7x2", exit: null }),
    ]),
  },
};

/** Makes the database of a version, before the page opens it. */
async function seed(page: Page, version: number, stores: Stores): Promise<void> {
  await page.goto("/healthz"); // the same origin, without the page's code
  await page.evaluate(
    async ([version, stores]) => {
      const opening = indexedDB.open("starcrossed", version as number);
      opening.onupgradeneeded = () => {
        for (const [name, records] of Object.entries(stores as Stores)) {
          const store = opening.result.createObjectStore(name);
          for (const [key, record] of Object.entries(records)) store.put(record, key);
        }
      };
      await new Promise((opened, failed) => ((opening.onsuccess = opened), (opening.onerror = failed)));
      opening.result.close();
    },
    [version, stores] as const,
  );
}

const versionIn = (page: Page) => page.evaluate(async () => (await indexedDB.databases())[0]?.version);

test("the database's version is the newest one listed here", async ({ chat, page }) => {
  await chat.wake();
  await expect.poll(() => versionIn(page)).toBe(Math.max(...Object.keys(VERSIONS).map(Number)));
});

for (const [version, stores] of Object.entries(VERSIONS)) {
  test(`a database of version ${version} keeps all it has`, async ({ page, upstream }) => {
    await seed(page, Number(version), stores);
    const chat = new Chat(page);
    await page.goto(`/c/${CONVERSATION.id}`);
    await chat.alive();
    await chat.wake();

    await expect(listed(chat)).toHaveText([CONVERSATION.title]);
    await expect(chat.box).toHaveValue(CONVERSATION.draft);
    await expect(chat.model).toHaveValue(CONVERSATION.model);
    await expect(chat.log.getByRole("article")).toHaveCount(4);
    await expect(chat.message(0)).toContainText("Do cats purr?");
    await chat.message(0).getByText(FILE.name).click();
    await expect(chat.message(0)).toContainText(FILE.data);
    await expect(chat.message(1)).toContainText("Often.");
    await expect(chat.message(1)).toContainText("2/2");
    await expect(chat.message(1)).toContainText("42 tokens");
    await expect(chat.answer).toContainText("They b");
    await expect(chat.status, "its tab has ended").toHaveText("Interrupted");

    await chat.ask("Go on");
    const question = await upstream.nextQuestion();
    expect(question.messages).toEqual([
      "system: Be brief.",
      "user: notes.txt:\n\n```\nRex and Fido\n```\n\nDo cats purr?",
      "assistant: Often.",
      "user: And dogs?",
      "assistant: They b",
      "user: Go on",
    ]);
    expect(question.body).toMatchObject({ model: "beta", temperature: 0.5 });
    question.delta("They bark.");
    question.finish();
    await expect(chat.status).toHaveText("Done");

    await chat.action(chat.message(1), "Previous version").click();
    await expect(chat.message(1).locator("strong")).toHaveText("purr");
    await chat.message(1).getByText("Thought for").click();
    await expect(chat.message(1)).toContainText("Whiskers, presumably.");

    await page.reload();
    await chat.alive();
    await page.getByRole("searchbox", { name: "Search conversations" }).fill("bark");
    await expect(listed(chat)).toContainText(["They bark."]);
  });
}

test("a database of a later version is reported and left alone", async ({ page, upstream }) => {
  const later = Math.max(...Object.keys(VERSIONS).map(Number)) + 1;
  await seed(page, later, { ...VERSIONS[1], more: { key: "value" } });
  const chat = await new Chat(page).open();
  await chat.wake();
  await expect(page.getByText("Another version of this page is open")).toBeVisible();
  await chat.ask("Do you work?");
  const question = await upstream.nextQuestion();
  question.delta("I do");
  question.finish();
  await expect(chat.status).toHaveText("Done");
  expect(await versionIn(page)).toBe(later);
});
