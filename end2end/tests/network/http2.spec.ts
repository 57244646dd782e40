// Over HTTP/2 the limit of six connections to a site is gone: each tab gets its answer.

import type { BrowserContext } from "@playwright/test";
import { Certificate } from "../../support/certificate";
import { Chat } from "../../support/chat-page";
import { expect, test as base } from "../../support/fixtures";
import { Server } from "../../support/server";
import type { Question, Upstream } from "../../support/upstream";

const TABS = 10;

const test = base.extend<{ certificate: Certificate }>({
  certificate: async ({}, use) => {
    const certificate = await Certificate.make();
    await use(certificate);
    await certificate.remove();
  },
  server: async ({ upstream, certificate }, use) => {
    const server = await Server.start(upstream.url, { args: certificate.args });
    await use(server);
    await server.end();
  },
  ignoreHTTPSErrors: true,
});

test("ten tabs over HTTPS answer at once, each with its Stop", async ({
  context,
  upstream,
  server,
}) => {
  test.slow(); // it opens ten pages
  expect(server.url).toMatch(/^https:/);
  const asked: [Chat, Question][] = [];
  for (let tab = 1; tab <= TABS; tab++) asked.push(await ask(context, upstream, tab));
  expect(await server.live()).toBe(TABS);
  await expect(asked[0][0].page.getByText(/six connections/), "HTTP/2 has no such limit").toBeHidden();

  for (const [at, [chat, question]] of asked.entries()) {
    question.delta(" and on");
    await chat.page.bringToFront();
    await expect(chat.answer).toContainText(`answer ${at + 1} and on`);
  }

  for (const [at, [chat, question]] of asked.entries()) {
    await chat.page.bringToFront();
    await chat.stop.click();
    expect(await question.closed).toBe("client");
    await expect(chat.status).toHaveText(/^Stopped/);
    await expect.poll(() => server.live(), "the other answers go on").toBe(TABS - at - 1);
  }
  expect(server.exits().map(({ reason }) => reason)).toEqual(Array(TABS).fill("killed"));
});

/** Opens a tab, asks there, and waits until the answer begins on the page. */
async function ask(context: BrowserContext, upstream: Upstream, tab: number): Promise<[Chat, Question]> {
  const chat = await new Chat(await context.newPage()).open();
  await chat.ask(`Question ${tab}`);
  const question = await upstream.nextQuestion();
  question.delta(`answer ${tab}`);
  await expect(chat.answer).toContainText(`answer ${tab}`);
  return [chat, question];
}
