// The errors and warnings in a browser's console. A page that works causes none.

import { expect, type BrowserContext } from "@playwright/test";

export class ConsoleErrors {
  private readonly heard: string[] = [];
  private readonly allowed: RegExp[] = [];

  /** Listens to every page of a browser. */
  listen(context: BrowserContext): void {
    context.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) this.heard.push(`${message.type()}: ${message.text()}`);
    });
    context.on("weberror", (error) => this.heard.push(`uncaught: ${error.error().stack}`));
  }

  /** Allows the browser's own log lines in a test that breaks things. */
  allow(...patterns: RegExp[]): void {
    this.allowed.push(...patterns);
  }

  /** Fails if there was an error or a warning that isn't allowed. */
  expectNone(): void {
    expect(this.heard.filter((text) => !this.allowed.some((pattern) => pattern.test(text)))).toEqual([]);
  }
}

/** The log lines when the server goes away during an answer, and when a request finds no server. */
export const SERVER_GONE = [
  // Chromium, for any request.
  /Failed to load resource: net::ERR_(CONNECTION_RESET|CONNECTION_REFUSED|EMPTY_RESPONSE|INCOMPLETE_CHUNKED_ENCODING)/,
  // Leptos, for a stream that broke off.
  /^error: TypeError: network error$/,
];
