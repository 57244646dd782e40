// Only the conversation scrolls, and nothing moves by itself.

import type { Page } from "@playwright/test";
import { Chat } from "../../support/chat-page";
import { expect, test } from "../../support/fixtures";
import { drawn } from "../../support/frames";

const SIZES = { desktop: { width: 1366, height: 768 }, phone: { width: 390, height: 844 } };

/** The elements that are out of place. Runs in the page. */
function displaced(): string[] {
  const frame = [document.scrollingElement!, document.body, ...document.querySelectorAll(".chat, .talk, header.bar, .composer-bar")];
  const scrolled = frame.filter((part) => part.scrollTop || part.scrollLeft).map((part) => `${part.localName}.${part.className}`);
  const top = document.querySelector("header.bar")!.getBoundingClientRect().top;
  const bottom = document.querySelector("section.composer-bar")!.getBoundingClientRect().bottom;
  if (top !== 0) scrolled.push(`the header is at ${top}`);
  if (Math.abs(bottom - innerHeight) > 1) scrolled.push(`the foot ends at ${bottom} of ${innerHeight}`);
  const { scrollWidth, scrollHeight, clientWidth, clientHeight } = document.documentElement;
  if (scrollHeight > clientHeight || scrollWidth > clientWidth) scrolled.push(`the document is ${scrollWidth} x ${scrollHeight}`);
  return scrolled;
}

for (const [device, viewport] of Object.entries(SIZES)) {
  test.describe(`on a ${device}`, () => {
    test.use({ viewport });

    test("nothing but the conversation ever scrolls", async ({ chat, upstream, page }) => {
      const still = async (what: string) => expect(await page.evaluate(displaced), what).toEqual([]);
      await chat.ask("At length");
      const question = await upstream.nextQuestion();
      const code = "```\n" + "let x = 1; ".repeat(50) + "\n```\n\n";
      question.delta("A claim[^1].\n\n" + "A needle in a line of the answer.\n\n".repeat(60) + code + "- [x] a task\n\n[^1]: It is true.\n");
      question.finish();
      await expect(chat.status).toHaveText("Done");
      await still("an answer");

      const main = (await page.getByRole("main").boundingBox())!;
      for (const y of [20, main.y + 100, viewport.height - 20]) {
        for (const x of device === "phone" ? [200] : [100, 800]) {
          await page.mouse.move(x, y);
          for (const pixels of [2000, -100, 2000]) await page.mouse.wheel(0, pixels);
          await still(`a wheel at ${x}, ${y}`);
        }
      }
      await page.getByRole("main").evaluate((main) => main.scrollTo(0, 0));
      await chat.answer.getByRole("link", { name: "1" }).first().click();
      await expect(page).toHaveURL(/#/);
      await still("a footnote");

      if (device === "phone") await page.getByRole("button", { name: "Conversations list" }).click();
      await page.getByRole("searchbox", { name: "Search conversations" }).fill("needle");
      await chat.conversations.getByRole("link", { name: /At length/ }).click();
      await still("what a search found");
      await page.getByText("Export and import").evaluate((summary: HTMLElement) => summary.click());

      const parts = await page.evaluate(async (displaced) => {
        const check = new Function(`return (${displaced})()`) as () => string[];
        const wrong: string[] = [];
        const all = [...document.querySelectorAll<HTMLElement>("*")];
        for (const part of all) {
          for (const block of ["start", "end"] as const) {
            part.scrollIntoView({ block, inline: block });
            if (check().length) return [`${part.localName}.${part.className} scrolled into view: ${check().join()}`];
          }
          part.tabIndex = part.tabIndex < 0 ? -1 : part.tabIndex;
          part.focus();
          if (check().length) return [`${part.localName}.${part.className} focused: ${check().join()}`];
        }
        scrollTo(0, 500);
        document.scrollingElement!.scrollTop = 500;
        return wrong.concat(check());
      }, displaced.toString().replace(/^async /, ""));
      expect(parts).toEqual([]);
    });
  });
}

/** The place of each visible element, by its description. Runs in the page. */
function places(): Record<string, string> {
  const all = [...document.querySelectorAll("h1, p, button, a, textarea, select, .mark")];
  const seen = all.filter((part) => part.checkVisibility({ visibilityProperty: true, opacityProperty: true }));
  return Object.fromEntries(
    seen.map((part, at) => {
      const { x, y, width, height } = part.getBoundingClientRect();
      const name = part.getAttribute("aria-label") ?? part.textContent?.trim().slice(0, 30) ?? "";
      return [`${part.localName} ${name || at}`, [x, y, width, height].map(Math.round).join()];
    }),
  );
}

for (const [width, height] of [[1366, 600], [1366, 768], [1024, 400], [390, 844], [844, 390]]) {
  test(`the welcome stays in place as code arrives, ${width} × ${height}`, async ({ page }) => {
    await page.setViewportSize({ width, height });
    const chat = await new Chat(page).open();
    await expect(chat.model.getByRole("option")).toHaveCount(2);
    const before = await page.evaluate(places);
    expect(Object.keys(before).length).toBeGreaterThan(8);
    await page.mouse.move(300, 300);
    await page.mouse.move(310, 310);
    await expect(chat.status).toBeAttached();
    await page.waitForLoadState("networkidle");
    await drawn(page);
    const after = await page.evaluate(places);
    for (const part of Object.keys(before)) expect(after[part], part).toBe(before[part]);
  });
}

test("a new chat starts at the top, and follows its answer", async ({ chat, upstream, page }) => {
  await page.setViewportSize({ width: 1024, height: 400 });
  const main = page.getByRole("main");
  await chat.ask("At length");
  const question = await upstream.nextQuestion();
  question.delta("A line.\n\n".repeat(40));
  await expect(chat.answer.getByRole("paragraph")).toHaveCount(40);
  const below = () => main.evaluate((main) => main.scrollHeight - main.scrollTop - main.clientHeight);
  await expect.poll(below).toBeLessThan(2);
  question.finish();
  await expect(chat.status).toHaveText("Done");
  await chat.newChat.click();
  await expect(page.getByRole("heading", { name: "Ask. Watch. Stop." })).toBeInViewport({ ratio: 1 });
  expect(await main.evaluate((main) => main.scrollTop)).toBe(0);
});

test("a name field takes keys at once, but not its opening Enter", async ({ chat, upstream, page }) => {
  await chat.ask("About cats");
  (await upstream.nextQuestion()).finish();
  await expect(chat.status).toHaveText("Done");
  const field = page.getByRole("textbox", { name: "Name" });
  const rename = page.getByRole("button", { name: "Rename About cats" });
  const focused = await rename.evaluate((button) => {
    button.click();
    return document.activeElement!.getAttribute("aria-label");
  });
  expect(focused, "in the same moment").toBe("Name");
  await page.keyboard.type("Felines");
  await page.keyboard.press("Enter");
  await expect(chat.conversations.getByRole("link", { name: "Felines" })).toBeVisible();

  await page.getByRole("button", { name: "Rename Felines" }).focus();
  await page.keyboard.down("Enter");
  await page.keyboard.down("Enter"); // the key is held
  await page.keyboard.up("Enter");
  await expect(field).toBeFocused();
  await field.dispatchEvent("keydown", { key: "Enter", isComposing: true });
  await expect(field, "Enter of an input method").toBeFocused();
  await field.evaluate((field: HTMLInputElement) => {
    field.value = "Cats";
    field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
  });
  await expect(chat.conversations.getByRole("link", { name: "Cats" })).toBeVisible();
});

test("refusals and the saved notice have reserved space", async ({ chat, page }) => {
  await chat.wake();
  await page.locator("form input[type=file]").setInputFiles({ name: "a.bin", mimeType: "application/octet-stream", buffer: Buffer.from([0, 1, 2]) });
  const refused = page.locator(".refused").first();
  await expect(refused).toHaveText(/a\.bin/);
  await expect(refused).toHaveCSS("display", "block");
  await page.getByRole("button", { name: "Settings", exact: true }).click();
  await expect(page.locator(".settings .saved-notice")).toHaveCSS("display", "block");
});
