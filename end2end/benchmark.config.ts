import config from "./playwright.config";

// Alone on the machine, and without a trace: that records every change of the page, and would be what is measured.
export default {
  ...config,
  testMatch: "benchmark/*.ts",
  workers: 1,
  timeout: 600_000,
  use: { ...config.use, trace: "off" as const },
};
