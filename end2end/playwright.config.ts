// Every kind of run is a project, and each command names the one that it wants:
//
//   npm test                                    the tests in Chromium
//   npm test -- scroll                          those in files whose path has "scroll" in it
//   npm run engines                             the checks in Firefox and in WebKit: browsers/checks
//   npx playwright test --project=Chromium      the same checks in Chromium, to try the checks themselves
//   npm run benchmark | stop-latency | icons | screenshot
//
// Without `--project` Playwright runs all of them, measurements included.

import { defineConfig, type Project } from "@playwright/test";
import { CHROMIUM } from "./support/chromium";

/** A run in Chromium, by the driver that Playwright comes with. */
const use: Project["use"] = { ...CHROMIUM, trace: "retain-on-failure" };

/** Alone on the machine, and without a trace: it records every change of the page, and would be measured too. */
const measured: Project = { workers: 1, use: { ...use, trace: "off" } };

/** The same checks in each engine, by whichever protocol drives it: browsers/driver. One browser serves all checks. */
function engine(name: "Chromium" | "Firefox" | "WebKit"): Project<object, { engine: string }> {
  return { name, testDir: "browsers/checks", testMatch: "*.ts", workers: 1, timeout: 90_000, use: { engine: name } };
}

export default defineConfig<object, { engine: string }>({
  workers: 2,
  // A test that passes only sometimes has found a bug: in the program, or in itself.
  retries: 0,
  forbidOnly: !!process.env.CI,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: "list",
  // Snapshots are text, the same on every system.
  snapshotPathTemplate: "{testDir}/{testFilePath}-snapshots/{arg}{ext}",
  projects: [
    { name: "tests", testDir: "tests", fullyParallel: true, use },
    engine("Chromium"),
    engine("Firefox"),
    engine("WebKit"),
    { name: "benchmark", testDir: "benchmark", testMatch: "*.ts", timeout: 600_000, ...measured },
    {
      name: "stop-latency",
      testDir: "stop-latency",
      testMatch: "measure.ts",
      timeout: 7_200_000,
      ...measured,
      use: { ...measured.use, actionTimeout: 60_000 },
    },
    { name: "icons", testDir: "tools", testMatch: "icons.ts", fullyParallel: true, use },
    { name: "screenshot", testDir: "tools", testMatch: "screenshot.ts", use },
  ],
});
