// The same checks in Firefox and in WebKit, whichever protocol drives them: browsers/driver.
//
//   npx playwright test --config browsers.config.ts stopping --project WebKit
//   ENGINES=Chromium npx playwright test --config browsers.config.ts     to try the checks themselves

import { defineConfig } from "@playwright/test";

const engines = process.env.ENGINES?.split(",") ?? ["Firefox", "WebKit"];

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
  projects: engines.map((engine) => ({ name: engine, workers: 1, use: { engine } })),
});
