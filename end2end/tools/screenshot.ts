// The two pictures in the README, light and dark: `npm run screenshot` takes them again.

import { writeFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { Chat } from "../support/chat-page";
import { expect, test } from "../support/fixtures";
import type { Upstream } from "../support/upstream";

test.use({ viewport: { width: 1280, height: 800 }, deviceScaleFactor: 2, contextOptions: { reducedMotion: "reduce" } });

for (const scheme of ["light", "dark"] as const) {
  test.describe(() => {
    test.use({ colorScheme: scheme });

    test(`a conversation in the middle of an answer, ${scheme}`, async ({ page, upstream }) => {
      await ask(page, upstream);
      await writeFile(`../docs/screenshot-${scheme}.webp`, await picture(page));
    });
  });
}

/** The page as WebP, which Playwright can't write: a third of the PNG's size. */
async function picture(page: Page): Promise<Buffer> {
  await page.evaluate(() => document.documentElement.style.setProperty("caret-color", "transparent"));
  const devtools = await page.context().newCDPSession(page);
  const { data } = await devtools.send("Page.captureScreenshot", { format: "webp", quality: 80 });
  return Buffer.from(data, "base64");
}

/** Leaves the page in the middle of an answer, below two earlier conversations. */
async function ask(page: Page, upstream: Upstream): Promise<void> {
  upstream.models = ["qwen3:8b", "llama3.2:3b"];
  const chat = await new Chat(page).open();
  await earlier(chat, upstream, "Name three stars that sailors steer by", "Polaris, Vega and Canopus.");
  await chat.newChat.click();
  await earlier(chat, upstream, "What does SIGTERM ask of a process?", "To end, and to tidy up first.");
  await chat.newChat.click();

  await chat.ask("My chat page has a Stop button, but the GPU stays busy after I press it. Why?");
  const question = await upstream.nextQuestion();
  for (const word of ANSWER.split(/(?<= )/)) question.delta(word);
  await expect(chat.answer).toContainText(ANSWER.slice(-20));
}

async function earlier(chat: Chat, upstream: Upstream, asked: string, answered: string): Promise<void> {
  await chat.ask(asked);
  const question = await upstream.nextQuestion();
  question.delta(answered);
  question.finish();
  await expect(chat.status).toHaveText("Done");
}

const ANSWER = `Because in most chat pages that button only stops the page. It no longer shows what arrives, but the request to the model is still open, and a model writes for as long as somebody seems to be reading.

Three things have to end together, and each one hangs from the one before it:

1. The request of your browser. Closing it is easy, and it is where most pages leave off.
2. The work on the server that answers it. Many servers notice that the browser has gone only when they next try to send something, and some never do.
3. The connection from that server to the model. As long as it is open, the GPU goes on.

If each of them owns the next, there is nothing to forget: drop the first, and the others fall with it. To see whether yours does, watch `;
