// The browsers by name: the start of each, and the reason if it can't start on this machine.

import { chromium, firefox, webkit, type BrowserType, type LaunchOptions } from "@playwright/test";
import { CHROMIUM } from "../support/chromium";
import type { Browser, Settings } from "./driver/browser";
import { Firefox } from "./driver/firefox";
import { Played } from "./driver/playwright";
import { WebKit } from "./driver/webkit";

interface Engine {
  start(settings?: Settings): Promise<Browser>;
  missing(): Promise<string | undefined>;
}

/** The browsers that Playwright could download, from .ci/setup-browsers. */
const OWN = (process.env.OWN_BROWSERS ?? "").split(" ");

export const ENGINES: Record<"Chromium" | "Firefox" | "WebKit", Engine> = {
  Chromium: played(chromium, { ...CHROMIUM.launchOptions, channel: CHROMIUM.channel }),
  Firefox: OWN.includes("firefox") ? played(firefox) : Firefox,
  WebKit: OWN.includes("webkit") ? played(webkit) : WebKit,
};

function played(type: BrowserType, options: LaunchOptions = {}): Engine {
  return { start: (settings) => Played.start(type, options, settings), missing: async () => undefined };
}
