import { defineConfig } from "@playwright/test";

// CHROMIUM names a browser where Playwright can't download its own. Either way it is the whole browser: the headless
// shell has no back/forward cache.
const browser = process.env.CHROMIUM ? { executablePath: process.env.CHROMIUM } : {};

// Nothing that would talk to anybody but the server under test.
const args = [
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-gpu",
  "--disable-quic",
  "--disable-sync",
  "--no-first-run",
];
const asRoot = process.getuid?.() === 0 ? ["--no-sandbox"] : [];

export default defineConfig({
  testMatch: "*.spec.ts",
  // The same on every system: what is compared is text.
  snapshotPathTemplate: "{testDir}/{testFilePath}-snapshots/{arg}{ext}",
  fullyParallel: true,
  workers: 2,
  // A test that passes only sometimes has found a bug: in the program, or in itself.
  retries: 0,
  forbidOnly: !!process.env.CI,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: "list",
  use: {
    channel: process.env.CHROMIUM ? undefined : "chromium",
    launchOptions: { ...browser, args: [...args, ...asRoot] },
    trace: "retain-on-failure",
  },
});
