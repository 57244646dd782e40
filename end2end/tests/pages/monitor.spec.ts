// The monitor: it shows the tasks of all pages, and can kill them.

import type { Browser, BrowserContext, Page } from "@playwright/test";
import { SERVER_GONE } from "../../support/console-errors";
import { expect, test } from "../../support/fixtures";
import { cells, Monitor } from "../../support/monitor-page";

const it = test.extend<{ monitor: Monitor }>({
  // In a second tab, beside the chat.
  monitor: async ({ context }, use) => use(await new Monitor(await context.newPage()).open()),
});

it("shows another page's task from start to exit", async ({ chat, monitor, upstream }) => {
  await chat.ask("Count");
  const question = await upstream.nextQuestion();
  question.begin();
  await expect(monitor.task("alpha")).toContainText("waiting");
  question.delta("one");
  await expect(monitor.task("alpha")).toContainText("streaming");
  await expect.poll(async () => (await cells(monitor.task("alpha")))[3]).toBe("1");
  question.delta(", two");
  await expect.poll(async () => (await cells(monitor.task("alpha")))[3]).toBe("2");
  await expect(monitor.exit("alpha")).toHaveCount(0);
  question.finish();
  await expect(monitor.exit("alpha")).toContainText("normal");
  await expect(monitor.task("alpha")).toHaveCount(0);
  await expect(monitor.task("monitor"), "the monitor's own stream is a task too").toHaveCount(1);
});

it("kills a task and its upstream connection; its page knows", async ({ chat, monitor, upstream }) => {
  await chat.ask("Count");
  const question = await upstream.nextQuestion();
  question.delta("one, two");
  await expect(chat.answer).toContainText("one, two");
  await monitor.kill("alpha").click();
  expect(await question.closed).toBe("client");
  await expect(chat.status).toHaveText("Stopped");
  await expect(chat.answer).toContainText("one, two");
  await expect(chat.answer).toContainText("Ended from the monitor.");
  await expect(monitor.exit("alpha")).toContainText("killed");
});

it("keeps focus while rows come and go", async ({ chat, monitor, upstream }) => {
  const button = monitor.kill("monitor");
  await button.focus();
  await chat.ask("Count");
  const question = await upstream.nextQuestion();
  question.delta("one");
  await expect(monitor.task("alpha")).toContainText("streaming");
  await expect(button).toBeFocused();
  question.finish();
  await expect(monitor.task("alpha")).toHaveCount(0);
  await expect(button).toBeFocused();
});

it("ends its own task when it is left", async ({ page, server }) => {
  const monitor = await new Monitor(page).open();
  expect(await server.live()).toBe(1);
  await page.getByRole("link", { name: /Starcrossed/ }).click();
  await expect(page.getByRole("textbox", { name: "Message" })).toBeVisible();
  await expect.poll(() => server.exits()).toMatchObject([{ reason: "killed" }]);
  await page.evaluate(() => history.back());
  await expect(monitor.status).toHaveText("Live");
  await expect(monitor.exit("monitor")).toContainText("killed");
});

it("reports a lost connection, and Retry reconnects", async ({ page, server, consoleErrors }) => {
  consoleErrors.allow(...SERVER_GONE);
  const monitor = await new Monitor(page).open();
  await expect(monitor.retry).toBeHidden();
  await server.kill("SIGKILL");
  await expect(monitor.status).toHaveText("Connection lost");
  await expect(monitor.task("monitor"), "the last rows stay").toHaveCount(1);
  await server.restart();
  await monitor.retry.click();
  await expect(monitor.status).toHaveText("Live");
  await expect(monitor.retry).toBeHidden();
});

it("is linked from the task page", async ({ page }) => {
  await page.goto("/task");
  await expect(page.locator("html[data-ready]")).toBeAttached();
  await page.getByRole("link", { name: "monitor" }).click();
  await expect(page).toHaveTitle("Monitor · Starcrossed");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Monitor");
  await expect(new Monitor(page).status).toHaveText("Live");
});

test.describe("with the back/forward cache", () => {
  // Playwright turns that cache off, so this test starts a browser itself.
  const cached = test.extend<{ context: BrowserContext; page: Page }>({
    context: async ({ playwright, launchOptions, baseURL }, use) => {
      const ignoreDefaultArgs = ["--disable-back-forward-cache"];
      const browser: Browser = await playwright.chromium.launch({ ...launchOptions, ignoreDefaultArgs });
      await use(await browser.newContext({ baseURL }));
      await browser.close();
    },
    page: async ({ context }, use) => use(await context.newPage()),
  });

  cached("a monitor that returns reconnects", async ({ page, server }) => {
    const monitor = await new Monitor(page).open();
    await page.evaluate(() => {
      window.addEventListener("pageshow", (event) => Reflect.set(window, "thawed", event.persisted));
    });
    await page.goto("data:text/html,<h1>Elsewhere");
    await expect.poll(() => server.live()).toBe(0);
    await page.evaluate(() => history.back());
    await expect.poll(() => page.evaluate(() => Reflect.get(window, "thawed"))).toBe(true);
    await expect(monitor.status).toHaveText("Live");
    await expect(monitor.exit("monitor")).toContainText("killed");
  });
});
