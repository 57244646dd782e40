// The browsers that Playwright drives: Chromium, and its builds of Firefox and WebKit where they can be downloaded.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser as Playwright, BrowserContext, BrowserServer, BrowserType, LaunchOptions, Page } from "@playwright/test";
import type { Browser, Settings, Tab } from "./browser";
import { PagedTab } from "./paged";
import { LIMIT_MS } from "./webdriver";

const NAMES: Record<string, string> = { chromium: "Chromium", firefox: "Firefox", webkit: "WebKit" };

const LOOK = { viewport: { width: 1280, height: 900 }, ignoreHTTPSErrors: true };

export class Played implements Browser {
  readonly complaints: string[] = [];

  private constructor(
    readonly name: string,
    readonly profile: string,
    private readonly context: BrowserContext,
    private readonly browser: Playwright | undefined,
    private readonly server: BrowserServer | undefined,
  ) {
    context.setDefaultTimeout(LIMIT_MS);
    context.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) this.complaints.push(`${message.type()}: ${message.text()}`);
    });
    context.on("weberror", (error) => this.complaints.push(`uncaught: ${error.error().stack}`));
    context.on("page", (page) => {
      page.on("download", (download) => void download.saveAs(join(profile, download.suggestedFilename())));
      page.on("dialog", (dialog) => void dialog.accept().catch(() => {}));
    });
  }

  static async start(type: BrowserType, options: LaunchOptions, settings: Settings = {}): Promise<Played> {
    const { profile, private: secret, javascript, wasm } = settings;
    const folder = profile ?? (await mkdtemp(join(tmpdir(), `${type.name()}-`)));
    const firefoxUserPrefs = wasm === false ? { "javascript.options.wasm": false } : undefined;
    const look = { ...LOOK, javaScriptEnabled: javascript };
    if (profile && !secret) {
      const context = await type.launchPersistentContext(folder, { ...options, ...look, firefoxUserPrefs });
      return new Played(type.name(), folder, context, undefined, undefined);
    }
    // A browser server, since only that has the process.
    const server = await type.launchServer({ ...options, firefoxUserPrefs });
    const browser = await type.connect(server.wsEndpoint());
    return new Played(type.name(), folder, await browser.newContext(look), browser, server);
  }

  get version(): string {
    return `${NAMES[this.name]} ${(this.browser ?? this.context.browser())?.version()}`;
  }

  async tab(): Promise<Tab> {
    const page = await this.context.newPage();
    await page.addInitScript(() => {
      const tell = (event: SecurityPolicyViolationEvent) => console.error(`violates ${event.violatedDirective}: ${event.blockedURI}`);
      addEventListener("securitypolicyviolation", tell, true);
    });
    return new PlayedTab(page);
  }

  async finds(text: string): Promise<boolean> {
    const seen = await Promise.all(this.context.pages().map((page) => page.locator("body").innerText()));
    return seen.some((words) => words.includes(text));
  }

  async kill(): Promise<void> {
    // Playwright starts it in its own process group.
    if (this.server) process.kill(-this.server.process().pid!, "SIGKILL");
    else await this.context.close();
  }

  async quit(): Promise<void> {
    await this.context.close();
    await this.server?.close();
  }

  async end(): Promise<void> {
    await this.context.close().catch(() => {}); // the browser may have been killed
    await this.server?.kill();
    await rm(this.profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

class PlayedTab extends PagedTab<Page> {
  async wheel(x: number, y: number, pixels: number): Promise<void> {
    await this.page.mouse.move(x, y);
    await this.page.mouse.wheel(0, pixels);
  }

  async key(chord: string): Promise<void> {
    await this.page.keyboard.press(chord);
  }

  async upload(selector: string, ...paths: string[]): Promise<void> {
    await this.page.locator(selector).setInputFiles(paths);
  }

  async resize(width: number, height: number): Promise<void> {
    await this.page.setViewportSize({ width, height });
  }

  async slowDown(rate: number): Promise<void> {
    const machine = await this.page.context().newCDPSession(this.page);
    await machine.send("Emulation.setCPUThrottlingRate", { rate });
  }
}
