// Model servers that don't answer yet or any more: loading, reading a prompt, without a list, without a model, full.

import type { Page } from "@playwright/test";
import { Chat } from "../../support/chat-page";
import { expect, test } from "../../support/fixtures";

const LOADING = { error: { message: "Loading model", type: "unavailable_error", code: 503 } };

test("the page shows that the model is loading", async ({ chat, upstream }) => {
  await chat.ask("Are you up?");
  (await upstream.nextQuestion()).fail(503, LOADING);
  await expect(chat.status).toHaveText("The model is loading…");
  const question = await upstream.nextQuestion();
  question.delta("Now I am");
  await expect(chat.status).toHaveText("Answering…");
  question.finish();
  await expect(chat.status).toHaveText("Done");
  await expect(chat.answer).toContainText("Now I am");
});

test("Stop ends the wait for a model that is loading", async ({ chat, upstream }) => {
  await chat.ask("Are you up?");
  (await upstream.nextQuestion()).fail(503, LOADING);
  await expect(chat.status).toHaveText("The model is loading…");
  await chat.stop.click();
  await expect(chat.status).toHaveText("Stopped");
  await expect(chat.alert).toBeHidden();
});

test("the page shows how much of the prompt has been read", async ({ chat, upstream, page }) => {
  await chat.ask("A long question");
  const question = await upstream.nextQuestion();
  question.progress(35);
  await expect(chat.status).toHaveText("Reading the conversation…");
  await expect(page.getByText("35 %", { exact: true })).toBeVisible();
  question.delta("Hi");
  await expect(chat.status).toHaveText("Answering…");
  await expect(page.getByText("35 %")).toBeHidden();
  question.finish();
  await expect(chat.status).toHaveText("Done");
});

test.describe("a server without a list", () => {
  test.beforeEach(({ upstream }) => {
    upstream.models = null;
  });

  test("is asked for the typed model", async ({ chat, upstream, page }) => {
    const name = page.getByRole("searchbox", { name: "Model name" });
    await name.fill("org/typed");
    await name.press("Enter");
    await expect(chosenModel(chat)).toHaveText("org/typed");
    await chat.ask("Who are you?");
    const question = await upstream.nextQuestion();
    expect(question.body.model).toBe("org/typed");
    question.finish();
    await expect(chat.status).toHaveText("Done");
    await expect(chosenModel(chat)).toHaveText("org/typed");
  });

  test("is asked for the model typed before", async ({ chat, upstream, page }) => {
    await page.getByRole("searchbox", { name: "Model name" }).fill("typed");
    await chat.ask("Who are you?");
    const question = await upstream.nextQuestion();
    expect(question.body.model).toBe("typed");
    question.finish();
    await expect(chat.status).toHaveText("Done");
  });
});

test("an answer clears the error of its server", async ({ upstream, page }) => {
  await upstream.stop();
  const chat = await new Chat(page).open();
  await expect(modelsError(page)).toContainText("Nothing answers at");
  await upstream.start();
  await chat.ask("Are you there?");
  const question = await upstream.nextQuestion();
  question.delta("I am");
  await expect(modelsError(page)).toBeHidden();
  question.finish();
  await expect(chat.model.getByRole("option")).toHaveText(["alpha", "beta"]);
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 844 } });

  test("the reason for no models takes one line, more on touch", async ({ chat, upstream, page }) => {
    const idea = page.getByRole("button", { name: /limerick/ });
    const places = async () => [await page.getByRole("banner").boundingBox(), await idea.boundingBox()];
    await expect(chat.model.getByRole("option")).toHaveText(["alpha", "beta"]);
    const before = await places();
    await upstream.stop();
    await chat.model.focus(); // this requests the list
    await expect(modelsError(page)).toContainText("Nothing answers at");
    await chat.box.focus();
    expect(await places()).toEqual(before);
    const height = async () => (await modelsError(page).boundingBox())!.height;
    const line = await height();
    expect(line).toBeLessThan(32);
    await modelsError(page).click();
    await expect.poll(height).toBeGreaterThan(line);
    const hidden = await modelsError(page).evaluate((words) => words.scrollWidth - words.clientWidth);
    expect(hidden, "pixels of it that are out of view").toBe(0);
    await chat.box.click();
    await expect.poll(height).toBe(line);
  });
});

test("a removed model is shown as gone", async ({ chat, upstream }) => {
  await chat.model.selectOption("beta");
  upstream.models = ["alpha"];
  await chat.ask("Are you there?");
  (await upstream.nextQuestion()).fail(404, { error: { message: "model 'beta' not found" } });
  await expect(chosenModel(chat)).toHaveText("beta (not available now)");
});

test("the menu shows the current models", async ({ chat, upstream }) => {
  await expect(chat.model.getByRole("option")).toHaveText(["alpha", "beta"]);
  upstream.models = ["alpha", "beta", "gamma"];
  await chat.model.focus();
  await expect(chat.model.getByRole("option")).toHaveText(["alpha", "beta", "gamma"]);
});

test("a second page asks for no models during an answer", async ({ chat, upstream, page }) => {
  await expect(chat.model.getByRole("option")).toHaveText(["alpha", "beta"]);
  await chat.ask("Count to a million");
  const question = await upstream.nextQuestion();
  question.delta("one");
  await expect(chat.answer).toContainText("one");
  const listed = upstream.listed;
  const second = await new Chat(await page.context().newPage()).open();
  await expect(second.model.getByRole("option")).toHaveText(["alpha", "beta"]);
  expect(upstream.listed).toBe(listed);
  question.finish();
  await expect(chat.status).toHaveText("Done");
});

test.describe("Continue", () => {
  test("isn't offered when the context is full", async ({ upstream, page }) => {
    upstream.details = { alpha: { meta: { n_ctx: 49 } } };
    const chat = await new Chat(page).open();
    await expect(chosenModel(chat)).toHaveText("alpha");
    await chat.ask("Count to a million");
    const question = await upstream.nextQuestion();
    question.delta("one, two");
    question.finish("length"); // usage: 7 and 42 tokens
    await expect(chat.status).toHaveText("Done");
    await expect(chat.answer).toContainText("Cut at the token limit");
    await expect(continues(chat)).toBeHidden();
  });

  test("continues a thought where the server can", async ({ upstream, page }) => {
    upstream.details = { alpha: { owned_by: "llamacpp" } };
    const chat = await new Chat(page).open();
    await expect(chosenModel(chat)).toHaveText("alpha");
    await chat.ask("Think");
    const first = await upstream.nextQuestion();
    first.reasoning("Well, the first");
    await expect(chat.status).toHaveText("Answering…");
    await chat.stop.click();
    await expect(chat.status).toHaveText("Stopped");
    await continues(chat).click();
    const second = await upstream.nextQuestion();
    expect(second.body.messages.at(-1)).toEqual({ role: "assistant", content: "", reasoning_content: "Well, the first" });
    second.reasoning(" thing");
    second.delta("Done thinking");
    second.finish();
    await expect(chat.status).toHaveText("Done");
    await expect(chat.answer).toContainText("Done thinking");
  });

  test("isn't offered for a thought without known support", async ({ chat, upstream }) => {
    await chat.ask("Think");
    (await upstream.nextQuestion()).reasoning("Well, the first");
    await expect(chat.status).toHaveText("Answering…");
    await chat.stop.click();
    await expect(chat.status).toHaveText("Stopped");
    await expect(continues(chat)).toBeHidden();
  });
});

const chosenModel = (chat: Chat) => chat.model.locator("option:checked");

const continues = (chat: Chat) => chat.log.getByRole("button", { name: "Continue", exact: true });

const modelsError = (page: Page) => page.locator(".picker .alert");
