// The browsers that Playwright can't drive here, each driven by a protocol of its own: browsers/driver.

import { defineConfig } from "@playwright/test";

export default defineConfig<object, { engine: string }>({
  testDir: "browsers/checks",
  testMatch: "*.ts",
  workers: 2,
  retries: 0,
  forbidOnly: !!process.env.CI,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  reporter: "list",
  // One browser for all checks of a kind, both kinds at once.
  projects: ["Firefox", "WebKit"].map((engine) => ({ name: engine, workers: 1, use: { engine } })),
});
