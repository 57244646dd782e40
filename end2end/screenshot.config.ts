import config from "./playwright.config";

export default { ...config, testMatch: "tools/screenshot.ts" };
