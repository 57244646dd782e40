// The icons of the installed app, drawn from favicon.svg: `npm run icons` makes them again.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test, type Page } from "@playwright/test";

const FOLDER = join(__dirname, "../../app/public");
const NIGHT = "#161b33";

// The system rounds some icons itself. These have square corners, and their stars stay clear of the edge.
const ICONS = [
  { name: "icon-192.png", size: 192, rounded: true },
  { name: "icon-512.png", size: 512, rounded: true },
  { name: "icon-maskable-512.png", size: 512, rounded: false },
  { name: "apple-touch-icon.png", size: 180, rounded: false },
];

for (const { name, size, rounded } of ICONS) {
  test(name, async ({ page }) => {
    await page.setViewportSize({ width: size, height: size });
    await draw(page, rounded);
    await page.screenshot({ path: join(FOLDER, name), omitBackground: rounded });
  });
}

async function draw(page: Page, rounded: boolean): Promise<void> {
  const svg = await readFile(join(FOLDER, "favicon.svg"), "utf8");
  await page.setContent(`<style>
    body { margin: 0; height: 100vh; background: ${rounded ? "none" : NIGHT}; display: grid; place-items: center }
    svg { width: ${rounded ? 100 : 84}%; aspect-ratio: 1 }
  </style>${svg}`);
}
