// A part of a page. Each use looks for it again, since pages change, and each expectation waits.

import { expect } from "@playwright/test";
import type { Tab } from "../driver/browser";
import { eventually } from "../eventually";
import { find, type Question, type Step } from "./find";

export class Part {
  constructor(
    readonly tab: Tab,
    private readonly steps: Step[] = [],
  ) {}

  role(role: string, name?: string): Part {
    return this.step({ role, name });
  }

  css(css: string): Part {
    return this.step({ css });
  }

  containing(containing: string): Part {
    return this.change({ containing });
  }

  nth(nth: number): Part {
    return this.change({ nth });
  }

  // ---- its present state

  count(): Promise<number> {
    return this.ask("count");
  }

  async text(): Promise<string | null> {
    return this.ask("text");
  }

  texts(): Promise<string[]> {
    return this.ask("all");
  }

  async value(): Promise<string | null> {
    return this.ask("value");
  }

  attribute(name: string): Promise<string | null> {
    return this.ask(`@${name}`);
  }

  // ---- expectations

  async reads(text: string): Promise<void> {
    await this.becomes("text", text);
  }

  async contains(text: string, patience?: number): Promise<void> {
    await eventually(async () => expect(await this.text(), this.what).toContain(text.trim()), patience);
  }

  async matches(pattern: RegExp): Promise<void> {
    await eventually(async () => expect((await this.text()) ?? "", this.what).toMatch(pattern));
  }

  async holds(value: string): Promise<void> {
    await this.becomes("value", value);
  }

  async counts(count: number): Promise<void> {
    await this.becomes("count", count);
  }

  async shows(patience?: number): Promise<void> {
    await eventually(async () => expect(await this.count(), `${this.what} shows`).toBeGreaterThan(0), patience);
  }

  async goes(): Promise<void> {
    await eventually(async () => expect(await this.count(), `${this.what} goes`).toBe(0));
  }

  async hasFocus(): Promise<void> {
    await this.becomes("focused", true);
  }

  // ---- actions

  async hover(): Promise<void> {
    const { x, y } = await eventually(async () => {
      const place = await this.ask<{ x: number; y: number } | null>("place");
      if (!place) throw new Error(`there is no place to click on ${this.what}`);
      return place;
    });
    await this.tab.move(x, y);
  }

  async click(): Promise<void> {
    await this.hover();
    await this.tab.press();
  }

  async focus(): Promise<void> {
    await this.shows();
    await this.ask("focus");
  }

  /** Clicks into it, and replaces its text. */
  async fill(text: string): Promise<void> {
    await this.focus();
    if (await this.value()) {
      await this.tab.key("Control+a");
      await this.tab.key("Delete");
    }
    await this.tab.type(text);
  }

  /** Picks an option by its value. The system draws the drop-down list, which no driver reaches. */
  async pick(value: string): Promise<void> {
    await eventually(async () => expect(await this.role("option").texts(), this.what).not.toEqual([]));
    await this.evaluate((value) => {
      const list = Reflect.get(window, "part") as HTMLSelectElement;
      list.value = value;
      list.dispatchEvent(new Event("input", { bubbles: true }));
      list.dispatchEvent(new Event("change", { bubbles: true }));
    }, value);
  }

  /** Calls a function in the page. There, `window.part` is this element. */
  async evaluate<R, A extends unknown[]>(code: (...args: A) => R | Promise<R>, ...args: A): Promise<R> {
    await this.shows();
    await this.ask("keep");
    return this.tab.evaluate(code, ...args);
  }

  private async becomes(question: Question, wanted: unknown): Promise<void> {
    await eventually(async () => expect(await this.ask(question), `${question} of ${this.what}`).toBe(wanted));
  }

  private ask<T>(question: Question): Promise<T> {
    return this.tab.evaluate(find, this.steps, question) as Promise<T>;
  }

  private step(step: Step): Part {
    return new Part(this.tab, [...this.steps, step]);
  }

  /** The same part, with a condition on the last step. */
  private change(step: Step): Part {
    return new Part(this.tab, [...this.steps.slice(0, -1), { ...this.steps.at(-1), ...step }]);
  }

  private get what(): string {
    return this.steps.map((step) => Object.values(step).join(" ")).join(" > ");
  }
}
