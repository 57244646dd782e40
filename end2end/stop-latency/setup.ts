// The setup of a trial: the stack behind the page, and a browser without anything from earlier causes.

import type { Browser, Tab } from "../browsers/driver/browser";
import { Chat } from "../browsers/page/chat";
import type { Certificate } from "../support/certificate";
import type { Question } from "../support/upstream";
import type { Stack } from "./stack";

/** A page with a question under way, and that question. */
export interface Asked {
  chat: Chat;
  question: Question;
}

export class Setup {
  private browser?: Browser;
  private tab?: Tab;

  constructor(
    readonly stack: Stack,
    readonly certificate: Certificate,
    private readonly start: () => Promise<Browser>,
  ) {}

  /** Opens the chat page, and asks. */
  async ask(): Promise<Asked> {
    this.browser ??= await this.start();
    this.tab ??= await this.browser.tab();
    const chat = await new Chat(this.tab, this.stack.url).open();
    await chat.ask("Tell me everything");
    return { chat, question: await this.stack.model.nextQuestion() };
  }

  /** Asks, and waits until the page shows the beginning of the answer. */
  async answering(): Promise<Asked> {
    const asked = await this.ask();
    asked.question.delta("It began ");
    await asked.chat.answer.contains("It began");
    return asked;
  }

  async closeTab(): Promise<void> {
    await this.tab?.close();
    this.tab = undefined;
  }

  /** Kills all processes of the browser at once. The next page opens in a new one. */
  async kill(): Promise<void> {
    await this.browser?.kill();
    await this.clear();
  }

  /** Ends the browser. The next page opens in a new one. */
  async clear(): Promise<void> {
    await this.browser?.end();
    this.browser = this.tab = undefined;
  }
}
