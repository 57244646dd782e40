// All ways in which a page and its server can lose each other in the middle of an answer.

import type { Browser, BrowserContext, Page } from "@playwright/test";
import { Chat } from "../../support/chat-page";
import { SERVER_GONE } from "../../support/console-errors";
import { elsewhere } from "../../support/other-site";
import { document, expect, test as base } from "../../support/fixtures";
import type { Question, Upstream } from "../../support/upstream";

/** Asks, and waits until the page shows the beginning of the answer. */
async function midAnswer(chat: Chat, upstream: Upstream): Promise<Question> {
  await chat.ask("Count to a million");
  const question = await upstream.nextQuestion();
  question.delta("one, two, ");
  await expect(chat.answer).toContainText("one, two,");
  return question;
}

/** Expects the conversation as it was left, and continues it. */
async function expectInterrupted(chat: Chat, upstream: Upstream): Promise<void> {
  await expect(chat.answer).toContainText("one, two,");
  await expect(chat.status).toHaveText("Interrupted");
  await chat.ask("Go on");
  const question = await upstream.nextQuestion();
  expect(question.messages).toEqual(["user: Count to a million", "assistant: one, two,", "user: Go on"]);
  question.delta("three");
  await expect(chat.answer).toContainText("three");
  question.finish();
  await expect(chat.status).toHaveText("Done");
}

const test = base.extend<{ elsewhere: string }>({ elsewhere });

test.describe("the model stops when", () => {
  test("another page of the app is opened; the answer stays", async ({ chat, upstream, page }) => {
    const before = await document(page);
    const question = await midAnswer(chat, upstream);
    await page.getByRole("link", { name: "How it works" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("A page and its task");
    expect(await question.closed).toBe("client");

    await page.getByRole("link", { name: /Starcrossed/ }).click();
    await expectInterrupted(chat, upstream);
    expect(await document(page), "the document never changed").toBe(before);
  });

  test("the Back button leads to another page of the app", async ({ page, upstream, server }) => {
    await page.goto("/task");
    const chat = new Chat(page);
    await chat.alive();
    await page.getByRole("link", { name: /Starcrossed/ }).click();
    const question = await midAnswer(chat, upstream);
    await page.evaluate(() => history.back());
    expect(await question.closed).toBe("client");
    await expect.poll(() => server.exits()).toMatchObject([{ reason: "killed" }]);
    await page.evaluate(() => history.forward());
    await expectInterrupted(chat, upstream);
  });

  test("the tab is closed", async ({ chat, upstream, page, server }) => {
    const question = await midAnswer(chat, upstream);
    await page.close();
    expect(await question.closed).toBe("client");
    await expect.poll(() => server.exits()).toMatchObject([{ reason: "killed" }]);
  });

  test("the page is reloaded; the answer stays", async ({ chat, upstream, page }) => {
    const question = await midAnswer(chat, upstream);
    await page.reload();
    expect(await question.closed).toBe("client");
    await expectInterrupted(chat, upstream);
  });

  test("another site is opened; the answer stays", async ({
    chat,
    upstream,
    page,
    elsewhere,
  }) => {
    const question = await midAnswer(chat, upstream);
    await page.goto(elsewhere);
    expect(await question.closed).toBe("client");
    await page.goBack();
    await chat.alive();
    await expectInterrupted(chat, upstream);
  });

  test("the whole browser is killed", async ({ playwright, launchOptions, baseURL, upstream, server }) => {
    const browser = await playwright.chromium.launchServer(launchOptions);
    try {
      const remote = await playwright.chromium.connect(browser.wsEndpoint());
      const page = await remote.newPage({ baseURL });
      const question = await midAnswer(await new Chat(page).open(), upstream);
      browser.process().kill("SIGKILL");
      expect(await question.closed).toBe("client");
      await expect.poll(() => server.exits()).toMatchObject([{ reason: "killed" }]);
    } finally {
      await browser.kill();
    }
  });
});

test.describe("with the back/forward cache", () => {
  // Playwright turns that cache off, so this test starts a browser itself. A page in the cache is frozen, not unloaded: its
  // connection stays open unless the page closes it.
  const cached = test.extend<{ context: BrowserContext; page: Page }>({
    context: async ({ playwright, launchOptions, baseURL }, use) => {
      const ignoreDefaultArgs = ["--disable-back-forward-cache"];
      const browser: Browser = await playwright.chromium.launch({ ...launchOptions, ignoreDefaultArgs });
      await use(await browser.newContext({ baseURL }));
      await browser.close();
    },
    page: async ({ context }, use) => use(await context.newPage()),
  });

  /** Goes back, and waits until the frozen page runs again. `page.goBack` would wait for a load event that never comes. */
  async function thaw(page: Page): Promise<void> {
    await page.evaluate(() => history.back());
    // A call during the change of pages gets no answer: the page is still frozen.
    const thawed = () => page.evaluate(() => Reflect.get(window, "thawed")).catch(() => undefined);
    await expect.poll(thawed).toBe(true);
  }

  async function notePageshow(page: Page): Promise<void> {
    await page.evaluate(() => {
      window.addEventListener("pageshow", (event) => Reflect.set(window, "thawed", event.persisted));
    });
  }

  cached("a page that is frozen mid-answer stops the model", async ({
    chat,
    upstream,
    page,
    elsewhere,
    server,
  }) => {
    await notePageshow(page);
    const question = await midAnswer(chat, upstream);
    await page.goto(elsewhere);
    expect(await question.closed).toBe("client");
    await expect.poll(() => server.exits()).toMatchObject([{ reason: "killed" }]);

    await thaw(page);
    await expectInterrupted(chat, upstream);
  });

  cached("a page that is frozen after its answer returns unchanged", async ({ chat, upstream, page, elsewhere }) => {
    await notePageshow(page);
    const question = await midAnswer(chat, upstream);
    question.finish();
    await expect(chat.status).toHaveText("Done");
    await chat.box.fill("a draft");
    await page.goto(elsewhere);
    await thaw(page);
    await expect(chat.status).toHaveText("Done");
    await expect(chat.answer).toContainText("one, two,");
    await expect(chat.box).toHaveValue("a draft");
  });
});

test.describe("the page lives on when the server", () => {
  test("is killed, and Retry works after its restart", async ({ chat, upstream, server, consoleErrors }) => {
    consoleErrors.allow(...SERVER_GONE);
    const question = await midAnswer(chat, upstream);
    await server.kill("SIGKILL");
    expect(await question.closed).toBe("client");
    await expect(chat.alert).toContainText("Connection lost");
    await expect(chat.answer).toContainText("one, two,");

    await chat.retry.click();
    await expect(chat.alert).toContainText("the server can't be reached");

    await server.restart();
    await chat.retry.click();
    const again = await upstream.nextQuestion();
    expect(again.messages).toEqual(["user: Count to a million"]);
    again.delta("one, two, three");
    again.finish();
    await expect(chat.answer).toContainText("one, two, three");
    await expect(chat.status).toHaveText("Done");
    await expect(chat.alert).toBeHidden();
  });

  test("is told to stop: it is gone within 2 s and says so", async ({ chat, upstream, server }) => {
    const question = await midAnswer(chat, upstream);
    const took = await server.kill("SIGTERM");
    expect(took).toBeLessThan(2000);
    expect(await question.closed).toBe("client");
    await expect(chat.alert).toContainText("shutting down");
    await expect(chat.answer).toContainText("one, two,");
    await expect.poll(() => server.exits()).toMatchObject([{ reason: "shutdown" }]);

    await server.restart();
    await chat.retry.click();
    (await upstream.nextQuestion()).delta("one, two, three");
    await expect(chat.answer).toContainText("one, two, three");
  });
});

test("a page that is left at once logs no errors", async ({ chat, upstream, page }) => {
  await chat.wake();
  await page.getByRole("link", { name: "How it works" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("A page and its task");
  await page.getByRole("link", { name: /Starcrossed/ }).click();
  const question = await midAnswer(chat, upstream);
  question.finish();
  await expect(chat.status).toHaveText("Done");
});

test("a draft is there once after a reload", async ({ chat, page }) => {
  await chat.box.fill("a draft");
  for (let time = 0; time < 2; time++) {
    await page.reload();
    await chat.alive();
    await expect(chat.box).toHaveValue("a draft");
  }
});

test("a new chat's draft and settings wait for it", async ({
  chat,
  upstream,
  page,
}) => {
  await chat.ask("About cats");
  const cats = await upstream.nextQuestion();
  cats.delta("I like cats");
  cats.finish();
  await expect(chat.status).toHaveText("Done");
  await chat.newChat.click();
  await expect(chat.box).toHaveValue("");
  await chat.box.fill("About dogs");
  await page.getByRole("button", { name: "Settings", exact: true }).click();
  await page.getByRole("textbox", { name: "System prompt" }).fill("Bark.");
  await page.getByRole("button", { name: "Done", exact: true }).click();

  await chat.conversations.getByRole("link", { name: "About cats", exact: true }).click();
  await expect(chat.answer).toContainText("I like cats");
  await expect(chat.box).toHaveValue("");
  await chat.newChat.click();
  await expect(chat.box).toHaveValue("About dogs");
  await page.reload();
  await chat.alive();
  await expect(chat.box).toHaveValue("About dogs");
  await chat.wake();
  await chat.send.click();
  const dogs = await upstream.nextQuestion();
  expect(dogs.messages).toEqual(["system: Bark.", "user: About dogs"]);
  dogs.finish();
  await expect(chat.status).toHaveText("Done");

  await chat.newChat.click();
  await expect(chat.box).toHaveValue("");
  await chat.ask("About birds");
  const birds = await upstream.nextQuestion();
  expect(birds.messages).toEqual(["user: About birds"]);
  birds.finish();
  await expect(chat.status).toHaveText("Done");
});

test("an edit and the draft behind it survive a reload", async ({
  chat,
  upstream,
  page,
}) => {
  await chat.ask("About cats");
  const question = await upstream.nextQuestion();
  question.delta("I like cats");
  question.finish();
  await expect(chat.status).toHaveText("Done");
  await chat.box.fill("a draft");
  await chat.action(chat.message(0), "Edit").click();
  await expect(chat.box).toHaveValue("About cats");
  await chat.box.fill("About big cats");
  await page.reload();
  await chat.alive();
  await expect(chat.box).toHaveValue("About big cats");
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(chat.box).toHaveValue("a draft");
  await page.reload();
  await chat.alive();
  await expect(chat.answer).toContainText("I like cats");
  await expect(chat.box).toHaveValue("a draft");

  // The edit also waits while another conversation is open.
  await chat.action(chat.message(0), "Edit").click();
  await chat.box.fill("About small cats");
  await chat.newChat.click();
  await expect(chat.box).toHaveValue("");
  await chat.conversations.getByRole("link", { name: "About cats", exact: true }).click();
  await expect(chat.box).toHaveValue("About small cats");
  await chat.send.click();
  const anew = await upstream.nextQuestion();
  expect(anew.messages).toEqual(["user: About small cats"]);
  anew.finish();
  await expect(chat.status).toHaveText("Done");
  await expect(chat.box).toHaveValue("a draft");
});

test("every conversation is there after a reload", async ({ chat, upstream, page }) => {
  for (const topic of ["cats", "dogs"]) {
    await chat.newChat.click();
    await chat.ask(`About ${topic}`);
    const question = await upstream.nextQuestion();
    question.delta(`I like ${topic}`);
    question.finish();
    await expect(chat.status).toHaveText("Done");
  }
  await page.reload();
  await chat.alive();
  await expect(chat.answer).toContainText("I like dogs");
  await expect(chat.status).toHaveText("Done");
  await chat.conversations.getByRole("link", { name: "About cats", exact: true }).click();
  await expect(chat.answer).toContainText("I like cats");
});
