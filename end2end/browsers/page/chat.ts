// The chat page. Its parts are found by role and accessible name.

import type { Question, Upstream } from "../../support/upstream";
import type { Tab } from "../driver/browser";
import { eventually } from "../eventually";
import { Part } from "./part";

export class Chat {
  readonly page: Part;
  readonly box: Part;
  readonly send: Part;
  readonly stop: Part;
  readonly retry: Part;
  readonly newChat: Part;
  readonly model: Part;
  readonly conversations: Part;
  readonly log: Part;
  readonly messages: Part;
  readonly status: Part;
  readonly alert: Part;

  constructor(
    readonly tab: Tab,
    private readonly origin: string,
  ) {
    this.page = new Part(tab);
    this.box = this.page.role("textbox", "Message");
    this.send = this.button("Send");
    this.stop = this.button("Stop");
    this.retry = this.button("Retry");
    this.newChat = this.button("New chat");
    this.model = this.page.role("combobox", "Model");
    this.conversations = this.page.role("navigation", "Conversations");
    this.log = this.page.role("log", "Conversation");
    this.messages = this.log.role("article");
    this.status = this.page.role("status");
    this.alert = this.page.role("alert");
  }

  button(name: string): Part {
    return this.page.role("button", name);
  }

  /** Opens the page without waiting for its code. */
  async visit(path = "/"): Promise<void> {
    await this.tab.goto(this.origin + path);
  }

  /** Opens the page, and waits until it is hydrated. */
  async open(path = "/"): Promise<this> {
    await this.visit(path);
    await this.alive();
    return this;
  }

  async alive(): Promise<void> {
    await alive(this.tab);
  }

  async reload(): Promise<void> {
    await this.tab.reload();
    await this.alive();
  }

  /** Touches the page, and waits until the rest of its code has loaded. */
  async wake(): Promise<void> {
    await this.box.click();
    await this.page.css("[role=status]").counts(1);
  }

  /** Asks with Enter. A driver's clicks on Send and then Stop would look like a double click, whose second half Stop ignores. */
  async ask(text: string): Promise<void> {
    await this.box.fill(text);
    await this.tab.key("Enter");
  }

  /** Asks, and answers. */
  async converse(upstream: Upstream, asked: string, answer: string): Promise<Question> {
    await this.ask(asked);
    const question = await upstream.nextQuestion();
    question.delta(answer);
    question.finish();
    await this.status.reads("Done");
    return question;
  }

  /** Asks, and waits until the page shows the beginning of the answer. */
  async inTheMiddle(upstream: Upstream): Promise<Question> {
    await this.ask("Count to a million");
    const question = await upstream.nextQuestion();
    question.delta("one, two, ");
    await this.answer.contains("one, two,");
    return question;
  }

  /** Waits until the browser's database has a text. */
  async keeps(text: string): Promise<void> {
    await eventually(async () => {
      const storedMessages = await this.tab.evaluate(async () => {
        const opening = indexedDB.open("starcrossed");
        const database = await new Promise<IDBDatabase>((opened) => (opening.onsuccess = () => opened(opening.result)));
        const reading = database.transaction("messages").objectStore("messages").getAll();
        const messages = await new Promise<unknown[]>((read) => (reading.onsuccess = () => read(reading.result)));
        database.close();
        return messages.join("\n");
      });
      if (!storedMessages.includes(text)) throw new Error(`"${text}" isn't kept`);
    });
  }

  /** The message at this place among all questions and answers, from the end if negative. */
  message(index: number): Part {
    return this.messages.nth(index);
  }

  /** The newest answer. */
  get answer(): Part {
    return this.message(-1);
  }

  /** The link of a stored conversation, by title. */
  listed(title?: string): Part {
    return title === undefined ? this.conversations.role("listitem") : this.conversations.role("link", title);
  }

  /** Follows a link inside the app. */
  async follow(name: string): Promise<void> {
    await this.page.role("link", name).click();
  }
}

/** Waits until a page is hydrated. */
export async function alive(tab: Tab): Promise<void> {
  await eventually(async () => {
    if (!(await tab.evaluate(() => "ready" in document.documentElement.dataset))) throw new Error("the page isn't alive");
  });
}
