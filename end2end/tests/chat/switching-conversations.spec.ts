// Leaving one conversation for another.

import { expect, test } from "../../support/fixtures";

test.describe("conversations", () => {
  test("are separate, and each can be reopened", async ({ chat, upstream }) => {
    for (const topic of ["cats", "dogs"]) {
      await chat.newChat.click();
      await expect(chat.log.getByRole("article")).toHaveCount(0);
      await chat.ask(`About ${topic}`);
      const question = await upstream.nextQuestion();
      expect(question.messages).toEqual([`user: About ${topic}`]);
      question.delta(`I like ${topic}`);
      question.finish();
      await expect(chat.status).toHaveText("Done");
    }
    const cats = chat.conversations.getByRole("link", { name: "About cats", exact: true });
    await cats.click();
    await expect(cats).toHaveAttribute("aria-current", "page");
    await expect(chat.log.getByRole("article")).toHaveCount(2);
    await expect(chat.answer).toContainText("I like cats");
    await chat.ask("More");
    expect((await upstream.nextQuestion()).messages).toEqual(["user: About cats", "assistant: I like cats", "user: More"]);
  });

  test("keep their drafts", async ({ chat, upstream }) => {
    await chat.ask("About cats");
    (await upstream.nextQuestion()).finish();
    await expect(chat.status).toHaveText("Done");
    await chat.box.fill("a draft about cats");
    await chat.newChat.click();
    await expect(chat.box).toHaveValue("");
    await chat.conversations.getByRole("link", { name: "About cats", exact: true }).click();
    await expect(chat.box).toHaveValue("a draft about cats");
  });

  test("stop their answer when left, and keep its text", async ({
    chat,
    upstream,
    server,
  }) => {
    await chat.ask("About cats");
    const question = await upstream.nextQuestion();
    question.delta("I like c");
    await expect(chat.answer).toContainText("I like c");
    await chat.newChat.click();
    expect(await question.closed).toBe("client");
    await expect(chat.log.getByRole("article")).toHaveCount(0);
    await expect(chat.send).toBeVisible();
    await expect.poll(() => server.exits()).toMatchObject([{ reason: "killed" }]);

    await chat.conversations.getByRole("link", { name: "About cats", exact: true }).click();
    await expect(chat.answer).toContainText("I like c");
    await expect(chat.status).toHaveText("Interrupted");
    await chat.ask("Go on");
    expect((await upstream.nextQuestion()).messages).toEqual(["user: About cats", "assistant: I like c", "user: Go on"]);
  });
});
