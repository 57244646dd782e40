// Every page, wide and narrow, by day and by night: nothing sticks out, everything has a name, nothing moves unasked.

import type { Page } from "@playwright/test";
import { Chat } from "./support/chat";
import { expect, test as base } from "./support/fixtures";

const PAGES: { name: string; path: string; missing?: boolean }[] = [
  { name: "the chat", path: "/" },
  { name: "the essay's page", path: "/task" },
  { name: "a page that isn't there", path: "/no/such/page", missing: true },
];
const WIDTHS = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } };

// The page that isn't there is logged as what it is.
const test = base.extend<{ notFound: void }>({
  notFound: [
    async ({ complaints }, use) => {
      complaints.allow(/status of 404 \(Not Found\)/);
      await use();
    },
    { auto: true },
  ],
});

for (const { name, path, missing } of PAGES) {
  for (const [device, viewport] of Object.entries(WIDTHS)) {
    test.describe(`${name} on a ${device}`, () => {
      test.use({ viewport });

      for (const colorScheme of ["light", "dark"] as const) {
        test(`fits, and can be read, in the ${colorScheme}`, async ({ page }) => {
          await page.emulateMedia({ colorScheme });
          const response = await page.goto(path);
          expect(response?.status()).toBe(missing ? 404 : 200);
          await expect(page.locator("html[data-ready]")).toBeAttached();
          expect(await overflow(page)).toBe(0);
          const [ground, ink] = await page.evaluate(colours);
          if (colorScheme === "dark") expect(ink).toBeGreaterThan(ground);
          else expect(ink).toBeLessThan(ground);
          const contrast = (Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05);
          expect(contrast).toBeGreaterThan(7);
        });
      }

      test("has a title, one main part, one heading above all, and a name for every control", async ({ page }) => {
        await page.goto(path);
        await expect(page.locator("html[data-ready]")).toBeAttached();
        await expect(page).toHaveTitle(/Starcrossed/);
        await expect(page.getByRole("main")).toHaveCount(1);
        await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1);
        for (const role of ["button", "link", "textbox", "combobox", "checkbox", "navigation"] as const) {
          for (const control of await page.getByRole(role).all()) {
            await expect(control, role).toHaveAccessibleName(/\S/);
          }
        }
      });
    });
  }
}

for (const [device, viewport] of Object.entries(WIDTHS)) {
  test.describe(`a conversation on a ${device}`, () => {
    test.use({ viewport });

    test("fits, however long its words are", async ({ chat, upstream, page }) => {
      await chat.ask(`What is ${"very".repeat(100)} long?`);
      const question = await upstream.asked();
      question.delta(`${"x".repeat(500)}\n\n\`\`\`\n${"let x = 1; ".repeat(50)}\n\`\`\`\n\nhttps://example.org/${"a/".repeat(200)}\n`);
      await expect(chat.answer).toContainText("https://");
      expect(await overflow(page)).toBe(0);
      for (const article of await chat.log.getByRole("article").all()) {
        const box = await article.boundingBox();
        expect(box!.x + box!.width).toBeLessThanOrEqual(viewport.width);
      }
      question.finish();
      await expect(chat.status).toHaveText("Done");
      expect(await overflow(page)).toBe(0);
    });
  });
}

test.describe("on a phone", () => {
  test.use({ viewport: WIDTHS.phone });

  test("the conversations come and go with a button", async ({ chat, upstream, page }) => {
    const menu = page.getByRole("button", { name: "Conversations list", exact: true });
    await expect(chat.conversations).toBeHidden();
    await expect(menu).toHaveAttribute("aria-expanded", "false");
    await chat.ask("About cats");
    (await upstream.asked()).finish();
    await menu.click();
    await expect(menu).toHaveAttribute("aria-expanded", "true");
    await expect(chat.conversations).toBeVisible();
    await chat.newChat.click();
    await expect(chat.conversations).toBeHidden();
    await expect(chat.log.getByRole("article")).toHaveCount(0);
  });
});

test.describe("motion", () => {
  for (const reducedMotion of ["no-preference", "reduce"] as const) {
    const some = reducedMotion === "no-preference";
    test(some ? "shows that an answer is being written" : "is none for who asks for less", async ({ page, upstream }) => {
      await page.emulateMedia({ reducedMotion });
      const chat = await new Chat(page).open();
      await chat.ask("Move!");
      const question = await upstream.asked();
      question.delta("I");
      await expect(chat.answer).toContainText("I");
      const running = () => page.evaluate(() => document.getAnimations().length);
      if (some) expect(await running()).toBeGreaterThan(0);
      else expect(await running()).toBe(0);
      question.finish();
      await expect(chat.status).toHaveText("Done");
      await expect.poll(running, "and it ends with the answer").toBe(0);
    });
  }
});

/** By how many pixels the page is wider than the window. */
function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** The relative luminance of the page's ground and of its text, as WCAG defines it. Runs in the page. */
function colours(): number[] {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true })!;
  const luminance = (colour: string) => {
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data]
      .map((value) => value / 255)
      .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const style = getComputedStyle(document.documentElement);
  return [style.backgroundColor, style.color].map(luminance);
}
