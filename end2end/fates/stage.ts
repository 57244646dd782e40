// What a cause finds ready: the line from a page to the model, and a browser.

import { expect, type Browser, type BrowserContext } from "@playwright/test";
import { Chat } from "../support/chat";
import type { Certificate } from "../support/certificate";
import type { Question } from "../support/upstream";
import type { Line } from "./line";

/** A page that has asked, and its question. */
export interface Asked {
  chat: Chat;
  question: Question;
}

/** A browser that can be killed without harm to the others. */
export interface OwnBrowser {
  browser: Browser;
  /** Kills all its processes at once. */
  kill(): void;
}

export class Stage {
  private context?: BrowserContext;

  constructor(
    readonly line: Line,
    readonly certificate: Certificate,
    private readonly browser: Browser,
    readonly ownBrowser: () => Promise<OwnBrowser>,
  ) {}

  /** Opens the chat page anew, in this browser unless told otherwise, and asks. */
  async asked(chat?: Chat): Promise<Asked> {
    const opened = chat ?? (await this.page());
    await opened.open();
    await opened.ask("Tell me everything");
    return { chat: opened, question: await this.line.model.asked() };
  }

  /** The same, and the answer has begun to be shown. */
  async answering(chat?: Chat): Promise<Asked> {
    const asked = await this.asked(chat);
    asked.question.delta("It began ");
    await expect(asked.chat.answer).toContainText("It began");
    return asked;
  }

  /** A chat page in a browser, where it is for this line. */
  async page(browser = this.browser): Promise<Chat> {
    const isOurs = browser === this.browser;
    const settings = { baseURL: this.line.url, ignoreHTTPSErrors: true };
    const context = isOurs ? (this.context ??= await browser.newContext(settings)) : await browser.newContext(settings);
    return new Chat((isOurs && context.pages()[0]) || (await context.newPage()));
  }

  /** Closes the pages. What the next cause does is done in a browser that knows nothing. */
  async clear(): Promise<void> {
    await this.context?.close();
    this.context = undefined;
  }
}
