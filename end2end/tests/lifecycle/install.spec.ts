// The page as an installed app.

import { expect, test } from "../../support/fixtures";

test("a browser can install the page", async ({ chat, page }) => {
  const browser = await page.context().newCDPSession(page);
  const { installabilityErrors } = await browser.send("Page.getInstallabilityErrors");
  const errors = installabilityErrors.map(({ errorId }) => errorId);
  expect(errors.filter((error) => error !== "in-incognito")).toEqual([]); // tests run in a private context
  const { manifest, errors: mistakes } = await browser.send("Page.getAppManifest");
  expect(mistakes).toEqual([]);
  expect(manifest?.startUrl).toBe(new URL("/", page.url()).href);
  await expect(chat.box).toBeVisible();
});

test("each icon is as the manifest says", async ({ chat, page }) => {
  const manifest = await page.request.get("/manifest.webmanifest");
  expect(manifest.headers()["content-type"]).toBe("application/manifest+json");
  const { icons } = (await manifest.json()) as { icons: { src: string; sizes: string; type: string }[] };
  icons.push({ src: "/apple-touch-icon.png", sizes: "180x180", type: "image/png" });
  for (const { src, sizes, type } of icons) {
    expect((await page.request.get(src)).headers()["content-type"]).toBe(type);
    const size = await page.evaluate(async (src) => {
      const icon = new Image();
      icon.src = src;
      await icon.decode();
      return `${icon.naturalWidth}x${icon.naturalHeight}`;
    }, src);
    if (sizes !== "any") expect(size).toBe(sizes);
  }
  await expect(chat.box).toBeVisible();
});
