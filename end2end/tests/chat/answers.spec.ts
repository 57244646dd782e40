// Actions on a message, and what is said about an answer.

import { expect, test } from "../../support/fixtures";

test.describe("a message", () => {
  test("can be copied", async ({ chat, upstream, page, context }) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await chat.ask("A rhyme, please");
    const question = await upstream.nextQuestion();
    question.delta("stop\n\n* shop\n");
    await expect(chat.answer).toContainText("shop");
    await expect(chat.action(chat.answer, "Copy"), "not before it is finished").toBeHidden();
    question.finish();
    await chat.action(chat.answer, "Copy").click();
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe("stop\n\n* shop\n");
  });

  test("can be copied without the clipboard API", async ({ chat, upstream, page, context }) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.addInitScript(() => {
      Object.assign(window, { reader: navigator.clipboard });
      Object.defineProperty(navigator, "clipboard", { value: undefined });
    });
    await page.reload();
    await chat.alive();
    await chat.ask("A rhyme, please");
    const question = await upstream.nextQuestion();
    question.delta("stop\n\n* shop\n");
    question.finish();
    const copy = chat.answer.getByRole("button", { name: /^Copy/ });
    await copy.click();
    await expect(copy).toHaveAccessibleName("Copy ✓");
    await expect(copy).toBeFocused();
    const copied = () => page.evaluate(() => (window as unknown as { reader: Clipboard }).reader.readText());
    expect(await copied()).toBe("stop\n\n* shop\n");
  });

  test("isn't called copied when copying fails", async ({ chat, upstream, page }) => {
    await page.addInitScript(() => {
      Object.defineProperty(navigator, "clipboard", { value: undefined });
      document.execCommand = () => false;
    });
    await page.reload();
    await chat.alive();
    await chat.ask("A rhyme, please");
    const question = await upstream.nextQuestion();
    question.delta("stop, shop");
    question.finish();
    const copy = chat.answer.getByRole("button", { name: /^Copy/ });
    await copy.click();
    await expect(copy).toHaveAccessibleName("Copy isn’t allowed here: select the text instead");
  });

  test("can be edited and asked again", async ({ chat, upstream }) => {
    await chat.ask("How?");
    (await upstream.nextQuestion()).finish();
    await expect(chat.status).toHaveText("Done");
    await chat.action(chat.message(0), "Edit").click();
    await expect(chat.box).toHaveValue("How?");
    await chat.box.press("End");
    await chat.box.pressSequentially(" And why?");
    await chat.box.press("Enter");
    const again = await upstream.nextQuestion();
    expect(again.messages).toEqual(["user: How? And why?"]);
    again.delta("So.");
    again.finish();
    await expect(chat.message(0)).toContainText("2/2");
    await chat.action(chat.message(0), "Previous version").click();
    await expect(chat.message(0)).toContainText("How?");
    await expect(chat.message(0)).not.toContainText("And why?");
  });

  test("can be edited with the up arrow, and a draft comes back", async ({
    chat,
    upstream,
  }) => {
    await chat.ask("How?");
    (await upstream.nextQuestion()).finish();
    await expect(chat.status).toHaveText("Done");
    await chat.box.press("ArrowUp");
    await expect(chat.box).toHaveValue("How?");
    await chat.box.press("Escape");
    await expect(chat.box).toHaveValue("");
    await chat.box.fill("a draft");
    await chat.action(chat.message(0), "Edit").click();
    await expect(chat.box).toHaveValue("How?");
    await chat.page.getByRole("button", { name: "Cancel" }).click();
    await expect(chat.box).toHaveValue("a draft");
  });

  test("continues where it was stopped", async ({ chat, upstream }) => {
    await chat.ask("Count");
    const first = await upstream.nextQuestion();
    first.delta("one, two, ");
    await expect(chat.answer).toContainText("one, two,");
    await chat.stop.click();
    await chat.action(chat.answer, "Continue").click();
    const second = await upstream.nextQuestion();
    expect(second.messages).toEqual(["user: Count", "assistant: one, two,"]);
    second.delta(" three");
    second.finish();
    await expect(chat.status).toHaveText("Done");
    await expect(chat.answer).toContainText("one, two, three");
    await expect(chat.action(chat.answer, "Continue")).toBeHidden();
    await expect(chat.log.getByRole("article")).toHaveCount(2);
  });

  test("shows its tokens and the time to the first", async ({ chat, upstream }) => {
    await chat.ask("Hello?");
    const question = await upstream.nextQuestion();
    question.delta("Hello!");
    question.finish();
    await expect(chat.answer).toContainText(/42 tokens · .*first after \d/);
  });

  test("shows its speed where that can be measured", async ({ chat, upstream }) => {
    await chat.ask("Hello?");
    const question = await upstream.nextQuestion();
    const began = Date.now();
    question.delta("Hello");
    await expect(chat.answer).toContainText("Hello");
    await expect.poll(() => Date.now() - began, "long enough to be measured").toBeGreaterThan(500);
    question.delta(" you");
    question.finish();
    await expect(chat.answer).toContainText(/42 tokens · \d+\.\d tokens\/s · first after/);
  });

  test("can be regenerated, and the earlier answer stays", async ({ chat, upstream }) => {
    await chat.ask("Heads or tails?");
    const first = await upstream.nextQuestion();
    first.delta("Heads");
    first.finish();
    await expect(chat.status).toHaveText("Done");
    await chat.action(chat.answer, "Regenerate").click();
    const second = await upstream.nextQuestion();
    expect(second.messages).toEqual(["user: Heads or tails?"]);
    second.delta("Tails");
    second.finish();
    await expect(chat.answer).toContainText("Tails");
    await expect(chat.status).toHaveText("Done");
    await expect(chat.answer).toContainText("2/2");
    await chat.action(chat.answer, "Previous version").click();
    await expect(chat.answer).toContainText("Heads");
    await expect(chat.answer).toContainText("1/2");
    await chat.action(chat.answer, "Next version").click();
    await expect(chat.answer).toContainText("Tails");
  });
});
