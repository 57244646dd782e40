// Text that turns out to be a thought: its opening tag stood in the prompt, so only the closing one comes.

import { expect, test } from "../../support/fixtures";

const THOUGHT = "First I *weigh* it.";
const ANSWER = "It is **heavy**.";

test("text before a lone closing tag becomes the thought", async ({ chat, upstream, page }) => {
  await chat.ask("How heavy is it?");
  const question = await upstream.nextQuestion();
  question.delta(THOUGHT);
  await expect(chat.answer.locator(".markdown")).toHaveText("First I weigh it.");
  question.delta("\n</think>\n\n");
  await expect(chat.answer.locator(".markdown")).toHaveText("");
  question.delta(ANSWER);
  question.finish();
  await expect(chat.status).toHaveText("Done");

  const check = async () => {
    await expect(chat.answer.locator(".markdown")).toHaveText("It is heavy.");
    await expect(chat.answer.locator(".markdown strong")).toHaveText("heavy");
    const summary = chat.answer.getByText(/^Thought( for |$)/);
    await summary.click();
    await expect(chat.answer.locator(".reasoning > .text")).toHaveText(THOUGHT);
    await summary.click();
  };
  await check();
  await page.reload();
  await chat.wake();
  await check();

  await chat.ask("And how large?");
  const next = await upstream.nextQuestion();
  expect(next.messages).toEqual(["user: How heavy is it?", `assistant: ${ANSWER}`, "user: And how large?"]);
  next.finish();
});

test("text that became a thought isn't copied with the answer", async ({ chat, upstream, page }) => {
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await chat.ask("How heavy is it?");
  const question = await upstream.nextQuestion();
  question.delta(`${THOUGHT}</think>${ANSWER}`);
  question.finish();
  await expect(chat.status).toHaveText("Done");
  await chat.answer.getByRole("button", { name: "Copy" }).last().click();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(ANSWER);
});
