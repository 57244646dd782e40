// Stop: in each phase of an answer it ends the model's work, and the page says so.

import { expect, test } from "../../support/fixtures";
import { drawn } from "../../support/frames";

test.describe("Stop", () => {
  test("aborts the request before the page does anything else", async ({ chat, page, upstream }) => {
    await chat.ask("Anybody there?");
    const question = await upstream.nextQuestion();
    question.begin();
    await chat.stop.hover();
    const pressed = await page.evaluateHandle(() => {
      const first = { aborted: false, changes: 0 };
      const { abort } = AbortController.prototype;
      AbortController.prototype.abort = function (...reason) {
        first.aborted = true;
        abort.apply(this, reason);
      };
      const note = new MutationObserver((changes) => (first.changes += changes.length));
      const done = new Promise<typeof first>((done) => {
        const listen = () => {
          note.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
          setTimeout(() => done({ ...first })); // a browser aborts once it is done with the click
        };
        window.addEventListener("click", listen, { capture: true, once: true });
      });
      return { done };
    });
    await chat.stop.click();
    expect(await pressed.evaluate(({ done }) => done)).toEqual({ aborted: true, changes: 0 });
    expect(await question.closed).toBe("client");
    await expect(chat.status).toHaveText(/^Stopped/);
  });

  test("stops the model before any byte of the response", async ({ chat, upstream }) => {
    await chat.ask("Hello?");
    const question = await upstream.nextQuestion();
    await chat.stop.click();
    expect(await question.closed).toBe("client");
    await expect(chat.status).toHaveText("Stopped");
  });

  test("stops the model before its first delta", async ({ chat, upstream }) => {
    await chat.ask("Hello?");
    const question = await upstream.nextQuestion();
    question.begin();
    await chat.stop.click();
    expect(await question.closed).toBe("client");
    await expect(chat.status).toHaveText("Stopped");
  });

  test("stops the model while it reasons, and keeps the thought", async ({ chat, upstream, page }) => {
    await chat.ask("Hello?");
    const question = await upstream.nextQuestion();
    question.reasoning("Hm, let me see");
    await expect(page.getByText("Hm, let me see")).toBeVisible();
    await chat.stop.click();
    expect(await question.closed).toBe("client");
    await expect(chat.status).toHaveText("Stopped");
    await expect(chat.answer).toContainText("Hm, let me see");
  });

  test("stops mid-answer, keeps the text, shows a receipt", async ({
    chat,
    upstream,
    server,
    page,
  }) => {
    await chat.ask("Count to a million");
    const question = await upstream.nextQuestion();
    question.delta("one, two, ");
    await expect(chat.answer).toContainText("one, two,");
    await chat.stop.click();
    expect(await question.closed).toBe("client");
    await expect(chat.status).toHaveText("Stopped");
    await expect(chat.answer).toContainText("one, two,");
    await expect(page.getByText(/connection closed in \d+ ms/)).toBeVisible();
    await expect(chat.alert, "Stop is no failure").toBeHidden();
    await expect.poll(() => server.exits()).toMatchObject([{ reason: "killed" }]);
    const [{ task }] = server.exits();
    expect(await server.fate(task)).toMatchObject({ state: "ended", reason: "killed", deltas: 1 });
  });

  test("is unconfirmed before the server has responded", async ({ chat, page, server }) => {
    await page.route("**/api/chat", () => {}); // the request stays unanswered
    await chat.ask("Are you there?");
    await expect(chat.status).toHaveText("Thinking…");
    await chat.stop.click();
    await expect(chat.status).toHaveText("Stopped");
    await expect(page.getByText("the server could not confirm it")).toBeVisible();
    expect(server.exits()).toEqual([]);
  });

  test("is unconfirmed where the fate can't be fetched", async ({ chat, upstream, page, consoleErrors }) => {
    consoleErrors.allow(/ERR_FAILED/);
    await page.route("**/api/fate?*", (route) => route.abort());
    await chat.ask("Count to a million");
    const question = await upstream.nextQuestion();
    question.delta("one");
    await expect(chat.answer).toContainText("one");
    await chat.stop.click();
    expect(await question.closed).toBe("client");
    await expect(page.getByText("the server could not confirm it")).toBeVisible();
  });

  test("is the Escape key too", async ({ chat, upstream, page }) => {
    await chat.ask("Count to a million");
    const question = await upstream.nextQuestion();
    question.delta("one");
    await expect(chat.answer).toContainText("one");
    await page.keyboard.press("Escape");
    expect(await question.closed).toBe("client");
    await expect(chat.status).toHaveText("Stopped");
  });

  test("does nothing when nothing runs", async ({ chat, page, upstream }) => {
    await page.keyboard.press("Escape");
    await chat.ask("Hello?");
    const question = await upstream.nextQuestion();
    question.delta("Hello!");
    question.finish();
    await expect(chat.status).toHaveText("Done");
    await page.keyboard.press("Escape");
    await drawn(page);
    await expect(chat.status).toHaveText("Done");
  });

  test("leaves the page ready for the next question", async ({ chat, upstream }) => {
    for (const text of ["first", "second", "third"]) {
      await chat.ask(text);
      const question = await upstream.nextQuestion();
      question.delta(`about the ${text}`);
      await expect(chat.answer).toContainText(`about the ${text}`);
      await chat.stop.click();
      expect(await question.closed).toBe("client");
      await expect(chat.status).toHaveText("Stopped");
    }
    await chat.ask("fourth");
    const question = await upstream.nextQuestion();
    question.delta("all of it");
    question.finish();
    await expect(chat.status).toHaveText("Done");
    await expect(chat.answer).toContainText("all of it");
  });
});
