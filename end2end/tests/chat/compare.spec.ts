// Several models answer at once, side by side. Each answer has its own task and its own Stop.

import type { Page } from "@playwright/test";
import { Chat } from "../../support/chat-page";
import { expect, test as base } from "../../support/fixtures";
import { crash } from "../../support/database";
import type { Question, Upstream } from "../../support/upstream";

const MODELS = ["alpha", "beta", "gamma", "delta"];

const test = base.extend({
  upstream: async ({ upstream }, use) => {
    upstream.models = MODELS;
    await use(upstream);
  },
});

/** Picks more models to compare with the one in the header. */
async function compareWith(page: Page, ...models: string[]): Promise<void> {
  const button = page.getByRole("button", { name: /^Compare/ });
  const boxes = page.getByRole("combobox", { name: "Compare with" });
  await page.getByRole("textbox", { name: "Message", exact: true }).click(); // loads the rest of the page
  await button.click();
  for (const [at, model] of models.entries()) await boxes.nth(at).selectOption(model);
  await page.keyboard.press("Escape");
  await expect(boxes).toHaveCount(0);
}

/** One question for each model, in the order of the models. They may arrive in any order. */
async function allAsked(upstream: Upstream, ...models: string[]): Promise<Question[]> {
  const asked: Question[] = [];
  for (const _ of models) asked.push(await upstream.nextQuestion());
  return models.map((model) => {
    const at = asked.findIndex((question) => question.body.model === model);
    expect(at, `${model} was asked`).toBeGreaterThanOrEqual(0);
    return asked.splice(at, 1)[0];
  });
}

const column = (chat: Chat, model: string) => chat.log.getByRole("article", { name: `Answer of ${model}`, exact: true });

/** Starts answers of three models, and returns in the middle of them. */
async function midAnswer(chat: Chat, upstream: Upstream): Promise<Question[]> {
  await compareWith(chat.page, "beta", "gamma");
  await chat.ask("Who are you?");
  const asked = await allAsked(upstream, "alpha", "beta", "gamma");
  for (const question of asked) {
    question.delta(`I am ${question.body.model}`);
    await expect(column(chat, question.body.model)).toContainText(`I am ${question.body.model}`);
  }
  return asked;
}

test("four models answer at once, each in its column", async ({ chat, upstream, server }) => {
  await compareWith(chat.page, "beta", "gamma", "delta");
  await chat.ask("Who are you?");
  const asked = await allAsked(upstream, ...MODELS);
  for (const question of asked) expect(question.messages).toEqual(["user: Who are you?"]);
  await expect.poll(() => server.live()).toBe(4);
  for (const piece of ["one ", "two ", "three"]) {
    for (const question of asked) question.delta(`${question.body.model} ${piece}`);
  }
  for (const model of MODELS) {
    const others = MODELS.filter((other) => other !== model);
    await expect(column(chat, model)).toContainText(`${model} one ${model} two ${model} three`);
    for (const other of others) await expect(column(chat, model)).not.toContainText(`${other} one`);
  }
  const tops = await Promise.all(MODELS.map(async (model) => (await column(chat, model).boundingBox())?.y));
  expect(tops[1], "side by side").toBe(tops[0]);
  await expect(chat.stop).toHaveCount(1);
  for (const question of asked) question.finish();
  await expect(chat.status).toHaveText("Done");
  await expect(column(chat, "delta")).toContainText("42 tokens");
  await expect.poll(() => server.live()).toBe(0);
});

test("asking closes the picker and keeps the choice", async ({ chat, upstream, page }) => {
  await chat.box.click();
  const button = page.getByRole("button", { name: /^Compare/ });
  await button.click();
  await page.getByRole("combobox", { name: "Compare with" }).first().selectOption("beta");
  await chat.ask("Who are you?");
  for (const question of await allAsked(upstream, "alpha", "beta")) question.finish();
  await expect(page.getByRole("group", { name: "Models to compare" })).toBeHidden();
  await expect(button).toHaveText(/Compare\s*\+1/);
});

test("Stop of one model stops no other", async ({ chat, upstream, server }) => {
  const [alpha, beta, gamma] = await midAnswer(chat, upstream);
  await column(chat, "beta").getByRole("button", { name: "Stop beta" }).click();
  expect(await beta.closed).toBe("client");
  await expect(column(chat, "beta")).toContainText("Stopped");
  await expect(column(chat, "beta")).toContainText("connection closed in");
  await expect.poll(() => server.live()).toBe(2);
  for (const question of [alpha, gamma]) {
    question.delta(", still here");
    await expect(column(chat, question.body.model)).toContainText("still here");
    question.finish();
    expect(await question.closed).toBe("upstream");
  }
  await expect(chat.status).toHaveText("Stopped");
});

test("Esc stops all of them", async ({ chat, upstream, page, server }) => {
  const asked = await midAnswer(chat, upstream);
  await page.keyboard.press("Escape");
  for (const question of asked) expect(await question.closed).toBe("client");
  await expect(chat.status).toHaveText("Stopped");
  await expect(page.getByText("connection closed in")).toBeVisible();
  await expect.poll(() => server.exits().map((exit) => exit.reason)).toEqual(["killed", "killed", "killed"]);
});

test("Stop is unconfirmed unless the server named every task", async ({ chat, upstream, page }) => {
  await page.route("**/api/chat", (route) => {
    if (route.request().postDataJSON().model !== "beta") return route.continue(); // the question to beta is held back
  });
  await compareWith(page, "beta");
  await chat.ask("Who are you?");
  const alpha = await upstream.nextQuestion();
  alpha.delta("I am alpha");
  await expect(column(chat, "alpha")).toContainText("I am alpha");
  await page.keyboard.press("Escape");
  expect(await alpha.closed).toBe("client");
  await expect(chat.status).toHaveText("Stopped");
  await expect(page.getByText("the server could not confirm it")).toBeVisible();
  await expect(page.getByText("connection closed in")).toBeHidden();
});

test("the box's Stop stops all of them", async ({ chat, upstream }) => {
  const asked = await midAnswer(chat, upstream);
  await chat.stop.click();
  for (const question of asked) expect(await question.closed).toBe("client");
  for (const { body } of asked) await expect(column(chat, body.model)).toContainText("Stopped");
});

test.describe("all of them stop when", () => {
  const ways: Record<string, (chat: Chat) => Promise<unknown>> = {
    "another conversation is opened": (chat) => chat.newChat.click(),
    "another page of the app is opened": ({ page }) => page.getByRole("link", { name: "How it works" }).click(),
    "the tab is closed": ({ page }) => page.close(),
    "the page is reloaded": ({ page }) => page.reload(),
  };
  for (const [way, leave] of Object.entries(ways)) {
    test(way, async ({ chat, upstream, server }) => {
      const asked = await midAnswer(chat, upstream);
      await leave(chat);
      for (const question of asked) expect(await question.closed).toBe("client");
      await expect.poll(() => server.exits().map((exit) => exit.reason)).toEqual(["killed", "killed", "killed"]);
    });
  }
});

test("a failed model alone is asked again", async ({ chat, upstream, page }) => {
  await compareWith(page, "beta");
  await chat.ask("Who are you?");
  const [alpha, beta] = await allAsked(upstream, "alpha", "beta");
  beta.fail(500, { error: { message: "out of memory" } });
  await expect(column(chat, "beta")).toContainText("out of memory");
  await expect(chat.alert).toBeHidden();
  alpha.delta("I am alpha");
  await expect(column(chat, "alpha")).toContainText("I am alpha");
  alpha.finish();
  await expect(chat.alert).toContainText("out of memory");

  await chat.retry.click();
  const again = await upstream.nextQuestion();
  expect(again.body.model).toBe("beta");
  again.delta("I am beta");
  again.finish();
  await expect(column(chat, "beta")).toContainText("I am beta");
  await expect(chat.status).toHaveText("Done");
  await expect(column(chat, "alpha")).toContainText("I am alpha");
  await expect(column(chat, "alpha")).toHaveAttribute("aria-current", "true");
  await expect(chat.alert).toBeHidden();
  expect(upstream.questions).toHaveLength(3);
});

test("a reload keeps the columns and marks interrupted answers", async ({ chat, upstream, page }) => {
  const [alpha] = await midAnswer(chat, upstream);
  alpha.finish();
  await expect(column(chat, "alpha")).toContainText("42 tokens");
  await page.reload();
  await chat.alive();
  for (const model of ["alpha", "beta", "gamma"]) await expect(column(chat, model)).toContainText(`I am ${model}`);
  for (const model of ["beta", "gamma"]) await expect(column(chat, model)).toContainText("Interrupted");
  await expect(column(chat, "alpha")).not.toContainText("Interrupted");

  await chat.action(column(chat, "beta"), "Continue").click();
  const more = await upstream.nextQuestion();
  expect([more.body.model, ...more.messages]).toEqual(["beta", "user: Who are you?", "assistant: I am beta"]);
  more.delta(" the second");
  more.finish();
  await expect(column(chat, "beta")).toContainText("I am beta the second");
});

test("a chosen answer's branch is sent without the others", async ({ chat, upstream, page }) => {
  const asked = await midAnswer(chat, upstream);
  for (const question of asked) question.finish();
  await expect(chat.status).toHaveText("Done");
  await expect(column(chat, "alpha")).toHaveAttribute("aria-current", "true");
  const choose = chat.action(column(chat, "gamma"), "Go on with this one");
  await choose.click();
  await expect(choose).toHaveAttribute("aria-pressed", "true");
  await expect(column(chat, "gamma")).toHaveAttribute("aria-current", "true");
  await expect(column(chat, "alpha")).not.toHaveAttribute("aria-current", "true");

  await compareWith(page, "", "");
  await chat.ask("And now?");
  const next = await upstream.nextQuestion();
  expect(next.messages).toEqual(["user: Who are you?", "assistant: I am gamma", "user: And now?"]);
  next.delta("Later");
  next.finish();
  await expect(chat.status).toHaveText("Done");

  await page.reload();
  await chat.alive();
  await expect(chat.log.getByRole("article")).toHaveCount(6);
  await expect(column(chat, "gamma")).toHaveAttribute("aria-current", "true");
});

test("one model can answer twice, and all can regenerate", async ({ chat, upstream, page }) => {
  await compareWith(page, "alpha");
  await chat.ask("Heads or tails?");
  for (const question of [await upstream.nextQuestion(), await upstream.nextQuestion()]) {
    expect(question.body.model).toBe("alpha");
    question.delta("Heads");
    question.finish();
  }
  await expect(column(chat, "alpha · 2")).toContainText("Heads");
  await expect(chat.status).toHaveText("Done");

  await page.getByRole("button", { name: "Regenerate", exact: true }).click();
  for (const question of await allAsked(upstream, "alpha", "alpha")) {
    question.delta("Tails");
    question.finish();
  }
  await expect(column(chat, "alpha · 2")).toContainText("Tails");
  await expect(chat.log).toContainText("2/2");
  await page.getByRole("button", { name: "Previous version", exact: true }).last().click();
  await expect(column(chat, "alpha")).toContainText("Heads");
});

base("a single model has no Compare button", async ({ upstream, page }) => {
  upstream.models = ["alone"];
  const chat = await new Chat(page).open();
  await chat.box.click();
  await expect(chat.model.getByRole("option")).toHaveText(["alone"]);
  await expect(page.getByRole("button", { name: /^Compare/ })).toBeHidden();
});

const BROWSERS: Record<string, () => void> = {
  locks: () => {},
  "no locks, as on plain HTTP": () => Object.defineProperty(Navigator.prototype, "locks", { value: undefined }),
};

for (const [has, prepare] of Object.entries(BROWSERS)) {
  test(`another tab learns of a crash within 2 s (${has})`, async ({
    page,
    context,
    upstream,
  }) => {
    await context.addInitScript(prepare);
    const chat = await new Chat(page).open();
    await compareWith(page, "beta", "gamma", "delta");
    await chat.ask("Who are you?");
    const asked = await allAsked(upstream, ...MODELS);
    for (const question of asked) question.delta(`I am ${question.body.model}`);
    for (const model of MODELS) await expect(column(chat, model)).toContainText(`I am ${model}`);
    const other = new Chat(await context.newPage());
    await other.page.goto(page.url());
    await other.alive();
    for (const model of MODELS) await expect(column(other, model)).toContainText(`I am ${model}`);
    await crash(page);
    const began = performance.now();
    await expect(other.status).toHaveText("Interrupted");
    expect(performance.now() - began).toBeLessThan(2000);
    for (const question of asked) expect(await question.closed).toBe("client");
  });
}
