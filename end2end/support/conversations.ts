// Whole conversations, and the list of conversations.

import { expect, type Locator } from "@playwright/test";
import type { Chat } from "./chat-page";
import type { Upstream } from "./upstream";

/** Starts a conversation of one question and one answer. */
export async function converse(chat: Chat, upstream: Upstream, question: string, answer: string): Promise<void> {
  await chat.newChat.click();
  await expect(chat.log.getByRole("article")).toHaveCount(0);
  await chat.ask(question);
  const asked = await upstream.nextQuestion();
  asked.delta(answer);
  asked.finish();
  await expect(chat.status).toHaveText("Done");
}

/** The conversations in the sidebar's list. */
export function listed(chat: Chat): Locator {
  return chat.conversations.getByRole("listitem");
}
