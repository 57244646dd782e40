// Firefox, driven by puppeteer over WebDriver BiDi.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import puppeteer, { type Browser as Puppet, type KeyInput, type Page } from "puppeteer-core";
import type { Browser, Settings, Tab } from "./browser";
import { find, Leash, limited } from "./leash";
import { PagedTab } from "./paged";
import { LIMIT_MS, START_MS } from "./webdriver";

const PROGRAMS = ["firefox-esr", "firefox"];
const MOUSE = 6; // hover and a fine pointer

const PREFERENCES = {
  // Without a screen it assumes that there is no mouse.
  "ui.primaryPointerCapabilities": MOUSE,
  "ui.allPointerCapabilities": MOUSE,
  "dom.events.testing.asyncClipboard": true,
  "browser.download.folderList": 2,
  "browser.download.useDownloadDir": true,
  "browser.shell.checkDefaultBrowser": false,
  "browser.startup.page": 0,
  "browser.sessionstore.resume_from_crash": false,
  "datareporting.policy.dataSubmissionEnabled": false,
  "toolkit.telemetry.enabled": false,
  "app.normandy.enabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
};

export class Firefox implements Browser {
  readonly name = "Firefox";
  readonly complaints: string[] = [];

  private constructor(
    readonly profile: string,
    private readonly process: Leash,
    private readonly puppet: Puppet,
    readonly version: string,
  ) {}

  static async missing(): Promise<string | undefined> {
    return (await find(...PROGRAMS)) ? undefined : `${PROGRAMS[0]} is not installed here`;
  }

  static async start({ profile, private: secret, javascript, wasm }: Settings = {}): Promise<Firefox> {
    const folder = profile ?? (await mkdtemp(join(tmpdir(), "firefox-")));
    const preferences: Record<string, boolean | number | string> = { ...PREFERENCES, "browser.download.dir": folder };
    if (secret) preferences["browser.privatebrowsing.autostart"] = true;
    if (javascript === false) preferences["javascript.enabled"] = false;
    if (wasm === false) preferences["javascript.options.wasm"] = false;
    const lines = Object.entries(preferences).map(([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});`);
    await writeFile(join(folder, "user.js"), lines.join("\n"));
    const program = (await find(...PROGRAMS))!;
    const args = ["--headless", "--no-remote", "--remote-debugging-port=0", "--profile", folder];
    const process = Leash.start(program, args, { HOME: folder });
    try {
      const address = await process.line(/WebDriver BiDi listening on (ws:\S+)/);
      const puppet = await puppeteer.connect({
        browserWSEndpoint: `${address}/session`,
        protocol: "webDriverBiDi",
        acceptInsecureCerts: true,
        protocolTimeout: START_MS,
        defaultViewport: { width: 1280, height: 900 },
      });
      return new Firefox(folder, process, puppet, (await puppet.version()).replace("firefox/", "Firefox "));
    } catch (error) {
      await process.end();
      if (!profile) await rm(folder, { recursive: true, force: true });
      throw new Error(`Firefox did not start: ${String(error)}\n${process.output.join("\n")}`);
    }
  }

  async tab(): Promise<Tab> {
    const page = await this.puppet.newPage();
    page.setDefaultTimeout(LIMIT_MS);
    page.on("console", (message) => {
      if (["error", "warn"].includes(message.type())) this.complaints.push(`${message.type()}: ${message.text()}`);
    });
    page.on("pageerror", (error) => this.complaints.push(`uncaught: ${String(error)}`));
    page.on("dialog", (dialog) => void dialog.accept().catch(() => {}));
    await page.evaluateOnNewDocument(() => {
      const tell = (event: SecurityPolicyViolationEvent) => console.error(`violates ${event.violatedDirective}: ${event.blockedURI}`);
      addEventListener("securitypolicyviolation", tell, true);
    });
    return new FirefoxTab(page);
  }

  async finds(text: string): Promise<boolean> {
    const pages = await this.puppet.pages();
    const seen = await Promise.all(pages.map((page) => page.$eval("body", (body) => (body as HTMLElement).innerText)));
    return seen.some((words) => words.includes(text));
  }

  async kill(): Promise<void> {
    await this.process.end();
  }

  async end(): Promise<void> {
    await this.process.end();
    await rm(this.profile, { recursive: true, force: true, maxRetries: 5 });
  }

  async quit(): Promise<void> {
    await limited("Firefox to quit", LIMIT_MS, this.puppet.close());
    await limited("Firefox to be gone", LIMIT_MS, this.process.gone).catch(() => this.process.end());
  }
}

class FirefoxTab extends PagedTab<Page> {
  async wheel(x: number, y: number, pixels: number): Promise<void> {
    await this.page.mouse.move(x, y);
    await this.page.mouse.wheel({ deltaY: pixels });
  }

  async key(chord: string): Promise<void> {
    const keys = chord.split("+").map((key) => (key === "Space" ? " " : key)) as KeyInput[];
    for (const key of keys) await this.page.keyboard.down(key);
    for (const key of keys.reverse()) await this.page.keyboard.up(key);
  }

  async upload(selector: string, ...paths: string[]): Promise<void> {
    const input = await this.page.$(selector);
    await (input as import("puppeteer-core").ElementHandle<HTMLInputElement>).uploadFile(...paths);
  }

  async resize(width: number, height: number): Promise<void> {
    await this.page.setViewport({ width, height });
  }
}
