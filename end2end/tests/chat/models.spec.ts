// Two model servers, one of which stops and restarts. The other one never gets its questions.

import type { Page } from "@playwright/test";
import { Chat } from "../../support/chat-page";
import { expect, test as base } from "../../support/fixtures";
import { Upstream } from "../../support/upstream";

/** `upstream` is named `local` and comes first. */
const test = base.extend<{ far: Upstream }>({
  far: async ({}, use) => {
    const far = await Upstream.start();
    far.models = ["gamma"];
    await use(far);
    await far.stop();
  },

  upstreams: async ({ upstream, far }, use) => use([`local=${upstream.url}`, `far=${far.url}`]),
});

const DOWN = "local/beta (not available now)";

test("a conversation keeps its model while its server is down", async ({
  chat,
  upstream,
  far,
  page,
}) => {
  await chat.model.selectOption("local/beta");
  await chat.ask("Are you there?");
  const first = await upstream.nextQuestion();
  first.delta("I am");
  first.finish();
  await expect(chat.status).toHaveText("Done");

  await upstream.stop();
  await page.reload();
  await chat.alive();
  await expect(chosenModel(chat)).toHaveText(DOWN);
  await chat.ask("And now?");
  await expect(chat.alert).toContainText("Nothing answers at");
  expect(far.questions).toHaveLength(0);
  await expect(chosenModel(chat)).toHaveText(DOWN);

  await upstream.start();
  await refocusWindow(page);
  await expect(chosenModel(chat)).toHaveText("local/beta");
  await chat.retry.click();
  const second = await upstream.nextQuestion();
  expect(second.body.model).toBe("beta");
  second.finish();
  await expect(chat.status).toHaveText("Done");
});

test("a new chat keeps the last model while its server is down", async ({ chat, upstream, far, page }) => {
  await chat.model.selectOption("local/beta");
  await upstream.stop();
  await page.reload();
  await chat.alive();
  await expect(chosenModel(chat)).toHaveText(DOWN);
  await expect(chat.model.getByRole("option")).toHaveText([DOWN, "far/gamma"]);

  await chat.model.selectOption("far/gamma");
  await chat.ask("You, then?");
  (await far.nextQuestion()).finish();
  await expect(chat.status).toHaveText("Done");
});

test("without a choice the first available model stays", async ({
  upstream,
  far,
  page,
}) => {
  await upstream.stop();
  const chat = await new Chat(page).open();
  await expect(chosenModel(chat)).toHaveText("far/gamma");
  await upstream.start();
  await refocusWindow(page);
  await expect(chat.model.getByRole("option")).toHaveText(["local/alpha", "local/beta", "far/gamma"]);
  await expect(chosenModel(chat)).toHaveText("far/gamma");
  await chat.ask("Who are you?");
  (await far.nextQuestion()).finish();
  await expect(chat.status).toHaveText("Done");
});

const chosenModel = (chat: Chat) => chat.model.locator("option:checked");

/** Sends the event of a window that gets focus again. */
const refocusWindow = (page: Page) => page.evaluate(() => window.dispatchEvent(new FocusEvent("focus")));
