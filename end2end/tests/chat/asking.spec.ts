// Asking: what is sent, to which model, and what is shown while the answer arrives.

import type { Chat } from "../../support/chat-page";
import { expect, test } from "../../support/fixtures";

test.describe("asking", () => {
  test("shows each delta as it arrives", async ({ chat, upstream, server }) => {
    await chat.ask("Who are you?");
    const question = await upstream.nextQuestion();
    expect(question.messages).toEqual(["user: Who are you?"]);
    expect(question.body.stream).toBe(true);
    await expect(chat.message(0)).toContainText("Who are you?");
    await expect(chat.stop).toBeVisible();

    let text = "";
    for (const piece of ["A page ", "and its task, ", "star-crossed: ", "Grüße 🌟"]) {
      question.delta(piece);
      text += piece;
      await expect(chat.answer).toContainText(text);
    }
    await expect(chat.stop).toBeVisible();
    await expect(chat.status).not.toHaveText("Done");

    question.finish();
    await expect(chat.status).toHaveText("Done");
    await expect(chat.send).toBeVisible();
    await expect(chat.stop).toBeHidden();
    await expect(chat.answer).toContainText("42 tokens");
    await expect.poll(() => server.exits()).toMatchObject([{ reason: "normal" }]);
  });

  test("sends with Enter, breaks the line with Shift+Enter", async ({ chat, upstream }) => {
    await chat.box.pressSequentially("one");
    await chat.box.press("Shift+Enter");
    await chat.box.pressSequentially("two");
    await chat.box.press("Enter");
    const question = await upstream.nextQuestion();
    expect(question.messages).toEqual(["user: one\ntwo"]);
    await expect(chat.box).toHaveValue("");
  });

  test("sends nothing when the box is empty", async ({ chat, upstream }) => {
    await chat.ask("   ");
    await chat.box.press("Enter");
    await chat.box.fill("now");
    await chat.box.press("Enter");
    expect((await upstream.nextQuestion()).messages).toEqual(["user: now"]);
    expect(upstream.questions).toHaveLength(1);
  });

  test("sends the whole conversation, stopped answers included", async ({ chat, upstream }) => {
    await chat.ask("first");
    const first = await upstream.nextQuestion();
    first.delta("one, t");
    await expect(chat.answer).toContainText("one, t");
    await chat.stop.click();
    await expect(chat.status).toHaveText("Stopped");

    await chat.ask("second");
    const second = await upstream.nextQuestion();
    expect(second.messages).toEqual(["user: first", "assistant: one, t", "user: second"]);
    second.delta("two");
    second.finish();
    await expect(chat.status).toHaveText("Done");

    await chat.ask("third");
    const third = await upstream.nextQuestion();
    expect(third.messages.slice(3)).toEqual(["assistant: two", "user: third"]);
  });

  test("asks the picked model, also after a reload", async ({ chat, upstream, page }) => {
    await expect(chat.model.getByRole("option")).toHaveText(["alpha", "beta"]);
    await expect(chat.model).toHaveValue("alpha");
    await chat.model.selectOption("beta");
    await chat.ask("Who?");
    const question = await upstream.nextQuestion();
    expect(question.body.model).toBe("beta");
    question.finish();

    await page.reload();
    await chat.alive();
    await expect(chat.model).toHaveValue("beta");
    await chat.ask("And now?");
    expect((await upstream.nextQuestion()).body.model).toBe("beta");
  });

  test("shows the reasoning before the answer", async ({ chat, upstream, page }) => {
    await chat.ask("Why?");
    const question = await upstream.nextQuestion();
    question.reasoning("Let me see. ");
    await expect(page.getByText("Let me see.")).toBeVisible();
    question.reasoning("Because.");
    await expect(page.getByText("Let me see. Because.")).toBeVisible();
    question.delta("That is why.");
    await expect(chat.answer).toContainText("That is why.");
    await expect(page.getByText("Let me see. Because."), "the thought is closed").toBeHidden();
    question.finish();
    await expect(chat.status).toHaveText("Done");
    await chat.answer.getByText(/^Thought for \d+(\.\d)? m?s$/).click();
    await expect(page.getByText("Let me see. Because.")).toBeVisible();

    await chat.ask("Really?");
    const again = await upstream.nextQuestion();
    expect(again.messages, "reasoning isn't sent back").toEqual(["user: Why?", "assistant: That is why.", "user: Really?"]);
  });

  test("keeps text that is typed while an answer arrives", async ({ chat, upstream }) => {
    await chat.ask("first");
    const question = await upstream.nextQuestion();
    await chat.box.pressSequentially("my next qu");
    question.delta("Hello");
    await expect(chat.answer).toContainText("Hello");
    await chat.box.pressSequentially("estion");
    await chat.box.press("Enter");
    await expect(chat.box, "one answer at a time").toHaveValue("my next question");
    question.finish();
    await expect(chat.status).toHaveText("Done");
    await expect(chat.box).toHaveValue("my next question");
    await chat.box.press("Enter");
    expect((await upstream.nextQuestion()).messages.at(-1)).toBe("user: my next question");
    expect(upstream.questions).toHaveLength(2);
  });
});

test.describe("sending twice", () => {
  const ways: Record<string, (chat: Chat) => Promise<void>> = {
    "a double click": (chat) => chat.doubleClick(chat.send),
    "a double click on a slow machine": async (chat) => {
      await chat.slowDown(6);
      await chat.doubleClick(chat.send);
      await chat.slowDown(1);
    },
    "Enter and Enter": async ({ box }) => {
      await box.press("Enter");
      await box.press("Enter");
    },
    "two clicks in one go": ({ send }) =>
      send.evaluate((button: HTMLElement) => {
        button.click();
        button.click();
      }),
  };
  for (const [way, twice] of Object.entries(ways)) {
    test(`${way} asks once and stops nothing`, async ({ chat, upstream, server }) => {
      await chat.box.fill("Only once");
      await twice(chat);
      const question = await upstream.nextQuestion();
      question.delta("Still ");
      question.delta("here");
      await expect(chat.answer).toContainText("Still here");
      question.finish();
      await expect(chat.status).toHaveText("Done");
      expect(upstream.questions).toHaveLength(1);
      await expect.poll(() => server.exits()).toMatchObject([{ reason: "normal" }]);
    });
  }
});

test("the page says why no models are there, and recovers", async ({ page, chat, upstream }) => {
  await upstream.stop();
  await page.reload();
  await chat.alive();
  await expect(page.getByText("Is the model server running")).toBeVisible();
  await upstream.start();
  await chat.ask("Hello?");
  const question = await upstream.nextQuestion();
  expect(question.body.model).toBe("alpha");
  question.delta("Hello!");
  question.finish();
  await expect(chat.answer).toContainText("Hello!");
});
