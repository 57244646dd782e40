// Over HTTP/1.1 all tabs of a browser share six connections to a site. The page says so when they are used up.

import type { BrowserContext } from "@playwright/test";
import { Chat } from "../../support/chat-page";
import { expect, test } from "../../support/fixtures";
import type { Question, Upstream } from "../../support/upstream";

const CONNECTIONS = 6;
const notice = (chat: Chat) => chat.page.getByText(/six connections to a site.*--tls-cert/);

test("the notice comes with the sixth answer and no sooner", async ({
  context,
  upstream,
  server,
}) => {
  test.slow(); // it opens six pages
  const tabs = await open(context, CONNECTIONS);
  for (const chat of tabs.slice(0, -1)) await ask(chat, upstream);
  expect(await server.live()).toBe(CONNECTIONS - 1);
  await allHaveHeard(tabs);
  for (const chat of tabs) await expect(notice(chat)).toBeHidden();

  const last = tabs[tabs.length - 1];
  await ask(last, upstream);
  await expect(notice(last)).toBeVisible();
  await last.stop.click();
  await expect(notice(last)).toBeHidden();
  await allHaveHeard(tabs);
  await expect(notice(tabs[0]), "the other tabs learn of it").toBeHidden();
});

test("a question without a connection says so and goes next", async ({
  context,
  upstream,
  server,
}) => {
  test.slow(); // it opens seven pages
  const tabs = await open(context, CONNECTIONS + 1);
  const late = tabs[CONNECTIONS];
  await late.wake(); // its code would need a connection too
  for (const chat of tabs.slice(0, CONNECTIONS)) await ask(chat, upstream);

  await late.ask("And me?");
  await expect(notice(late)).toBeVisible();
  expect(await server.live(), "the question hasn't arrived").toBe(CONNECTIONS);

  await tabs[0].stop.click();
  const question = await upstream.nextQuestion();
  question.delta("You, too");
  await expect(late.answer).toContainText("You, too");
});

async function open(context: BrowserContext, count: number): Promise<Chat[]> {
  const tabs = [];
  for (let tab = 0; tab < count; tab++) tabs.push(await new Chat(await context.newPage()).open());
  return tabs;
}

/**
 * Waits until each tab has received the counts of all others. A message on a channel arrives after the messages that were
 * posted before it, so each tab waits for one more from every tab. The page takes it for a tab without answers.
 */
async function allHaveHeard(tabs: Chat[]): Promise<void> {
  const heard = await Promise.all(
    tabs.map(({ page }) =>
      page.evaluateHandle((count) => {
        const channel = new BroadcastChannel("starcrossed-answers");
        let left = count;
        return { all: new Promise<void>((all) => (channel.onmessage = ({ data }) => data === "probe 0" && !--left && all())) };
      }, tabs.length),
    ),
  );
  for (const { page } of tabs) await page.evaluate(() => new BroadcastChannel("starcrossed-answers").postMessage("probe 0"));
  for (const tab of heard) await tab.evaluate(({ all }) => all);
  for (const { page } of tabs) await page.evaluate(() => new Promise((drawn) => setTimeout(drawn)));
}

/** Asks, and waits until the answer begins on the page. */
async function ask(chat: Chat, upstream: Upstream): Promise<Question> {
  await chat.page.bringToFront();
  await chat.ask("Go on for ever");
  const question = await upstream.nextQuestion();
  question.delta("For ever");
  await expect(chat.answer).toContainText("For ever");
  return question;
}
