// Several tabs on the same conversations.

import { Chat } from "../../support/chat-page";
import { converse } from "../../support/conversations";
import { crash, storedMessages } from "../../support/database";
import { expect, test } from "../../support/fixtures";

test("a conversation restored in one tab works in another", async ({ chat, upstream, page, context }) => {
  await converse(chat, upstream, "About cats", "I like cats");
  const other = new Chat(await context.newPage());
  await other.page.goto(page.url());
  await other.alive();
  await expect(other.answer).toContainText("I like cats");
  await page.getByRole("button", { name: "Delete About cats" }).click();
  await expect(other.log.getByRole("article")).toHaveCount(0);
  await page.getByRole("button", { name: "Undo" }).click();
  await other.conversations.getByRole("link", { name: "About cats" }).click();
  await other.ask("And dogs?");
  const question = await upstream.nextQuestion();
  question.delta("Dogs too");
  question.finish();
  await expect(other.status).toHaveText("Done");
  await other.page.reload();
  await expect(other.answer).toContainText("Dogs too");
});

test("a name and a prompt survive a question in another tab", async ({
  chat,
  upstream,
  page,
  context,
}) => {
  await converse(chat, upstream, "About cats", "I like cats");
  const other = new Chat(await context.newPage());
  await other.page.goto(page.url());
  await other.alive();
  await expect(other.answer).toContainText("I like cats");
  await page.getByRole("button", { name: "Rename About cats" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill("Felines");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Settings", exact: true }).click();
  await page.getByRole("textbox", { name: "System prompt" }).fill("Purr.");
  await page.getByRole("button", { name: "Done", exact: true }).click();
  await expect(other.conversations.getByRole("link", { name: "Felines" })).toBeVisible();

  await other.ask("And dogs?");
  const question = await upstream.nextQuestion();
  expect(question.messages[0]).toBe("system: Purr.");
  question.delta("Dogs too");
  question.finish();
  await expect(other.status).toHaveText("Done");
  await expect(chat.answer).toContainText("Dogs too");
  for (const tab of [chat, other]) {
    await tab.page.reload();
    await tab.alive();
    await expect(tab.conversations.getByRole("link", { name: "Felines" })).toBeVisible();
  }
});

test("two tabs on one conversation overwrite nothing", async ({ chat, upstream, context }) => {
  await converse(chat, upstream, "About cats", "I like cats");
  const other = new Chat(await context.newPage());
  await other.page.goto(chat.page.url());
  await other.alive();
  for (const [tab, more] of [[chat, "Here"], [other, "There"]] as const) {
    await tab.ask(more);
    const question = await upstream.nextQuestion();
    question.delta(`${more} too`);
    question.finish();
    await expect(tab.status).toHaveText("Done");
    // A message of one tab appears in the other by itself.
    await expect(other.answer).toContainText(`${more} too`);
  }
  await other.page.reload();
  await other.alive();
  await expect(other.answer).toContainText("There too");
  await expect(chat.conversations.getByRole("listitem")).toHaveCount(1);
  await expect(other.log).toContainText("Here");
});

test("a crashed tab's answer is continued in another", async ({ chat, upstream, context }) => {
  await chat.ask("Count");
  const question = await upstream.nextQuestion();
  question.delta("one, ");
  await expect(chat.answer).toContainText("one,");
  await expect.poll(() => storedMessages(chat.page)).toContain("one,");
  const address = chat.page.url();
  await crash(chat.page);
  expect(await question.closed).toBe("client");
  const again = new Chat(await context.newPage());
  await again.page.goto(address);
  await again.alive();
  await expect(again.answer).toContainText("one,");
  await expect(again.status).toHaveText("Interrupted", { timeout: 2000 });
  await again.action(again.answer, "Continue").click();
  const rest = await upstream.nextQuestion();
  rest.delta("two");
  await expect(again.answer).toContainText("two");
  rest.finish();
  await expect(again.status).toHaveText("Done");
});
