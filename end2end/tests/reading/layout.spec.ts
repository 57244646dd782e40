// Each page, wide and narrow, light and dark: nothing overflows, each control has a name, motion can be turned off.

import type { Page } from "@playwright/test";
import { Chat } from "../../support/chat-page";
import { expect, test as base } from "../../support/fixtures";

const PAGES: { name: string; path: string; missing?: boolean }[] = [
  { name: "the chat", path: "/" },
  { name: "the essay's page", path: "/task" },
  { name: "a page that isn't there", path: "/no/such/page", missing: true },
];
const WIDTHS = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } };

// Chromium logs the 404 of the missing page.
const test = base.extend<{ notFound: void }>({
  notFound: [
    async ({ consoleErrors }, use) => {
      consoleErrors.allow(/status of 404 \(Not Found\)/);
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

      test("has a title, one main, one h1, and named controls", async ({ page }) => {
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
      const question = await upstream.nextQuestion();
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

  test("the header fits with long names of models", async ({ page, upstream }) => {
    upstream.models = ["short", "a-model-with-a-name-that-is-much-longer-than-its-place"];
    const chat = await new Chat(page).open();
    await chat.wake();
    await expect(page.getByRole("button", { name: /^Compare/ })).toBeVisible();
    const settings = (await page.getByRole("button", { name: "Settings", exact: true }).boundingBox())!;
    expect(settings.x + settings.width).toBeLessThanOrEqual(WIDTHS.phone.width);
  });

  test("a long list of models keeps the header on one line", async ({ page, upstream }) => {
    upstream.models = [...Array(30).keys()].map((number) => `maker/Model-${number}`);
    const chat = await new Chat(page).open();
    await chat.wake();
    const search = page.getByRole("searchbox", { name: "Search models" });
    await search.fill("maker/new");
    expect((await page.getByRole("banner").boundingBox())!.height).toBeLessThan(60);
    expect((await search.boundingBox())!.width).toBeGreaterThan(80);
    expect((await chat.model.boundingBox())!.width).toBeGreaterThan(60);
    expect(await overflow(page)).toBe(0);
  });

  test("a button opens and closes the conversations", async ({ chat, upstream, page }) => {
    const menu = page.getByRole("button", { name: "Conversations list", exact: true });
    await expect(chat.conversations).toBeHidden();
    await expect(menu).toHaveAttribute("aria-expanded", "false");
    await chat.ask("About cats");
    (await upstream.nextQuestion()).finish();
    await menu.click();
    await expect(menu).toHaveAttribute("aria-expanded", "true");
    await expect(chat.conversations).toBeVisible();
    await chat.newChat.click();
    await expect(chat.conversations).toBeHidden();
    await expect(chat.log.getByRole("article")).toHaveCount(0);
  });

  test("a touch outside or Escape only closes the conversations", async ({ chat, page }) => {
    const menu = page.getByRole("button", { name: "Conversations list", exact: true });
    const idea = (await page.getByRole("button", { name: /limerick/ }).boundingBox())!;
    const model = (await chat.model.boundingBox())!;
    const beside = [
      [idea.x + idea.width - 5, idea.y + idea.height / 2],
      [model.x + model.width - 5, model.y + model.height / 2],
    ];
    for (const [x, y] of beside) {
      await menu.click();
      await expect(chat.conversations).toBeVisible();
      await page.mouse.click(x, y);
      await expect(chat.conversations).toBeHidden();
      await expect(chat.box).toHaveValue("");
      await expect(chat.model).not.toBeFocused();
    }
    await menu.click();
    await expect(chat.conversations).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(chat.conversations).toBeHidden();
    await menu.click();
    await expect(chat.conversations).toBeVisible();
    await menu.click();
    await expect(chat.conversations).toBeHidden();
  });
});

for (const hasTouch of [false, true]) {
  test.describe(hasTouch ? "under fingers" : "with a mouse", () => {
    test.use({ hasTouch, isMobile: hasTouch });

    test("the versions of a question are visible at once", async ({ chat, upstream, page }) => {
      await chat.ask("Heads?");
      (await upstream.nextQuestion()).finish();
      await expect(chat.status).toHaveText("Done");
      const question = chat.message(0);
      await chat.action(question, "Edit").click();
      await chat.box.fill("Tails?");
      await chat.box.press("Enter");
      (await upstream.nextQuestion()).finish();
      await expect(question).toContainText("2/2");
      await page.mouse.move(1, 1);
      await expect(chat.action(question, "Previous version").locator("..")).toHaveCSS("opacity", "1");
      await expect(chat.action(question, "Edit")).toHaveCSS("opacity", hasTouch ? "1" : "0");
    });
  });
}

for (const knows of [true, false]) {
  test(`the box grows ${knows ? "with" : "without"} the browser's field-sizing`, async ({ page }) => {
    if (!knows) await page.addInitScript(() => (CSS.supports = () => false));
    const chat = await new Chat(page).open();
    if (!knows) await chat.box.evaluate((box) => box.style.setProperty("field-sizing", "fixed"));
    await chat.wake();
    const height = async () => (await chat.box.boundingBox())!.height;
    const row = await height();
    await chat.box.fill("a word that is one of many ".repeat(20));
    await expect.poll(height).toBeGreaterThan(3 * row);
    await chat.box.fill("one\ntwo\nthree");
    await expect.poll(height).toBeLessThan(3 * row);
    expect(await height()).toBeGreaterThan(2 * row);
    await chat.box.fill("line\n".repeat(100));
    await expect.poll(height, "and no further").toBeLessThanOrEqual(320);
    await chat.box.fill("");
    await expect.poll(height).toBe(row);
  });
}

test.describe("motion", () => {
  for (const reducedMotion of ["no-preference", "reduce"] as const) {
    const some = reducedMotion === "no-preference";
    test(some ? "shows that an answer is being written" : "is none for who asks for less", async ({ page, upstream }) => {
      await page.emulateMedia({ reducedMotion });
      const chat = await new Chat(page).open();
      await chat.ask("Move!");
      const question = await upstream.nextQuestion();
      const running = () => page.evaluate(() => document.getAnimations().length);
      const check = async (when: string) => {
        if (some) expect(await running(), when).toBeGreaterThan(0);
        else expect(await running(), when).toBe(0);
      };
      await expect(chat.stop).toBeVisible();
      await check("before the first word");
      for (const [what, end] of Object.entries(ENDS)) {
        question.delta(`\n\n${end}`);
        await expect(chat.answer).toContainText(what);
        await check(what);
      }
      question.finish();
      await expect(chat.status).toHaveText("Done");
      await expect.poll(running, "and it ends with the answer").toBe(0);
    });
  }
});

/** Possible ends of a growing answer, by a word in each. */
const ENDS = { sentence: "A sentence", item: "- An item", cell: "| head |\n|---|\n| cell |", code: "```\ncode" };

/** The page's overflow to the right, in pixels. */
function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** The relative luminance of the page's background and text, as WCAG defines it. Runs in the page. */
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

test("the last answer's end isn't repeated under it", async ({ chat, upstream, page }) => {
  const ending = chat.answer.locator(".ending");
  await chat.ask("What fails at once?");
  (await upstream.nextQuestion()).fail(500, { error: { message: "out of memory" } });
  await expect(chat.alert).toContainText("out of memory");
  await expect(chat.status).toHaveText("Failed");
  await expect(ending).not.toContainText("Incomplete");

  await chat.newChat.click();
  await chat.ask("What is interrupted?");
  (await upstream.nextQuestion()).delta("It is");
  await expect(chat.answer).toContainText("It is");
  await page.reload();
  await expect(chat.status).toHaveText("Interrupted");
  await expect(ending).not.toContainText("Interrupted");

  await chat.ask("And what is stopped?");
  (await upstream.nextQuestion()).delta("This is");
  await expect(chat.answer).toContainText("This is");
  await expect(chat.message(1).locator(".ending"), "it is no longer the last one").toContainText("Interrupted");
  await chat.stop.click();
  await expect(chat.status).toContainText("Stopped");
  await expect(ending).not.toContainText("Stopped");
});
