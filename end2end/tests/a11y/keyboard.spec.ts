// The keyboard: the focus after a button goes away, and the effect of Escape.

import type { Locator } from "@playwright/test";
import { Chat } from "../../support/chat-page";
import { expect, test } from "../../support/fixtures";
import { drawn } from "../../support/frames";

test("the box has focus at first and when a focused button goes away", async ({ chat, upstream, page, consoleErrors }) => {
  consoleErrors.allow(/Failed to load resource/);
  await expect(chat.box).toBeFocused();
  await page.keyboard.type("Hello?");
  await page.keyboard.press("Tab");
  await expect(chat.send).toBeFocused();
  await page.keyboard.press("Enter");
  const stopped = await upstream.nextQuestion();
  await expect(chat.stop).toBeVisible();
  await expect(chat.box, "after Send").toBeFocused();

  stopped.delta("Hello");
  await expect(chat.answer).toContainText("Hello");
  await page.keyboard.press("Tab");
  await expect(chat.stop).toBeFocused();
  await page.keyboard.press("Space");
  await expect(chat.status).toHaveText("Stopped");
  await expect(chat.box, "after Stop").toBeFocused();

  await chat.action(chat.answer, "Continue").focus();
  await page.keyboard.press("Enter");
  const failing = await upstream.nextQuestion();
  await expect(chat.box, "after Continue").toBeFocused();
  failing.fail(500, { error: { message: "out of memory" } });
  await expect(chat.alert).toContainText("out of memory");

  await chat.retry.focus();
  await page.keyboard.press("Enter");
  const long = await upstream.nextQuestion();
  await expect(chat.box, "after Retry").toBeFocused();
  long.delta("A line.\n\n".repeat(80));
  await expect(chat.answer.getByRole("paragraph")).toHaveCount(80);

  await page.getByRole("main").hover();
  await page.mouse.wheel(0, -500);
  const jump = page.getByRole("button", { name: "Jump to latest" });
  await jump.focus();
  await page.keyboard.press("Enter");
  await expect(jump).toBeHidden();
  await expect(chat.box, "after Jump").toBeFocused();

  await chat.stop.focus();
  long.finish();
  await expect(chat.status).toHaveText("Done");
  await expect(chat.box, "after Stop went away with the answer's end").toBeFocused();

  await chat.newChat.focus();
  await page.keyboard.press("Enter");
  await expect(chat.log.getByRole("article")).toHaveCount(0);
  await expect(chat.box, "after New chat").toBeFocused();
});

test("focus elsewhere stays there when an answer ends", async ({ chat, upstream }) => {
  await chat.ask("Hello?");
  const question = await upstream.nextQuestion();
  await chat.newChat.focus();
  question.finish();
  await expect(chat.status).toHaveText("Done");
  await drawn(chat.page);
  await expect(chat.newChat).toBeFocused();
});

test("an example fills the box, and Enter sends it", async ({ chat, upstream, page }) => {
  await page.getByRole("button", { name: /limerick/ }).focus();
  await page.keyboard.press("Enter");
  await expect(chat.box).toBeFocused();
  await page.keyboard.press("Enter");
  const question = await upstream.nextQuestion();
  expect(question.messages[0]).toContain("limerick");
  question.finish();
});

test("a conversation has focus after its name field closes", async ({ chat, upstream, page }) => {
  await chat.ask("About cats");
  (await upstream.nextQuestion()).finish();
  await expect(chat.status).toHaveText("Done");
  for (const [key, name] of [["Escape", "About cats"], ["Enter", "Felines"]] as const) {
    await page.getByRole("button", { name: "Rename About cats" }).focus();
    await page.keyboard.press("Enter");
    await expect(page.getByRole("textbox", { name: "Name" })).toBeFocused();
    await page.keyboard.type("Felines");
    await page.keyboard.press(key);
    await expect(chat.conversations.getByRole("link", { name, exact: true })).toBeFocused();
  }
});

test("a key that an input method uses does nothing else", async ({ page, upstream }) => {
  upstream.models = [...Array(30).keys()].map((number) => `model-${number}`);
  const chat = await new Chat(page).open();
  await chat.ask("About cats");
  const question = await upstream.nextQuestion();
  question.delta("Going");
  await expect(chat.answer).toContainText("Going");
  const take = async (field: Locator) => {
    await field.fill("29");
    for (const key of ["Escape", "Enter"]) {
      for (const kind of [{ isComposing: true }, { keyCode: 229 }]) {
        await field.dispatchEvent("keydown", { key, bubbles: true, cancelable: true, ...kind });
        await expect(field, `${key} ${JSON.stringify(kind)}`).toHaveValue("29");
      }
    }
  };
  await page.getByRole("button", { name: "Rename About cats" }).click();
  const name = page.getByRole("textbox", { name: "Name" });
  await take(name);
  await expect(name, "it goes on").toBeFocused();
  await page.keyboard.press("Escape");
  await take(chat.box);
  await take(page.getByRole("searchbox", { name: "Search models" }));
  await take(page.getByRole("searchbox", { name: "Search conversations" }));
  await expect(chat.model).toHaveValue("model-0");
  await expect(chat.status, "no Escape was heard").toHaveText("Answering…");
  question.finish();
});

for (const name of ["Search conversations", "Search models"]) {
  test(`Escape in the field “${name}” empties it and stops no answer`, async ({ page, upstream }) => {
    upstream.models = [...Array(30).keys()].map((number) => `model-${number}`);
    const chat = await new Chat(page).open();
    await chat.ask("Hello?");
    const question = await upstream.nextQuestion();
    question.delta("Going");
    const search = page.getByRole("searchbox", { name });
    await search.fill("nothing like it");
    await page.keyboard.press("Escape");
    await expect(search).toHaveValue("");
    await search.press("Escape");
    question.delta(" on");
    await expect(chat.answer).toContainText("Going on");
    await expect(chat.status).toHaveText("Answering…");
    await chat.box.press("Escape");
    await expect(chat.status).toHaveText("Stopped");
  });
}

test.describe("on a touch screen", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

  test("the on-screen keyboard never opens by itself", async ({ chat, upstream }) => {
    await drawn(chat.page);
    await expect(chat.box).not.toBeFocused();
    await chat.box.fill("Hello?");
    await chat.send.tap();
    const question = await upstream.nextQuestion();
    question.delta("Hello");
    await expect(chat.answer).toContainText("Hello");
    await chat.stop.tap();
    await expect(chat.status).toHaveText("Stopped");
    await drawn(chat.page);
    await expect(chat.box).not.toBeFocused();
  });

  test("a tap on Stop right after a tap on Send stops", async ({ chat, upstream, page }) => {
    await chat.box.fill("Hello?");
    const send = (await chat.send.boundingBox())!;
    const [x, y] = [send.x + send.width / 2, send.y + send.height / 2];
    const touch = await page.context().newCDPSession(page);
    const tap = async () => {
      await touch.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [{ x, y }] });
      await touch.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
    };
    await tap();
    await expect(chat.stop).toBeVisible();
    await tap();
    await expect(chat.status).toHaveText("Stopped");
    const question = await upstream.nextQuestion();
    expect(await question.closed).toBe("client");
  });
});
