// The scroll position: at the end while the answer grows, until the reader scrolls away.

import type { BrowserContext, Locator, Page } from "@playwright/test";
import type { Chat } from "../../support/chat-page";
import { expect, test } from "../../support/fixtures";
import type { Question, Upstream } from "../../support/upstream";

const main = (page: Page): Locator => page.getByRole("main");
const jumpButton = (page: Page): Locator => page.getByRole("button", { name: "Jump to latest" });
const top = (page: Page): Promise<number> => main(page).evaluate((main) => main.scrollTop);
const pixelsBelow = (page: Page) => () => main(page).evaluate((main) => main.scrollHeight - main.scrollTop - main.clientHeight);

const sendLines = (question: Question, count: number): void => question.delta("A line of the answer.\n\n".repeat(count));

/** An answer that is longer than the window and still grows. */
async function askLong(chat: Chat, upstream: Upstream, asked: string, count: number): Promise<Question> {
  await chat.ask(asked);
  const question = await upstream.nextQuestion();
  sendLines(question, count);
  await expect.poll(() => chat.answer.getByRole("paragraph").count()).toBe(count);
  await expect.poll(pixelsBelow(chat.page)).toBeLessThan(2);
  return question;
}

async function wheel(page: Page, pixels: number): Promise<void> {
  await main(page).hover();
  await page.mouse.wheel(0, pixels);
}

test("a few pixels upwards stop the following", async ({ chat, upstream, page }) => {
  const question = await askLong(chat, upstream, "A long one", 80);
  const flow = setInterval(() => question.delta("More. "), 20);
  await wheel(page, -3);
  await expect(jumpButton(page)).toBeVisible();
  clearInterval(flow);
  const before = await top(page);
  sendLines(question, 40);
  await expect.poll(pixelsBelow(page)).toBeGreaterThan(500);
  expect(await top(page)).toBeLessThanOrEqual(before);
  question.finish();
  await expect(chat.status).toHaveText("Done");
  await wheel(page, 100_000);
  await expect(jumpButton(page), "the page follows again at the end").toBeHidden();
});

test("scrolling up in the frame of a large delta stops it too", async ({ chat, upstream, page }) => {
  const question = await askLong(chat, upstream, "A long one", 80);
  await main(page).evaluate((main) => {
    const content = main.firstElementChild!;
    const before = content.clientHeight;
    new ResizeObserver((_, observer) => {
      if (content.clientHeight <= before) return;
      observer.disconnect();
      main.dispatchEvent(new WheelEvent("wheel", { deltaY: -30 }));
      main.scrollTop -= 30;
    }).observe(content);
  });
  sendLines(question, 20);
  await expect(jumpButton(page)).toBeVisible();
  sendLines(question, 20);
  await expect.poll(pixelsBelow(page)).toBeGreaterThan(500);
  question.finish();
  await expect(chat.status).toHaveText("Done");
});

test("an opened conversation shows its end", async ({ chat, upstream, page }) => {
  for (const [asked, count] of [["A longer one", 120], ["A long one", 60]] as const) {
    await chat.newChat.click();
    (await askLong(chat, upstream, asked, count)).finish();
    await expect(chat.status).toHaveText("Done");
  }
  await wheel(page, -300);
  await expect(jumpButton(page)).toBeVisible();
  await chat.conversations.getByRole("link", { name: "A longer one", exact: true }).click();
  await expect(chat.answer.getByRole("paragraph")).toHaveCount(120);
  await expect.poll(pixelsBelow(page)).toBeLessThan(2);
  await expect(jumpButton(page)).toBeHidden();
});

test("Enter scrolls to the answer only if it asks", async ({ chat, upstream, page }) => {
  const question = await askLong(chat, upstream, "A long one", 80);
  await wheel(page, -300);
  await expect(jumpButton(page)).toBeVisible();
  await expect.poll(pixelsBelow(page)).toBe(300);
  await chat.box.fill("Not yet");
  await chat.box.press("Enter");
  await expect(chat.box, "one answer at a time").toHaveValue("Not yet");
  question.finish();
  await expect(chat.status).toHaveText("Done");
  await chat.box.fill("");
  await chat.box.press("Enter");
  await expect(jumpButton(page)).toBeVisible();
  expect(await pixelsBelow(page)()).toBeGreaterThan(200);
  await chat.box.fill("And now?");
  await chat.box.press("Enter");
  (await upstream.nextQuestion()).finish();
  await expect.poll(pixelsBelow(page)).toBeLessThan(2);
});

/** Moves the list back after each change, as WebKit does when a block is replaced. Counts how often the button showed. */
async function moveBack(page: Page): Promise<void> {
  await main(page).evaluate((main) => {
    const back = () => (main.scrollTop = main.scrollHeight - main.clientHeight - 96);
    new MutationObserver(() => setTimeout(back, 3)).observe(main, { childList: true, subtree: true, characterData: true });
    Reflect.set(window, "shown", 0);
    const button = document.querySelector(".jump-to-latest")!;
    new MutationObserver(() => button.hasAttribute("hidden") || Reflect.set(window, "shown", 1)).observe(button, { attributes: true });
  });
}

/** Sends more blocks, and expects that the page follows them to the end. */
async function expectFollowed(chat: Chat, question: Question, parts: number): Promise<void> {
  for (let part = 0; part < parts; part++) {
    question.delta(`More.\n\n\`\`\`rust\nfn part_${part}() {}\n\`\`\`\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n`);
    await expect(chat.answer).toContainText(`part_${part}`);
  }
  question.finish();
  await expect(chat.status).toHaveText("Done");
  await expect.poll(pixelsBelow(chat.page)).toBeLessThan(2);
  await expect(jumpButton(chat.page)).toBeHidden();
  expect(await chat.page.evaluate(() => Reflect.get(window, "shown")), "the button never showed").toBe(0);
}

test("scrolling by the browser itself doesn't stop the following", async ({ chat, upstream, page }) => {
  const question = await askLong(chat, upstream, "A long one", 80);
  await moveBack(page);
  await expectFollowed(chat, question, 20);
});

test("scrolling by the browser after a click doesn't either", async ({ chat, upstream, page }) => {
  const question = await askLong(chat, upstream, "A long one", 80);
  await moveBack(page);
  const box = (await main(page).boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2 + 1, box.y + box.height / 2);
  question.delta("Held. ");
  await expect(chat.answer).toContainText("Held.");
  await page.mouse.up();
  await expectFollowed(chat, question, 5);
});

test("scrolling by the browser after a return to the end doesn't", async ({ chat, upstream, page }) => {
  const question = await askLong(chat, upstream, "A long one", 80);
  await main(page).evaluate((main) => {
    main.tabIndex = -1;
    main.focus();
  });
  await page.keyboard.press("ArrowUp");
  await expect(jumpButton(page)).toBeVisible();
  await wheel(page, 1000);
  await expect(jumpButton(page)).toBeHidden();
  await moveBack(page);
  await expectFollowed(chat, question, 5);
});

test("selecting text upwards stops the following", async ({ chat, upstream, page }) => {
  const question = await askLong(chat, upstream, "A long one", 80);
  const box = (await main(page).boundingBox())!;
  const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  await page.mouse.move(middle.x, middle.y);
  await page.mouse.down();
  // A slow Chromium selects nothing when the list moves under the first mouse moves.
  await page.mouse.move(middle.x, middle.y - 100, { steps: 5 });
  await expect.poll(() => page.evaluate(() => `${getSelection()}`.length)).toBeGreaterThan(0);
  const flow = setInterval(() => question.delta("More. "), 20);
  await page.mouse.move(middle.x, 1, { steps: 10 });
  await expect(jumpButton(page)).toBeVisible();
  await page.mouse.up();
  clearInterval(flow);
  sendLines(question, 40);
  await expect.poll(pixelsBelow(page)).toBeGreaterThan(500);
  question.finish();
  await expect(chat.status).toHaveText("Done");
});

const keys = ["PageUp", "Home", "ArrowUp", "Shift+Space"];

for (const key of keys) {
  test(`${key} stops the following, and End resumes it`, async ({ chat, upstream, page }) => {
    const question = await askLong(chat, upstream, "A long one", 80);
    await main(page).evaluate((main) => {
      main.tabIndex = -1;
      main.focus();
    });
    const flow = setInterval(() => question.delta("More. "), 20);
    await page.keyboard.press(key);
    await expect(jumpButton(page)).toBeVisible();
    clearInterval(flow);
    sendLines(question, 40);
    await expect.poll(pixelsBelow(page)).toBeGreaterThan(500);
    question.finish();
    await expect(chat.status).toHaveText("Done");
    await page.keyboard.press("End");
    await expect(jumpButton(page)).toBeHidden();
  });
}

test("keys in the box don't stop the following", async ({ chat, upstream, page }) => {
  const question = await askLong(chat, upstream, "A long one", 80);
  await chat.box.pressSequentially("a draft");
  for (const key of ["Home", "ArrowUp", "PageUp", "End"]) await chat.box.press(key);
  sendLines(question, 40);
  await expect.poll(pixelsBelow(page)).toBeLessThan(2);
  await expect(jumpButton(page)).toBeHidden();
  question.finish();
  await expect(chat.status).toHaveText("Done");
});

test.describe("on a touch screen", () => {
  test.use({ hasTouch: true });

  test("a drag with a finger stops the following", async ({ chat, upstream, page }) => {
    const question = await askLong(chat, upstream, "A long one", 80);
    const flow = setInterval(() => question.delta("More. "), 20);
    const box = (await main(page).boundingBox())!;
    const hand = await page.context().newCDPSession(page);
    const touch = (type: "touchStart" | "touchMove" | "touchEnd", ...touchPoints: { x: number; y: number }[]) =>
      hand.send("Input.dispatchTouchEvent", { type, touchPoints });
    const [x, y] = [box.x + box.width / 2, box.y + 100];
    await touch("touchStart", { x, y });
    for (let moved = 10; moved <= 200; moved += 10) await touch("touchMove", { x, y: y + moved });
    await touch("touchEnd");
    await expect(jumpButton(page)).toBeVisible();
    clearInterval(flow);
    sendLines(question, 40);
    await expect.poll(pixelsBelow(page)).toBeGreaterThan(500);
    question.finish();
    await expect(chat.status).toHaveText("Done");
  });
});

const barred = test.extend<{ context: BrowserContext; page: Page }>({
  // Headless browsers hide scroll bars by default.
  context: async ({ playwright, launchOptions, baseURL }, use) => {
    const browser = await playwright.chromium.launch({ ...launchOptions, ignoreDefaultArgs: ["--hide-scrollbars"] });
    await use(await browser.newContext({ baseURL }));
    await browser.close();
  },
  page: async ({ context }, use) => use(await context.newPage()),
});

barred("dragging the scroll bar stops the following", async ({ chat, upstream, page }) => {
  const question = await askLong(chat, upstream, "A long one", 80);
  const flow = setInterval(() => question.delta("More. "), 20);
  const box = (await main(page).boundingBox())!;
  const x = box.x + box.width - 5;
  await page.mouse.move(x, box.y + box.height - 30);
  await page.mouse.down();
  await page.mouse.move(x, box.y + box.height - 130, { steps: 10 });
  await expect(jumpButton(page)).toBeVisible();
  await page.mouse.up();
  clearInterval(flow);
  sendLines(question, 40);
  await expect.poll(pixelsBelow(page)).toBeGreaterThan(500);
  question.finish();
  await expect(chat.status).toHaveText("Done");
});

test("scrolling by a tool is obeyed when nothing grows", async ({ chat, upstream, page }) => {
  const question = await askLong(chat, upstream, "A long one", 80);
  question.finish();
  await expect(chat.status).toHaveText("Done");
  await page.waitForTimeout(500); // the list has settled
  await main(page).evaluate((main) => (main.scrollTop -= 200)); // find in page, a screen reader
  await expect(jumpButton(page)).toBeVisible();
  expect(await pixelsBelow(page)()).toBe(200);
});
