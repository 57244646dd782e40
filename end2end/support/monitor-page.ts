// The monitor. Its parts are found by role and accessible name.

import { expect, type Locator, type Page } from "@playwright/test";

export class Monitor {
  readonly status: Locator;
  readonly retry: Locator;
  private readonly tasks: Locator;
  private readonly exits: Locator;

  constructor(readonly page: Page) {
    this.status = page.getByRole("status");
    this.retry = page.getByRole("button", { name: "Retry", exact: true });
    this.tasks = page.getByRole("table", { name: "Tasks", exact: true });
    this.exits = page.getByRole("table", { name: "Exits", exact: true });
  }

  /** Opens the page, and waits until it is hydrated and shows the live tasks. */
  async open(): Promise<this> {
    await this.page.goto("/monitor");
    await expect(this.page.locator("html[data-ready]")).toBeAttached();
    await expect(this.status).toHaveText("Live");
    return this;
  }

  /** The row of a live task, by its label. */
  task(about: string): Locator {
    return row(this.tasks, about);
  }

  /** The row of an ended task, by its label. */
  exit(about: string): Locator {
    return row(this.exits, about);
  }

  kill(about: string): Locator {
    return this.task(about).getByRole("button", { name: /^Kill task \d+$/ });
  }
}

function row(table: Locator, about: string): Locator {
  return table.getByRole("row").filter({ has: table.page().getByRole("cell", { name: about, exact: true }) });
}

/** The texts of a row's cells, from left to right. */
export async function cells(row: Locator): Promise<string[]> {
  return row.getByRole("cell").allTextContents();
}
