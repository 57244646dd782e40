import config from "./playwright.config";

// Alone on the machine, and without a trace, which would be measured as well.
export default {
  ...config,
  testMatch: "stop-latency/measure.ts",
  fullyParallel: false,
  workers: 1,
  timeout: 7_200_000,
  use: { ...config.use, trace: "off" as const, actionTimeout: 60_000 },
};
