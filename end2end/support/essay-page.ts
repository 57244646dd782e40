// The page of a task, `/task`. Its parts are found by role and accessible name.

import { expect, type Locator, type Page } from "@playwright/test";

export class EssayPage {
  readonly start: Locator;
  readonly cancel: Locator;
  readonly counter: Locator;
  readonly crash: Locator;
  readonly list: Locator;
  readonly messages: Locator;
  readonly exits: Locator;
  readonly status: Locator;

  constructor(readonly page: Page) {
    const button = (name: string) => page.getByRole("button", { name, exact: true });
    const list = (name: string) => page.getByRole("list", { name, exact: true });
    this.start = button("Start");
    this.cancel = button("Cancel");
    this.counter = page.getByRole("button", { name: /^Counter:/ });
    this.crash = page.getByRole("checkbox", { name: "Crash", exact: true });
    this.list = list("Messages");
    this.messages = this.list.getByRole("listitem");
    this.exits = list("Exits").getByRole("listitem");
    this.status = page.getByRole("status");
  }

  /** Opens the page, and waits until it is hydrated. */
  async open(): Promise<this> {
    await this.page.goto("/task");
    await expect(this.page.locator("html[data-ready]")).toBeAttached();
    return this;
  }

  /** Makes the tasks started from now on outlast any test, with this pause before each message. */
  async makeLasting(interval_ms = 500): Promise<void> {
    await this.page.route("**/api/task", async (route) => {
      const asked = route.request().postDataJSON();
      await route.continue({ postData: JSON.stringify({ ...asked, chunks: 10_000, interval_ms }) });
    });
  }

  /** Undoes `makeLasting`. */
  async makeUsual(): Promise<void> {
    await this.page.unroute("**/api/task");
  }
}
