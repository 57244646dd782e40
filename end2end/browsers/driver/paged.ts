// A tab of a driver with a page object like those of Puppeteer and Playwright.

import type { Tab } from "./browser";
import { limited } from "./leash";
import { LIMIT_MS } from "./webdriver";

interface SharedPage {
  goto(url: string, options: { waitUntil: "domcontentloaded" }): Promise<unknown>;
  reload(options: { waitUntil: "domcontentloaded" }): Promise<unknown>;
  url(): string;
  evaluate(call: string): Promise<unknown>;
  readonly mouse: { move(x: number, y: number): Promise<void>; down(): Promise<void>; up(): Promise<void> };
  readonly keyboard: { type(text: string): Promise<void> };
  close(): Promise<void>;
}

export abstract class PagedTab<P extends SharedPage> implements Tab {
  constructor(protected readonly page: P) {}

  abstract wheel(x: number, y: number, pixels: number): Promise<void>;
  abstract key(chord: string): Promise<void>;
  abstract upload(selector: string, ...paths: string[]): Promise<void>;
  abstract resize(width: number, height: number): Promise<void>;

  async goto(url: string): Promise<void> {
    await this.page.goto(url, { waitUntil: "domcontentloaded" });
  }

  async reload(): Promise<void> {
    await this.page.reload({ waitUntil: "domcontentloaded" });
  }

  async url(): Promise<string> {
    return this.page.url();
  }

  async evaluate<R, A extends unknown[]>(code: (...args: A) => R | Promise<R>, ...args: A): Promise<R> {
    // The drivers differ in how they call a function, but both take its source text.
    const call = `(${code})(...${JSON.stringify(args)})`;
    return limited("the page to evaluate", LIMIT_MS, this.page.evaluate(call)) as Promise<R>;
  }

  async move(x: number, y: number): Promise<void> {
    await this.page.mouse.move(x, y);
  }

  async press(): Promise<void> {
    await this.page.mouse.down();
    await this.page.mouse.up();
  }

  async type(text: string): Promise<void> {
    await this.page.keyboard.type(text);
  }

  async close(): Promise<void> {
    await this.page.close();
  }
}
