// Failures of the model server: the page says what happened, keeps the text, and Retry works.

import { expect, test } from "../../support/fixtures";

test.describe("a failure", () => {
  test.afterEach(async ({ chat, upstream }) => {
    // Retry asks again after each kind of failure.
    await chat.retry.click();
    const question = await upstream.nextQuestion();
    expect(question.messages).toEqual(["user: Are you well?"]);
    question.delta("Better now");
    await expect(chat.answer).toContainText("Better now");
    await expect(chat.alert).toBeHidden();
    question.finish();
    await expect(chat.status).toHaveText("Done");
    await expect(chat.retry).toBeHidden();
  });

  test("of the model server shows its own words", async ({ chat, upstream }) => {
    await chat.ask("Are you well?");
    (await upstream.nextQuestion()).fail(500, { error: { message: "the GPU is on fire" } });
    await expect(chat.alert).toContainText("the GPU is on fire");
    await expect(chat.status).toHaveText("Failed");
  });

  test("for want of a key names the option", async ({ chat, upstream }) => {
    await chat.ask("Are you well?");
    (await upstream.nextQuestion()).fail(401, { error: { message: "no key" } });
    await expect(chat.alert).toContainText("--api-key");
  });

  test("to connect says what to check", async ({ chat, upstream }) => {
    await upstream.stop();
    await chat.ask("Are you well?");
    await expect(chat.alert).toContainText("Is the model server running");
    await upstream.start();
  });

  test("in the middle of an answer keeps the text", async ({ chat, upstream }) => {
    await chat.ask("Are you well?");
    const question = await upstream.nextQuestion();
    question.delta("As far as I ");
    await expect(chat.answer).toContainText("As far as I");
    question.error("out of memory");
    await expect(chat.alert).toContainText("out of memory");
    await expect(chat.answer).toContainText("As far as I");
  });

  test("of the connection keeps the text and is no normal end", async ({
    chat,
    upstream,
  }) => {
    await chat.ask("Are you well?");
    const question = await upstream.nextQuestion();
    question.delta("As far as I ");
    await expect(chat.answer).toContainText("As far as I");
    question.cut();
    await expect(chat.alert).toContainText("may be incomplete");
    await expect(chat.answer).toContainText("As far as I");
    await expect(chat.status).not.toHaveText("Done");
  });

  test("keeps text that was typed meanwhile", async ({ chat, upstream }) => {
    await chat.ask("Are you well?");
    const question = await upstream.nextQuestion();
    await chat.box.fill("a draft");
    question.fail(503, { error: { message: "busy" } });
    await expect(chat.alert).toContainText("busy");
    await expect(chat.box).toHaveValue("a draft");
  });
});
