// A draft that is too large for the browser's storage: the page says so, and keeps it while it is open.

import type { Page } from "@playwright/test";
import { expect, test } from "../../support/fixtures";

const notice = (page: Page) => page.getByText("This text doesn’t fit into what the browser keeps of a tab.");

/** Sets the text with an input event, as typing would. */
const typeText = (page: Page, text: string) =>
  page.getByRole("textbox", { name: "Message", exact: true }).evaluate((box: HTMLTextAreaElement, text) => {
    box.value = text;
    box.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }, text);

const TAB_ROOM = 5 * 1024 * 1024; // the room in a tab's session storage, in characters

/** Leaves room for this many characters. Laying out a text that fills the storage alone would take minutes. */
const leaveRoom = (page: Page, room: number) =>
  page.evaluate((length) => sessionStorage.setItem("filler", "x".repeat(length)), TAB_ROOM - room);

test("a draft that is too large to store says so until it fits", async ({ chat, page }) => {
  await chat.box.fill("short");
  await expect(chat.status).toBeAttached();
  await expect(notice(page)).toBeHidden();
  await leaveRoom(page, 2000);
  await typeText(page, "x".repeat(3000));
  await expect(notice(page)).toBeVisible();
  await expect(notice(page)).toHaveCount(1);
  await typeText(page, "short again");
  await expect(notice(page)).toBeHidden();
  await page.reload();
  await chat.alive();
  await expect(chat.box).toHaveValue("short again");
});

test("the page asks before such a draft is lost", async ({ chat, page }) => {
  await chat.wake();
  await leaveRoom(page, 2000);
  await typeText(page, "x".repeat(3000));
  await expect(notice(page)).toBeVisible();
  const asked: string[] = [];
  page.on("dialog", async (dialog) => {
    asked.push(dialog.type());
    await dialog.accept();
  });
  await page.reload();
  expect(asked).toEqual(["beforeunload"]);
  await chat.alive();
  await expect(chat.box).toHaveValue("");
});

test("such a draft of a new chat waits until it is asked", async ({ chat, page, upstream }) => {
  await chat.ask("About cats");
  (await upstream.nextQuestion()).finish();
  await expect(chat.status).toHaveText("Done");
  await chat.newChat.click();
  await expect(chat.answer).toHaveCount(0);
  await leaveRoom(page, 2000);
  const draft = "y".repeat(3000);
  await typeText(page, draft);
  await expect(notice(page)).toBeVisible();
  await chat.conversations.getByRole("link", { name: "About cats", exact: true }).click();
  await expect(chat.box).toHaveValue("");
  await expect(notice(page)).toBeHidden();
  await chat.newChat.click();
  await expect(chat.box).toHaveValue(draft);
  await expect(notice(page)).toBeVisible();

  await chat.send.click();
  (await upstream.nextQuestion()).finish();
  await expect(chat.status).toHaveText("Done");
  await chat.newChat.click();
  await expect(chat.box).toHaveValue("");
  await expect(notice(page)).toBeHidden();
});

test("such a draft survives a look at another conversation", async ({ chat, page, upstream }) => {
  await chat.ask("About cats");
  (await upstream.nextQuestion()).finish();
  await expect(chat.status).toHaveText("Done");
  await chat.box.fill("short");
  await leaveRoom(page, 2000);
  const draft = "y".repeat(3000);
  await typeText(page, draft);
  await expect(notice(page)).toBeVisible();
  await chat.newChat.click();
  await expect(chat.answer).toHaveCount(0);
  await expect(chat.box).toHaveValue("");
  await chat.conversations.getByRole("link", { name: "About cats", exact: true }).click();
  await expect(chat.box).toHaveValue(draft);
  await expect(notice(page)).toBeVisible();
});

test("such a draft survives a look at another page", async ({ chat, page, upstream }) => {
  const draft = "y".repeat(3000);
  const lookElsewhere = async () => {
    await page.evaluate(() => {
      const link = document.body.appendChild(document.createElement("a"));
      link.href = "/task";
      link.click();
      link.remove();
    });
    await expect(page.getByRole("button", { name: "Start", exact: true })).toBeVisible();
    await page.evaluate(() => history.back());
  };
  await chat.wake();
  await leaveRoom(page, 2000);
  await typeText(page, draft);
  await expect(notice(page)).toBeVisible();
  await lookElsewhere();
  await expect(chat.box).toHaveValue(draft);

  await chat.send.click();
  (await upstream.nextQuestion()).finish();
  await expect(chat.status).toHaveText("Done");
  await typeText(page, `${draft}, again`);
  await expect(notice(page)).toBeVisible();
  await lookElsewhere();
  await expect(chat.answer).toContainText("Well.");
  await expect(chat.box).toHaveValue(`${draft}, again`);
});

test("a long edit of a question survives a look elsewhere", async ({ chat, page, upstream }) => {
  await chat.ask("About cats");
  (await upstream.nextQuestion()).finish();
  await expect(chat.status).toHaveText("Done");
  await chat.box.fill("a draft");
  await chat.message(0).hover();
  await chat.action(chat.message(0), "Edit").click();
  await expect(chat.box).toHaveValue("About cats");
  await leaveRoom(page, 2000);
  const text = "z".repeat(3000);
  await typeText(page, text);
  await expect(notice(page)).toBeVisible();
  await chat.newChat.click();
  await expect(chat.answer).toHaveCount(0);
  await expect(chat.box).toHaveValue("");
  await chat.conversations.getByRole("link", { name: "About cats", exact: true }).click();
  await expect(chat.box).toHaveValue(text);
  await page.keyboard.press("Escape");
  await expect(chat.box).toHaveValue("a draft");
});

test("refused settings aren't reported as too long", async ({ chat: _, page }) => {
  await page.getByRole("button", { name: "Settings", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Settings" });
  await page.evaluate(() => {
    Storage.prototype.setItem = () => {
      throw new DOMException("no", "SecurityError");
    };
  });
  await dialog.getByRole("textbox", { name: "Temperature", exact: true }).fill("0.5");
  await dialog.getByRole("button", { name: "Use for new conversations" }).click();
  await expect(dialog.getByText("The browser keeps nothing for this page. This counts for this conversation alone.")).toBeVisible();
  await expect(dialog.getByText("no room")).toBeHidden();
});

test("unsaved default settings aren't reported as saved", async ({ chat, page }) => {
  await page.getByRole("button", { name: "Settings", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Settings" });
  await dialog.getByRole("textbox", { name: "Temperature", exact: true }).fill("0.5");
  await page.evaluate(() => {
    Storage.prototype.setItem = () => {
      throw new DOMException("no", "QuotaExceededError");
    };
  });
  await dialog.getByRole("button", { name: "Use for new conversations" }).click();
  await expect(dialog.getByText("The browser has no room for this.")).toBeVisible();
  await expect(dialog.getByText("New conversations will begin like this.")).toBeHidden();
  await expect(chat.box).toBeAttached();
});
