import config from "./playwright.config";

export default { ...config, testMatch: "tools/icons.ts" };
