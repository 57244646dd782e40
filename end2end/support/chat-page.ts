// The chat page. Its parts are found by role and accessible name.

import { expect, type Locator, type Page } from "@playwright/test";

export class Chat {
  readonly box: Locator;
  readonly send: Locator;
  readonly stop: Locator;
  readonly retry: Locator;
  readonly newChat: Locator;
  readonly model: Locator;
  readonly conversations: Locator;
  readonly log: Locator;
  readonly status: Locator;
  readonly alert: Locator;

  constructor(readonly page: Page) {
    const button = (name: string) => page.getByRole("button", { name, exact: true });
    this.box = page.getByRole("textbox", { name: "Message", exact: true });
    this.send = button("Send");
    this.stop = button("Stop");
    this.retry = button("Retry");
    this.newChat = button("New chat");
    this.model = page.getByRole("combobox", { name: "Model", exact: true });
    this.conversations = page.getByRole("navigation", { name: "Conversations", exact: true });
    this.log = page.getByRole("log", { name: "Conversation", exact: true });
    this.status = page.getByRole("status");
    this.alert = page.getByRole("alert");
  }

  /** Opens the page, and waits until it is hydrated. */
  async open(): Promise<this> {
    await this.page.goto("/");
    await this.alive();
    return this;
  }

  async alive(): Promise<void> {
    await expect(this.page.locator("html[data-ready]")).toBeAttached();
  }

  /** Touches the page, and waits until the rest of its code has loaded. */
  async wake(): Promise<void> {
    await this.box.click();
    await expect(this.status).toBeAttached();
  }

  async ask(text: string): Promise<void> {
    await this.box.fill(text);
    await this.send.click();
  }

  /** Clicks twice in quick succession, without waiting for the page to handle the first click. */
  async doubleClick(button: Locator): Promise<void> {
    const box = await button.boundingBox();
    if (!box) throw new Error("there is nothing to click");
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    const mouse = await this.page.context().newCDPSession(this.page);
    const act = (type: "mousePressed" | "mouseReleased", clickCount: number) =>
      mouse.send("Input.dispatchMouseEvent", { type, x, y, button: "left", clickCount });
    await Promise.all([1, 2].flatMap((time) => [act("mousePressed", time), act("mouseReleased", time)]));
  }

  /** Makes the page's code run slower by this factor. */
  async slowDown(rate: number): Promise<void> {
    const machine = await this.page.context().newCDPSession(this.page);
    await machine.send("Emulation.setCPUThrottlingRate", { rate });
  }

  /** The message at this place among all questions and answers, from the end if negative. */
  message(index: number): Locator {
    return this.log.getByRole("article").nth(index);
  }

  /** The newest answer. */
  get answer(): Locator {
    return this.message(-1);
  }

  /** A button of a message: `Copy`, `Regenerate`, `Edit`. */
  action(message: Locator, name: string): Locator {
    return message.getByRole("button", { name, exact: true });
  }
}
