import config from "./playwright.config";

export default { ...config, testMatch: "icons.ts" };
