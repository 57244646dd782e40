// What a browser complains about. A page that works gives it no reason to.

import { expect, type BrowserContext } from "@playwright/test";

export class Complaints {
  private readonly heard: string[] = [];
  private readonly allowed: RegExp[] = [];

  /** Listens to every page of a browser. */
  listen(context: BrowserContext): void {
    context.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) this.heard.push(`${message.type()}: ${message.text()}`);
    });
    context.on("weberror", (error) => this.heard.push(`uncaught: ${error.error().stack}`));
  }

  /** Lets pass what the browser itself logs in a test that breaks things. */
  allow(...patterns: RegExp[]): void {
    this.allowed.push(...patterns);
  }

  /** Fails if there was any other. */
  expectNone(): void {
    expect(this.heard.filter((text) => !this.allowed.some((pattern) => pattern.test(text)))).toEqual([]);
  }
}

/** What is logged when the server vanishes while it answers, and when it is asked while it isn't there. */
export const SERVER_GONE = [
  // Chromium, of any request.
  /Failed to load resource: net::ERR_(CONNECTION_RESET|CONNECTION_REFUSED|EMPTY_RESPONSE|INCOMPLETE_CHUNKED_ENCODING)/,
  // Leptos, of a stream that broke off.
  /^error: TypeError: network error$/,
];
