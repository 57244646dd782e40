// The settings of a conversation: checked before anything is sent, and stored for new conversations on request.

import type { Locator, Page } from "@playwright/test";
import { Chat } from "../../support/chat-page";
import { expect, test } from "../../support/fixtures";
import type { Question, Upstream } from "../../support/upstream";

class Settings {
  readonly dialog: Locator;

  constructor(private readonly page: Page) {
    this.dialog = page.getByRole("dialog", { name: "Settings" });
  }

  async open(): Promise<this> {
    await this.page.getByRole("button", { name: "Settings", exact: true }).click();
    await expect(this.dialog).toBeVisible();
    return this;
  }

  field(name: string): Locator {
    return this.dialog.getByRole("textbox", { name, exact: true });
  }

  button(name: string): Locator {
    return this.dialog.getByRole("button", { name, exact: true });
  }

  async done(): Promise<void> {
    await this.button("Done").click();
    await expect(this.dialog).toBeHidden();
  }
}

/** The settings that the model server received. */
function options(question: Question): Record<string, unknown> {
  const { temperature, top_p, max_tokens, seed } = question.body as unknown as Record<string, unknown>;
  return { temperature, top_p, max_tokens, seed };
}

/** Asks, and answers. */
async function ask(chat: Chat, upstream: Upstream, text: string): Promise<Question> {
  await chat.ask(text);
  const question = await upstream.nextQuestion();
  question.delta("Well");
  question.finish();
  await expect(chat.status).toHaveText("Done");
  return question;
}

const NOTHING = { temperature: undefined, top_p: undefined, max_tokens: undefined, seed: undefined };

test("settings are sent and stay with their conversation", async ({ chat, upstream, page }) => {
  const settings = await new Settings(page).open();
  await expect(settings.field("System prompt")).toBeFocused();
  await settings.field("System prompt").fill("Answer in\nverse.");
  await settings.field("Temperature").fill("0.7");
  await settings.field("Top P").fill(".9");
  await settings.field("Max tokens").fill("100");
  await settings.field("Seed").fill("-3");
  await settings.done();

  const first = await ask(chat, upstream, "About cats");
  expect(first.messages).toEqual(["system: Answer in\nverse.", "user: About cats"]);
  expect(options(first)).toEqual({ temperature: 0.7, top_p: 0.9, max_tokens: 100, seed: -3 });

  const cats = page.url();
  await chat.newChat.click();
  const second = await ask(chat, upstream, "About dogs");
  expect(second.messages).toEqual(["user: About dogs"]);
  expect(options(second)).toEqual(NOTHING);

  await page.goto(cats);
  await chat.alive();
  await expect(chat.answer).toContainText("Well");
  await settings.open();
  await expect(settings.field("Temperature")).toHaveValue("0.7");
  await expect(settings.field("System prompt")).toHaveValue("Answer in\nverse.");
});

test("a changed setting survives a reload", async ({ chat, upstream, page }) => {
  await ask(chat, upstream, "Why?");
  const settings = await new Settings(page).open();
  await settings.field("Seed").fill("7");
  await page.keyboard.press("Escape");
  await expect(settings.dialog).toBeHidden();
  await page.reload();
  await chat.alive();
  await expect(chat.answer).toContainText("Well");
  await settings.open();
  await expect(settings.field("Seed")).toHaveValue("7");
});

test("an invalid value is reported at its field and never sent", async ({ chat, upstream, page }) => {
  const settings = await new Settings(page).open();
  const temperature = settings.field("Temperature");
  await temperature.fill("hot");
  await settings.button("Done").click();
  await expect(settings.dialog).toBeVisible();
  await expect(temperature).toHaveAccessibleDescription("Temperature must be a number from 0 to 2.");
  await expect(temperature).toHaveAttribute("aria-invalid", "true");
  await expect(settings.field("Top P")).not.toHaveAttribute("aria-invalid", "true");
  await page.keyboard.press("Escape");
  await expect(settings.dialog).toBeHidden();
  expect(options(await ask(chat, upstream, "Why?"))).toEqual(NOTHING);

  await settings.open();
  await expect(temperature).toHaveValue("");
  await temperature.fill("3");
  await temperature.blur();
  await expect(temperature).toHaveAttribute("aria-invalid", "true");
  await temperature.fill("1");
  await expect(temperature).not.toHaveAttribute("aria-invalid", "true");
  await settings.done();
  expect(options(await ask(chat, upstream, "And now?"))).toEqual({ ...NOTHING, temperature: 1 });
});

test("settings can be stored for new conversations", async ({ chat, upstream, page }) => {
  const settings = await new Settings(page).open();
  await settings.field("System prompt").fill("Be brief.");
  await settings.field("Max tokens").fill("50");
  await settings.button("Use for new conversations").click();
  await expect(settings.dialog.getByText("New conversations will begin like this.")).toBeVisible();
  await settings.done();
  await page.goto("/");
  await chat.alive();
  const question = await ask(chat, upstream, "Why?");
  expect(question.messages).toEqual(["system: Be brief.", "user: Why?"]);
  expect(options(question)).toEqual({ ...NOTHING, max_tokens: 50 });
});

test("Escape closes the settings and stops no answer", async ({ chat, upstream, page }) => {
  await chat.ask("Go on");
  const question = await upstream.nextQuestion();
  question.delta("Going");
  await expect(chat.answer).toContainText("Going");
  const settings = await new Settings(page).open();
  await page.keyboard.press("Escape");
  await expect(settings.dialog).toBeHidden();
  await expect(page.getByRole("button", { name: "Settings", exact: true })).toBeFocused();
  question.delta(" on");
  await expect(chat.answer).toContainText("Going on");
  await page.keyboard.press("Escape");
  await expect(chat.status).toContainText("Stopped");
  expect(await question.closed).toBe("client");
});

test("a long list of models has a search, a short one none", async ({ chat, upstream, page }) => {
  const search = page.getByRole("searchbox", { name: "Search models" });
  const names = () => chat.model.getByRole("option").allTextContents();
  await expect(chat.model).toHaveValue("alpha");
  await expect(search).toBeHidden();

  upstream.models = [...Array(30).keys()].map((number) => `maker/Model-${number}`);
  await page.reload();
  await chat.alive();
  await expect(chat.model).toHaveValue("maker/Model-0");
  await chat.model.selectOption("maker/Model-20");
  await search.fill("model 1");
  await expect.poll(names).toHaveLength(14); // the chosen model, the hits, and the typed name
  await expect(chat.model).toHaveValue("maker/Model-20");
  await search.fill("29");
  await expect.poll(names).toEqual(["maker/Model-20", "maker/Model-29", 'Use "29"']);
  await page.keyboard.press("Enter");
  await expect(chat.model).toHaveValue("maker/Model-29");
  await search.fill("");
  await expect.poll(names).toHaveLength(30);
  await expect(chat.model).toHaveValue("maker/Model-29");
  const question = await ask(chat, upstream, "Why?");
  expect(question.body.model).toBe("maker/Model-29");
});

test("a model searched for before the code arrives is found", async ({ chat, upstream, page }) => {
  upstream.models = [...Array(30).keys()].map((number) => `über-${number}`);
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  let requests = 0;
  await page.route("**/split_load_parts_*", async (route) => {
    requests += 1;
    await released;
    await route.continue();
  });
  await page.reload();
  await chat.alive();
  const search = page.getByRole("searchbox", { name: "Search models" });
  await search.fill("ÜBER-29");
  await expect.poll(() => requests, "the code is held back").toBeGreaterThan(0);
  await expect(chat.model.locator("option[value='über-29']")).toHaveCount(0);
  release();
  await expect(chat.model.locator("option[value='über-29']")).toHaveCount(1);
});

test("a model that isn't listed is asked by its typed name", async ({ chat, upstream, page }) => {
  upstream.models = [...Array(30).keys()].map((number) => `maker/Model-${number}`);
  await page.reload();
  await chat.alive();
  const search = page.getByRole("searchbox", { name: "Search models" });
  const offered = (name: string) => chat.model.locator("option", { hasText: `Use "${name}"` });
  const chosen = chat.model.locator("option:checked");
  await expect(search).toBeVisible();

  await search.fill("maker/new");
  await expect(offered("maker/new")).toHaveCount(1);
  await search.press("Enter");
  await expect(chosen).toHaveText("maker/new");
  await expect(search).toHaveValue("");
  expect((await ask(chat, upstream, "Why?")).body.model).toBe("maker/new");

  await search.fill("left/there");
  await chat.box.click();
  await expect(chosen, "leaving the field chooses the model").toHaveText("left/there");

  await search.fill("Model-2");
  await expect(offered("Model-2"), "other names contain it").toHaveCount(1);
  await chat.model.selectOption("Model-2");
  await expect(chosen).toHaveText("Model-2");
  await expect(search).toHaveValue("");

  await search.fill("model-29");
  await chat.box.click();
  await expect(chosen, "a search alone chooses nothing").toHaveText("Model-2");
  await search.fill("maker/Model-29");
  await expect(chat.model.locator("option"), "it is in the list, so it is not offered").toHaveText(["Model-2", "maker/Model-29"]);
  await search.press("Enter");
  await expect(chosen).toHaveText("maker/Model-29");
});

test("a click outside closes the settings, a selection doesn't", async ({
  chat: _,
  page,
}) => {
  for (const knows of [true, false]) {
    const settings = await new Settings(page).open();
    if (!knows) await settings.dialog.evaluate((dialog) => dialog.removeAttribute("closedby"));
    const box = (await settings.dialog.boundingBox())!;
    const field = (await settings.field("System prompt").boundingBox())!;
    await settings.field("System prompt").fill("Be brief.");
    await page.mouse.move(field.x + 30, field.y + 10);
    await page.mouse.down();
    await page.mouse.move(box.x - 20, box.y + 50, { steps: 5 });
    await page.mouse.up();
    await expect(settings.dialog).toBeVisible();
    await page.mouse.click(box.x + 4, box.y + 4);
    await expect(settings.dialog, "the dialog's edge is part of it").toBeVisible();
    await page.mouse.click(box.x - 20, box.y + 50);
    await expect(settings.dialog).toBeHidden();
    await settings.open();
    await expect(settings.field("System prompt")).toHaveValue("Be brief.");
    await settings.done();
  }
});
