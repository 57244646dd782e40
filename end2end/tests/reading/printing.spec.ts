// Printing: the whole conversation, without the page around it.

import type { Page } from "@playwright/test";
import { expect, test } from "../../support/fixtures";
import { SampleMarkdown } from "../../support/sample-markdown";

const MESSAGES = 120;
const LONG = "A long question. ".repeat(6000);

/** A conversation that starts with a long question and a long answer. Only its end is drawn. */
function conversation(): string {
  const id = (at: number) => `m${String(at).padStart(3, "0")}`;
  const message = (at: number) => ({
    id: id(at),
    parent: at ? id(at - 1) : null,
    role: at % 2 ? "assistant" : "user",
    text: at === 0 ? `${LONG}The end of it.` : at === 1 ? `${new SampleMarkdown(3).text(100_000)}\n\nThe end of that.` : `Message ${at}`,
    exit: { reason: "normal" },
    asked_ms: at + 1,
    writer: "elsewhere",
    ...(at % 2 ? { reasoning: `Thought ${at}` } : {}),
  });
  const messages = [...Array(MESSAGES).keys()].map(message);
  const conversation = { id: "0123456789abcdef", title: "To be printed", updated_ms: 1, head: id(MESSAGES - 1) };
  return JSON.stringify({ starcrossed: 1, conversations: [{ conversation, messages }] });
}

/** The number of these elements that would be printed. */
const countPrinted = (page: Page, css: string) =>
  page.locator(css).evaluateAll((all) => all.filter((part) => part.checkVisibility({ contentVisibilityAuto: true })).length);

test("the whole conversation is printed, without controls", async ({ chat, page }) => {
  test.slow();
  await chat.wake();
  const file = { name: "all.json", mimeType: "application/json", buffer: Buffer.from(conversation()) };
  await chat.conversations.locator("input[type=file]").setInputFiles(file);
  await chat.conversations.getByRole("link", { name: "To be printed" }).click();
  await expect(chat.answer).toContainText(`Message ${MESSAGES - 1}`);
  const articles = chat.log.locator("article");
  await expect(articles).toHaveCount(40);

  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  await expect(articles).toHaveCount(MESSAGES);
  await expect(articles.nth(0)).toContainText("The end of it.");
  await expect(articles.nth(1)).toContainText("The end of that.");
  expect(await countPrinted(page, "article")).toBe(MESSAGES);
  expect(await countPrinted(page, "article .markdown > .section > *")).toBe(await page.locator("article .markdown > .section > *").count());
  expect(await countPrinted(page, ".reasoning .text")).toBe(MESSAGES / 2);
  expect(await countPrinted(page, "nav, header.bar, .composer-bar, button, form, [role=status], .earlier")).toBe(0);
  const [height, cut] = await page.evaluate(() => {
    const cut = [...document.querySelectorAll("main, main *")].filter((part) => {
      const { overflowX, overflowY } = getComputedStyle(part);
      const clips = [overflowX, overflowY].some((overflow) => overflow !== "visible");
      return clips && part.scrollWidth > part.clientWidth + 1 && part.clientWidth > 1;
    });
    return [document.documentElement.scrollHeight, cut.map((part) => part.outerHTML.slice(0, 80))];
  });
  expect(height).toBeGreaterThan(10_000);
  expect(cut).toEqual([]);
  const [ground, ink] = await page.evaluate(() => {
    const style = getComputedStyle(document.documentElement);
    return [style.backgroundColor, style.color].map((colour) => Number(/oklch\(([\d.]+)/.exec(colour)![1]));
  });
  expect(ground, "dark on light: browsers don't print backgrounds").toBeGreaterThan(ink);

  const pdf = (await page.pdf()).toString("latin1");
  expect(pdf.match(/\/Type\s*\/Page\b/g)!.length).toBeGreaterThan(15);

  await page.emulateMedia({ media: "screen" });
  await expect(articles).toHaveCount(40);
  await expect(chat.answer).toBeInViewport();
});

test("beforeprint draws everything, afterprint undoes it", async ({ chat, page }) => {
  await chat.wake();
  const file = { name: "all.json", mimeType: "application/json", buffer: Buffer.from(conversation()) };
  await chat.conversations.locator("input[type=file]").setInputFiles(file);
  await chat.conversations.getByRole("link", { name: "To be printed" }).click();
  const articles = chat.log.locator("article");
  await expect(articles).toHaveCount(40);
  // The browser prints as soon as the listeners have returned.
  const drawn = await page.evaluate(async () => {
    dispatchEvent(new Event("beforeprint"));
    for (let turn = 0; turn < 100; turn++) await Promise.resolve();
    const all = [...document.querySelectorAll("article")];
    return [all.length, all[1].textContent!.includes("The end of that."), all[0].textContent!.includes("The end of it.")];
  });
  expect(drawn).toEqual([MESSAGES, true, true]);
  await page.evaluate(() => dispatchEvent(new Event("afterprint")));
  await expect(articles).toHaveCount(40);
});
