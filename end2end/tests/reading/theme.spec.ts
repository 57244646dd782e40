// The theme, light or dark: chosen, or that of the system.

import type { Page } from "@playwright/test";
import { expect, test } from "../../support/fixtures";

const DAY = { light: true, scheme: "light", around: ["#fcfaf6"] };
const NIGHT = { light: false, scheme: "dark", around: ["#0e1322"] };

test("the theme follows the system until one is chosen", async ({ chat, page }) => {
  const either = (theme: object) => ({ ...theme, scheme: "light dark" });
  await expect(themePicker(page)).toHaveValue("");
  await page.emulateMedia({ colorScheme: "dark" });
  expect(await appearance(page)).toEqual(either(NIGHT));
  await page.emulateMedia({ colorScheme: "light" });
  expect(await appearance(page)).toEqual(either(DAY));

  await themePicker(page).selectOption("Dark");
  expect(await appearance(page)).toEqual(NIGHT);
  await page.reload();
  await chat.alive();
  await expect(themePicker(page)).toHaveValue("dark");
  expect(await appearance(page)).toEqual(NIGHT);

  await page.emulateMedia({ colorScheme: "dark" });
  await themePicker(page).selectOption("Light");
  expect(await appearance(page)).toEqual(DAY);
  await themePicker(page).selectOption("As the system");
  expect(await appearance(page)).toEqual(either(NIGHT));
});

test("the theme works before paint and before the code arrives", async ({ chat, page }) => {
  await themePicker(page).selectOption("Dark");
  await page.route("**/*.{js,wasm}", () => {}); // the request stays unanswered
  await page.reload({ waitUntil: "commit" });
  const first = await page.evaluate(async () => {
    await new Promise(requestAnimationFrame);
    return document.documentElement.dataset.theme;
  });
  expect(first).toBe("dark");
  await expect(chat.box).toBeVisible();
  expect(await appearance(page)).toEqual(NIGHT);
  await expect(themePicker(page)).toHaveValue("dark");
  await themePicker(page).selectOption("Light");
  expect(await appearance(page)).toEqual(DAY);
});

test("the theme is the same in every tab and page", async ({ chat, page, context }) => {
  const other = await context.newPage();
  await other.goto("/task");
  await themePicker(page).selectOption("Dark");
  await expect.poll(() => appearance(other)).toEqual(NIGHT);
  await chat.conversations.getByRole("link", { name: "How it works" }).click();
  await expect(page.getByRole("heading", { name: "A page and its task" })).toBeVisible();
  await page.goBack();
  await expect(themePicker(page)).toHaveValue("dark");
});

test("the theme can be chosen without storage", async ({ page, chat }) => {
  await page.addInitScript(() =>
    Object.defineProperty(window, "localStorage", {
      get: () => {
        throw new DOMException("refused", "SecurityError");
      },
    }),
  );
  await page.reload();
  await chat.alive();
  await themePicker(page).selectOption("Dark");
  expect(await appearance(page)).toEqual(NIGHT);
});

function themePicker(page: Page) {
  return page.getByRole("combobox", { name: "Theme", exact: true });
}

/** The page's colour scheme, and the colour of the browser's own controls around it. */
function appearance(page: Page) {
  return page.evaluate(() => {
    const ground = getComputedStyle(document.documentElement).backgroundColor;
    const metas = (name: string) => [...document.querySelectorAll<HTMLMetaElement>(`meta[name=${name}]`)];
    return {
      light: Number(/oklch\(([\d.]+)/.exec(ground)?.[1]) > 0.5,
      scheme: metas("color-scheme")[0].content,
      around: metas("theme-color").flatMap(({ media, content }) => (matchMedia(media).matches ? [content] : [])),
    };
  });
}
