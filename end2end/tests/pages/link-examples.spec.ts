// The examples of the crate `app/link`: the page of each, and the exit of its task.

import { appendFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test as base, type Locator, type Page } from "@playwright/test";
import { Example } from "../../support/link-example";

interface Fixtures {
  /** The example's name. */
  name: string;
  /** The log file that the example follows. */
  file: string;
  example: Example;
}

const test = base.extend<Fixtures>({
  name: ["essay", { option: true }],

  file: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), "starcrossed-"));
    await writeFile(join(folder, "log"), "old\n");
    await use(join(folder, "log"));
    await rm(folder, { recursive: true });
  },

  example: [
  async ({ name, file, page }, use) => {
    const example = await Example.start(name, { LOG: file });
    try {
      await page.addInitScript(markReady);
      await page.goto(example.url);
      await page.locator("html[data-ready]").waitFor();
      await use(example);
    } finally {
      await example.end("SIGKILL");
    }
  },
  { auto: true },
  ],
});

test.describe("essay", () => {
  test("shows its task's messages and kills it on Cancel", async ({ example, page }) => {
    await press(page, "Start");
    await expect(page.getByRole("listitem")).toHaveText(["Async work chunk 1", "Async work chunk 2"]);
    await page.getByRole("button", { name: "Cancel" }).click();
    await expect(page.getByRole("status")).toHaveText("killed");
    await expect.poll(() => example.exits()).toEqual(["killed"]);
  });

  test("is told of a panic and goes on", async ({ example, page }) => {
    await page.getByLabel("Crash").check();
    await press(page, "Start");
    await expect(page.getByRole("status")).toHaveText("crashed");
    await expect(page.getByRole("listitem")).toHaveCount(2);
    await expect.poll(() => example.exits()).toEqual(["crashed"]);
    await expect(page.getByRole("button", { name: "Start" })).toBeVisible();
  });

  test("kills its task when its tab is closed", async ({ example, page }) => {
    await press(page, "Start");
    await expect(page.getByRole("listitem")).toHaveCount(1);
    await page.close();
    await expect.poll(() => example.exits()).toEqual(["killed"]);
  });

  test("is told of a shutdown that doesn't wait for the task", async ({ example, page }) => {
    await press(page, "Start");
    await expect(page.getByRole("listitem")).toHaveCount(1);
    expect(await example.end("SIGINT")).toBeLessThan(2000);
    await expect(page.getByRole("status")).toHaveText("shutdown");
    expect(example.exits()).toEqual(["shutdown"]);
  });
});

test.describe("progress", () => {
  test.use({ name: "progress" });

  test("ends its worker thread on Stop", async ({ example, page }) => {
    await press(page, "Count");
    await expect(page.getByRole("progressbar")).not.toHaveJSProperty("value", 0);
    await page.getByRole("button", { name: "Stop" }).click();
    await expect(page.getByRole("status")).toHaveText("killed: 0 primes");
    await expect.poll(() => usedIn(example, 300), "the CPU time after Stop").toBe(0);
  });
});

test.describe("tail", () => {
  test.use({ name: "tail" });

  test("keeps the latest lines only and dies with its page", async ({ example, page, file }) => {
    const lines = page.locator("pre");
    await press(page, "Follow");
    await expect(async () => {
      await appendFile(file, "first\n");
      await expect(lines).toContainText("first", { timeout: 500 });
    }).toPass();
    await appendFile(file, Array.from({ length: 150 }, (_, n) => `line ${n}\n`).join(""));
    const latest = Array.from({ length: 100 }, (_, n) => `line ${149 - n}\n`);
    await expect(lines).toHaveText(latest.join(""), { useInnerText: false });
    await page.goto("about:blank");
    await expect.poll(() => example.exits()).toEqual(["killed"]);
  });
});

test.describe("several", () => {
  test.use({ name: "several" });

  test("runs two tasks and stops the chosen one", async ({ example, page }) => {
    await press(page, "Add");
    await press(page, "Add");
    const [first, second] = [row(page, 1), row(page, 2)];
    await expect(first.getByRole("status")).toHaveText("runs");
    await first.getByRole("button", { name: "Stop" }).click();
    await expect(first.getByRole("status")).toHaveText("killed");
    await expect(second.getByRole("status")).toHaveText("normal");
    await expect(second).toContainText("20 of 20");
    await expect.poll(() => example.exits()).toEqual(["killed", "normal"]);
  });

  test("queues a start, and Stop empties the queue", async ({ example, page }) => {
    await press(page, "Add");
    const task = row(page, 1);
    for (let n = 0; n < 4; n++) await task.getByRole("button", { name: "Again" }).click();
    await expect.poll(() => example.exits(), "two wait, two are too many").toEqual(["normal", "normal", "normal"]);
    await expect(task.getByRole("status")).toHaveText("normal");
    await task.getByRole("button", { name: "Again" }).click();
    await task.getByRole("button", { name: "Again" }).click();
    await press(page, "Stop all");
    await expect(task.getByRole("status")).toHaveText("killed");
    await page.waitForTimeout(300); // time in which a queued one would begin
    await expect(task.getByRole("status")).toHaveText("killed");
    expect(example.exits()).toEqual(["normal", "normal", "normal", "killed"]);
  });

  test("restarts from nothing in place of the running task", async ({ example, page }) => {
    await press(page, "Add");
    const task = row(page, 1);
    await expect(task).toContainText(/[5-9] of 20/);
    await task.getByRole("button", { name: "Restart" }).click();
    await expect(task).toContainText(/[0-4] of 20/);
    await expect(task.getByRole("status")).toHaveText("normal");
    expect(example.exits()).toEqual(["killed", "normal"]);
  });

  test("ends a removed task, and all when it is left", async ({ example, page }) => {
    const errors: Error[] = [];
    page.on("pageerror", (error) => errors.push(error));
    await press(page, "Add");
    await press(page, "Add");
    await row(page, 1).getByRole("button", { name: "Remove" }).click();
    await expect(page.getByRole("listitem")).toHaveCount(1);
    await expect.poll(() => example.exits()).toEqual(["killed"]);
    await press(page, "Add");
    await page.goto("about:blank");
    await expect.poll(() => example.exits()).toEqual(["killed", "killed", "killed"]);
    expect(errors).toEqual([]);
  });
});

test.describe("textstream", () => {
  test.use({ name: "textstream" });

  test("has no link: a panic looks like success", async ({ page }) => {
    await page.getByLabel("Crash").check();
    await press(page, "Start");
    await expect(page.getByRole("status")).toHaveText("normal");
    await expect(page.getByRole("listitem")).toHaveCount(2);
  });
});

function row(page: Page, key: number): Locator {
  return page.getByRole("listitem", { name: `Task ${key}` });
}

async function press(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name }).click();
}

/** Sets `data-ready` once the code has taken over: one task after its instantiation. */
function markReady(): void {
  const instantiate = WebAssembly.instantiateStreaming;
  WebAssembly.instantiateStreaming = async (source, imports) => {
    const instance = await instantiate(source, imports);
    setTimeout(() => (document.documentElement.dataset.ready = ""));
    return instance;
  };
}

/** The CPU time that a process uses during a wait, in milliseconds. */
async function usedIn(example: Example, ms: number): Promise<number> {
  const before = example.cpuMs();
  await new Promise((later) => setTimeout(later, ms));
  return example.cpuMs() - before;
}
