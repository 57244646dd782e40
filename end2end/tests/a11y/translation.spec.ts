// A translator in the browser replaces text nodes by its own elements, as Google's does in Chromium. Later changes of the
// page must still reach the reader, and break nothing.

import type { Page } from "@playwright/test";
import { expect, test } from "../../support/fixtures";

/** Translates each text of the page, now and after each change: into itself, between quotation marks. */
async function translate(page: Page): Promise<void> {
  await page.evaluate(() => {
    const SPARED = "[translate=no], font, script, style, textarea, title, noscript";
    const replace = (text: Text) => {
      if (!text.data.trim() || !text.isConnected || text.parentElement?.closest(SPARED)) return;
      const outer = document.createElement("font");
      const inner = document.createElement("font");
      inner.textContent = `«${text.data}»`;
      outer.append(inner);
      text.replaceWith(outer);
    };
    const all = (node: Node) => {
      if (node instanceof Text) return replace(node);
      const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
      const texts: Text[] = [];
      while (walker.nextNode()) texts.push(walker.currentNode as Text);
      texts.forEach(replace);
    };
    all(document.body);
    new MutationObserver((records) => {
      for (const { type, target, addedNodes } of records) {
        if (type === "characterData") all(target);
        else addedNodes.forEach(all);
      }
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
}

test("the status, the alert and the buttons are translated", async ({ chat, upstream, page }) => {
  await chat.wake();
  await translate(page);
  await chat.ask("About cats");
  await expect(chat.status).toHaveText("«Thinking…»");
  const question = await upstream.nextQuestion();
  question.delta("They purr. ");
  await expect(chat.status).toHaveText("«Answering…»");
  await expect(chat.stop).toBeVisible();
  question.delta("They");
  await expect(chat.answer.locator(".markdown")).toHaveText("«They purr. They»");
  question.delta(" sleep.\n\nAnd `code`.");
  question.finish();
  await expect(chat.status).toHaveText("«Done»");
  await expect(chat.send).toBeVisible();
  await expect(chat.answer.locator(".markdown p")).toHaveText(["«They purr. They sleep.»", "«And »code«.»"]);
  await expect(chat.answer.locator(".ending")).toHaveText(/^«42 tokens.*»$/);

  for (const trouble of ["busy", "broken"]) {
    await chat.ask("And dogs?");
    (await upstream.nextQuestion()).fail(503, { error: { message: trouble } });
    await expect(chat.status).toHaveText("«Failed»");
    await expect(chat.alert).toContainText(trouble);
    await expect(chat.alert.locator("> font")).toHaveCount(1);
  }
  await page.getByRole("button", { name: "«Retry»" }).click();
  await expect(chat.alert).toBeHidden();
  const again = await upstream.nextQuestion();
  again.reasoning("Let me");
  await expect(chat.answer.locator(".reasoning p")).toHaveText("«Let me»");
  again.reasoning(" think");
  await expect(chat.answer.locator(".reasoning p")).toHaveText("«Let me»« think»");
  await expect(chat.answer.locator("summary")).toHaveText("«Thinking…»");
  again.delta("They bark.");
  await expect(chat.answer.locator("summary")).toHaveText(/^«Thought for .*»$/);
  await chat.stop.click();
  await expect(chat.status).toHaveText("«Stopped»");
  await expect(page.locator(".status-area .receipt")).toHaveText(/^«connection closed in .*»$/);
  await chat.answer.hover();
  await page.getByRole("button", { name: "«Regenerate»" }).last().click();
  (await upstream.nextQuestion()).finish();
  await expect(chat.status).toHaveText("«Done»");
  await expect(chat.answer.locator(".branches")).toContainText("«2/2»");
  await chat.answer.hover();
  await chat.answer.getByRole("button", { name: "Previous version" }).click();
  await expect(chat.answer.locator(".branches")).toContainText("«1/2»");
});

test("the list, its titles and its notices are translated", async ({ chat, upstream, page }) => {
  await chat.wake();
  await translate(page);
  for (const title of ["About cats", "About dogs"]) {
    await page.getByRole("button", { name: "«New chat»" }).click();
    await chat.ask(title);
    (await upstream.nextQuestion()).finish();
    await expect(chat.status).toHaveText("«Done»");
    await expect(page.locator("h1.visually-hidden")).toHaveText(`«${title}»`);
  }
  const titles = chat.conversations.locator("li a > span");
  await expect(titles).toHaveText(["«About dogs»", "«About cats»"]);
  await page.getByRole("button", { name: "Rename About cats" }).click();
  await page.keyboard.type("Whiskers");
  await page.keyboard.press("Enter");
  await expect(titles).toHaveText(["«About dogs»", "«Whiskers»"]);
  for (const name of ["About dogs", "Whiskers"]) {
    await page.getByRole("button", { name: `Delete ${name}` }).click();
    await expect(page.locator(".deleted > span")).toHaveText(`«Deleted “${name}”»`);
  }
  await expect(titles).toHaveCount(0);
  await page.getByRole("button", { name: "«Undo»" }).click();
  await expect(titles).toHaveText(["«Whiskers»"]);
});

test("the settings, notices and refusals are translated", async ({ chat, page }) => {
  await chat.wake();
  await translate(page);
  await page.getByRole("button", { name: "Settings", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Settings" });
  const field = dialog.getByRole("textbox", { name: "Temperature" });
  const said = dialog.locator("#settings-temperature-said");
  await expect(said).toHaveText(/^«From 0 to 2.*»$/);
  await field.fill("hot");
  await field.blur();
  await expect(said).toHaveText(/^«Temperature.*»$/);
  await field.fill("1");
  await expect(said).toHaveText(/^«From 0 to 2.*»$/);
  await dialog.getByRole("button", { name: "«Use for new conversations»" }).click();
  await expect(dialog.locator(".saved-notice")).toHaveText(/^«New conversations.*»$/);
  await field.fill("2");
  await expect(dialog.locator(".saved-notice")).toHaveText("");
  await page.keyboard.press("Escape");

  const told = page.locator(".refused.told");
  for (const name of ["one.bin", "two.bin"]) {
    const chooser = page.waitForEvent("filechooser");
    await page.getByRole("button", { name: "Attach files", exact: true }).click();
    await (await chooser).setFiles({ name, mimeType: "", buffer: Buffer.from([0, 1]) });
    await expect(told).toHaveText(new RegExp(`^«“${name}” is neither.*»$`));
  }
  await expect(page.locator("select option").filter({ hasText: "«" })).toHaveCount(3); // the options of the theme
});

test("the storage notice is translated", async ({ chat, page, upstream }) => {
  await chat.ask("About cats");
  (await upstream.nextQuestion()).finish();
  await expect(chat.status).toHaveText("Done");
  await translate(page);
  await page.evaluate(() => {
    IDBObjectStore.prototype.put = () => {
      throw new DOMException("no", "QuotaExceededError");
    };
  });
  await chat.ask("And dogs?");
  (await upstream.nextQuestion()).finish();
  await expect(page.locator(".notice")).toHaveText(/^«There is no room left.*»$/);
});

test("the task page and the monitor are translated", async ({ chat, page }) => {
  await expect(chat.box).toBeVisible();
  await page.goto("/task");
  await expect(page.locator("html[data-ready]")).toBeAttached();
  await translate(page);
  const counter = page.getByRole("button", { name: /^«?Counter/ });
  await counter.click();
  await counter.click();
  await expect(counter).toContainText("«2»");
  await page.getByRole("button", { name: /Start/ }).click();
  await expect(page.getByRole("list", { name: /Messages/ }).getByRole("listitem").first()).toHaveText(/^«.*»$/);
  await page.getByRole("button", { name: /Cancel/ }).click();
  await expect(page.locator("p.status")).toHaveText("«Cancelled»");

  await page.goto("/monitor");
  await expect(page.locator("html[data-ready]")).toBeAttached();
  await translate(page);
  await expect(page.getByRole("status")).toHaveText("«Live»");
});
