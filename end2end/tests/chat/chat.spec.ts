// Asking, watching, stopping, and what happens when the model server fails.

import type { Chat } from "../../support/chat-page";
import { expect, test } from "../../support/fixtures";

test.describe("asking", () => {
  test("shows each piece of the answer as soon as it is there", async ({ chat, upstream, server }) => {
    await chat.ask("Who are you?");
    const question = await upstream.asked();
    expect(question.said).toEqual(["user: Who are you?"]);
    expect(question.body.stream).toBe(true);
    await expect(chat.message(0)).toContainText("Who are you?");
    await expect(chat.stop).toBeVisible();

    let text = "";
    for (const piece of ["A page ", "and its task, ", "star-crossed: ", "Grüße 🌟"]) {
      question.delta(piece);
      text += piece;
      await expect(chat.answer).toContainText(text);
    }
    await expect(chat.stop).toBeVisible();
    await expect(chat.status).not.toHaveText("Done");

    question.finish();
    await expect(chat.status).toHaveText("Done");
    await expect(chat.send).toBeVisible();
    await expect(chat.stop).toBeHidden();
    await expect(chat.answer).toContainText("42 tokens");
    await expect.poll(() => server.exits()).toMatchObject([{ reason: "normal" }]);
  });

  test("sends with Enter, and breaks the line with Shift+Enter", async ({ chat, upstream }) => {
    await chat.box.pressSequentially("one");
    await chat.box.press("Shift+Enter");
    await chat.box.pressSequentially("two");
    await chat.box.press("Enter");
    const question = await upstream.asked();
    expect(question.said).toEqual(["user: one\ntwo"]);
    await expect(chat.box).toHaveValue("");
  });

  test("sends nothing when there is nothing to send", async ({ chat, upstream }) => {
    await chat.ask("   ");
    await chat.box.press("Enter");
    await chat.box.fill("now");
    await chat.box.press("Enter");
    expect((await upstream.asked()).said).toEqual(["user: now"]);
    expect(upstream.questions).toHaveLength(1);
  });

  test("sends the whole conversation each time, with a stopped answer in it", async ({ chat, upstream }) => {
    await chat.ask("first");
    const first = await upstream.asked();
    first.delta("one, t");
    await expect(chat.answer).toContainText("one, t");
    await chat.stop.click();
    await expect(chat.status).toHaveText("Stopped");

    await chat.ask("second");
    const second = await upstream.asked();
    expect(second.said).toEqual(["user: first", "assistant: one, t", "user: second"]);
    second.delta("two");
    second.finish();
    await expect(chat.status).toHaveText("Done");

    await chat.ask("third");
    const third = await upstream.asked();
    expect(third.said.slice(3)).toEqual(["assistant: two", "user: third"]);
  });

  test("asks the model that was picked, also after a reload", async ({ chat, upstream, page }) => {
    await expect(chat.model.getByRole("option")).toHaveText(["alpha", "beta"]);
    await expect(chat.model).toHaveValue("alpha");
    await chat.model.selectOption("beta");
    await chat.ask("Who?");
    const question = await upstream.asked();
    expect(question.body.model).toBe("beta");
    question.finish();

    await page.reload();
    await chat.alive();
    await expect(chat.model).toHaveValue("beta");
    await chat.ask("And now?");
    expect((await upstream.asked()).body.model).toBe("beta");
  });

  test("shows what the model thinks before it answers", async ({ chat, upstream, page }) => {
    await chat.ask("Why?");
    const question = await upstream.asked();
    question.reasoning("Let me see. ");
    await expect(page.getByText("Let me see.")).toBeVisible();
    question.reasoning("Because.");
    await expect(page.getByText("Let me see. Because.")).toBeVisible();
    question.delta("That is why.");
    await expect(chat.answer).toContainText("That is why.");
    await expect(page.getByText("Let me see. Because."), "it is folded up").toBeHidden();
    question.finish();
    await expect(chat.status).toHaveText("Done");
    await chat.answer.getByText(/^Thought for \d+(\.\d)? m?s$/).click();
    await expect(page.getByText("Let me see. Because.")).toBeVisible();

    await chat.ask("Really?");
    const again = await upstream.asked();
    expect(again.said, "thoughts are not sent back").toEqual(["user: Why?", "assistant: That is why.", "user: Really?"]);
  });

  test("leaves alone what is typed while an answer is written", async ({ chat, upstream }) => {
    await chat.ask("first");
    const question = await upstream.asked();
    await chat.box.pressSequentially("my next qu");
    question.delta("Hello");
    await expect(chat.answer).toContainText("Hello");
    await chat.box.pressSequentially("estion");
    await chat.box.press("Enter");
    await expect(chat.box, "one answer at a time").toHaveValue("my next question");
    question.finish();
    await expect(chat.status).toHaveText("Done");
    await expect(chat.box).toHaveValue("my next question");
    await chat.box.press("Enter");
    expect((await upstream.asked()).said.at(-1)).toBe("user: my next question");
    expect(upstream.questions).toHaveLength(2);
  });
});

test.describe("sending twice", () => {
  const ways: Record<string, (chat: Chat) => Promise<void>> = {
    "a double click": (chat) => chat.doubleClick(chat.send),
    "a double click on a slow machine": async (chat) => {
      await chat.slowDown(6);
      await chat.doubleClick(chat.send);
      await chat.slowDown(1);
    },
    "Enter and Enter": async ({ box }) => {
      await box.press("Enter");
      await box.press("Enter");
    },
    "two clicks in one go": ({ send }) =>
      send.evaluate((button: HTMLElement) => {
        button.click();
        button.click();
      }),
  };
  for (const [way, twice] of Object.entries(ways)) {
    test(`${way} asks once, and stops nothing`, async ({ chat, upstream, server }) => {
      await chat.box.fill("Only once");
      await twice(chat);
      const question = await upstream.asked();
      question.delta("Still ");
      question.delta("here");
      await expect(chat.answer).toContainText("Still here");
      question.finish();
      await expect(chat.status).toHaveText("Done");
      expect(upstream.questions).toHaveLength(1);
      await expect.poll(() => server.exits()).toMatchObject([{ reason: "normal" }]);
    });
  }
});

test.describe("Stop", () => {
  test("lets go of the answer before the page does anything else", async ({ chat, page, upstream }) => {
    await chat.ask("Anybody there?");
    const question = await upstream.asked();
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
          setTimeout(() => done({ ...first })); // a browser lets go once it is through with the click
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

  test("stops the model before its first word, while nothing has come back", async ({ chat, upstream }) => {
    await chat.ask("Hello?");
    const question = await upstream.asked();
    await chat.stop.click();
    expect(await question.closed).toBe("client");
    await expect(chat.status).toHaveText("Stopped");
  });

  test("stops the model while it thinks in silence", async ({ chat, upstream }) => {
    await chat.ask("Hello?");
    const question = await upstream.asked();
    question.begin();
    await chat.stop.click();
    expect(await question.closed).toBe("client");
    await expect(chat.status).toHaveText("Stopped");
  });

  test("stops the model while it thinks aloud, and keeps the thought", async ({ chat, upstream, page }) => {
    await chat.ask("Hello?");
    const question = await upstream.asked();
    question.reasoning("Hm, let me see");
    await expect(page.getByText("Hm, let me see")).toBeVisible();
    await chat.stop.click();
    expect(await question.closed).toBe("client");
    await expect(chat.status).toHaveText("Stopped");
    await expect(chat.answer).toContainText("Hm, let me see");
  });

  test("stops the model in the middle of its answer, keeps the text, and has a receipt", async ({
    chat,
    upstream,
    server,
    page,
  }) => {
    await chat.ask("Count to a million");
    const question = await upstream.asked();
    question.delta("one, two, ");
    await expect(chat.answer).toContainText("one, two,");
    await chat.stop.click();
    expect(await question.closed).toBe("client");
    await expect(chat.status).toHaveText("Stopped");
    await expect(chat.answer).toContainText("one, two,");
    await expect(page.getByText(/connection closed in \d+ ms/)).toBeVisible();
    await expect(chat.alert, "stopping is no failure").toBeHidden();
    await expect.poll(() => server.exits()).toMatchObject([{ reason: "killed" }]);
    const [{ task }] = server.exits();
    expect(await server.fate(task)).toMatchObject({ state: "ended", reason: "killed", deltas: 1 });
  });

  test("says so where it comes before the server has said a word", async ({ chat, page, server }) => {
    await page.route("**/api/chat", () => {}); // never answered
    await chat.ask("Are you there?");
    await expect(chat.status).toHaveText("Thinking…");
    await chat.stop.click();
    await expect(chat.status).toHaveText("Stopped");
    await expect(page.getByText("the server could not confirm it")).toBeVisible();
    expect(server.exits()).toEqual([]);
  });

  test("says so where the server can't be asked what became of the task", async ({ chat, upstream, page, complaints }) => {
    complaints.allow(/ERR_FAILED/);
    await page.route("**/api/fate?*", (route) => route.abort());
    await chat.ask("Count to a million");
    const question = await upstream.asked();
    question.delta("one");
    await expect(chat.answer).toContainText("one");
    await chat.stop.click();
    expect(await question.closed).toBe("client");
    await expect(page.getByText("the server could not confirm it")).toBeVisible();
  });

  test("is the Escape key, too", async ({ chat, upstream, page }) => {
    await chat.ask("Count to a million");
    const question = await upstream.asked();
    question.delta("one");
    await expect(chat.answer).toContainText("one");
    await page.keyboard.press("Escape");
    expect(await question.closed).toBe("client");
    await expect(chat.status).toHaveText("Stopped");
  });

  test("does nothing when nothing runs", async ({ chat, page, upstream }) => {
    await page.keyboard.press("Escape");
    await chat.ask("Hello?");
    const question = await upstream.asked();
    question.delta("Hello!");
    question.finish();
    await expect(chat.status).toHaveText("Done");
    await page.keyboard.press("Escape");
    await expect(chat.status).toHaveText("Done");
  });

  test("leaves the page ready for the next question", async ({ chat, upstream }) => {
    for (const text of ["first", "second", "third"]) {
      await chat.ask(text);
      const question = await upstream.asked();
      question.delta(`about the ${text}`);
      await expect(chat.answer).toContainText(`about the ${text}`);
      await chat.stop.click();
      expect(await question.closed).toBe("client");
      await expect(chat.status).toHaveText("Stopped");
    }
    await chat.ask("fourth");
    const question = await upstream.asked();
    question.delta("all of it");
    question.finish();
    await expect(chat.status).toHaveText("Done");
    await expect(chat.answer).toContainText("all of it");
  });
});

test.describe("a failure", () => {
  test.afterEach(async ({ chat, upstream }) => {
    // Whatever went wrong: Retry asks again, and it works.
    await chat.retry.click();
    const question = await upstream.asked();
    expect(question.said).toEqual(["user: Are you well?"]);
    question.delta("Better now");
    await expect(chat.answer).toContainText("Better now");
    await expect(chat.alert).toBeHidden();
    question.finish();
    await expect(chat.status).toHaveText("Done");
    await expect(chat.retry).toBeHidden();
  });

  test("of the model server, with its own words", async ({ chat, upstream }) => {
    await chat.ask("Are you well?");
    (await upstream.asked()).fail(500, { error: { message: "the GPU is on fire" } });
    await expect(chat.alert).toContainText("the GPU is on fire");
    await expect(chat.status).toHaveText("Failed");
  });

  test("for want of a key says where to give one", async ({ chat, upstream }) => {
    await chat.ask("Are you well?");
    (await upstream.asked()).fail(401, { error: { message: "no key" } });
    await expect(chat.alert).toContainText("--api-key");
  });

  test("to connect says what to look at", async ({ chat, upstream }) => {
    await upstream.stop();
    await chat.ask("Are you well?");
    await expect(chat.alert).toContainText("Is the model server running");
    await upstream.start();
  });

  test("in the middle of an answer keeps the text", async ({ chat, upstream }) => {
    await chat.ask("Are you well?");
    const question = await upstream.asked();
    question.delta("As far as I ");
    await expect(chat.answer).toContainText("As far as I");
    question.error("out of memory");
    await expect(chat.alert).toContainText("out of memory");
    await expect(chat.answer).toContainText("As far as I");
  });

  test("of the connection to the model server keeps the text, and never looks like an end", async ({
    chat,
    upstream,
  }) => {
    await chat.ask("Are you well?");
    const question = await upstream.asked();
    question.delta("As far as I ");
    await expect(chat.answer).toContainText("As far as I");
    question.cut();
    await expect(chat.alert).toContainText("may be incomplete");
    await expect(chat.answer).toContainText("As far as I");
    await expect(chat.status).not.toHaveText("Done");
  });

  test("leaves alone what has been typed meanwhile", async ({ chat, upstream }) => {
    await chat.ask("Are you well?");
    const question = await upstream.asked();
    await chat.box.fill("a draft");
    question.fail(503, { error: { message: "busy" } });
    await expect(chat.alert).toContainText("busy");
    await expect(chat.box).toHaveValue("a draft");
  });
});

test.describe("a message", () => {
  test("can be copied", async ({ chat, upstream, page, context }) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await chat.ask("A rhyme, please");
    const question = await upstream.asked();
    question.delta("stop\n\n* shop\n");
    await expect(chat.answer).toContainText("shop");
    await expect(chat.action(chat.answer, "Copy"), "not before it is finished").toBeHidden();
    question.finish();
    await chat.action(chat.answer, "Copy").click();
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe("stop\n\n* shop\n");
  });

  test("can be copied where the browser gives the page no clipboard", async ({ chat, upstream, page, context }) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.addInitScript(() => {
      Object.assign(window, { reader: navigator.clipboard });
      Object.defineProperty(navigator, "clipboard", { value: undefined });
    });
    await page.reload();
    await chat.alive();
    await chat.ask("A rhyme, please");
    const question = await upstream.asked();
    question.delta("stop\n\n* shop\n");
    question.finish();
    const copy = chat.answer.getByRole("button", { name: /^Copy/ });
    await copy.click();
    await expect(copy).toHaveAccessibleName("Copy ✓");
    await expect(copy).toBeFocused();
    const copied = () => page.evaluate(() => (window as unknown as { reader: Clipboard }).reader.readText());
    expect(await copied()).toBe("stop\n\n* shop\n");
  });

  test("isn't said to be copied when it is not", async ({ chat, upstream, page }) => {
    await page.addInitScript(() => {
      Object.defineProperty(navigator, "clipboard", { value: undefined });
      document.execCommand = () => false;
    });
    await page.reload();
    await chat.alive();
    await chat.ask("A rhyme, please");
    const question = await upstream.asked();
    question.delta("stop, shop");
    question.finish();
    const copy = chat.answer.getByRole("button", { name: /^Copy/ });
    await copy.click();
    await expect(copy).toHaveAccessibleName("Copy isn’t allowed here: select the text instead");
  });

  test("can be put back into the box, and asked again in other words", async ({ chat, upstream }) => {
    await chat.ask("How?");
    (await upstream.asked()).finish();
    await expect(chat.status).toHaveText("Done");
    await chat.action(chat.message(0), "Edit").click();
    await expect(chat.box).toHaveValue("How?");
    await chat.box.press("End");
    await chat.box.pressSequentially(" And why?");
    await chat.box.press("Enter");
    const again = await upstream.asked();
    expect(again.said).toEqual(["user: How? And why?"]);
    again.delta("So.");
    again.finish();
    await expect(chat.message(0)).toContainText("2/2");
    await chat.action(chat.message(0), "Previous version").click();
    await expect(chat.message(0)).toContainText("How?");
    await expect(chat.message(0)).not.toContainText("And why?");
  });

  test("can be edited from an empty box with the up arrow, and what was typed before is not lost", async ({
    chat,
    upstream,
  }) => {
    await chat.ask("How?");
    (await upstream.asked()).finish();
    await expect(chat.status).toHaveText("Done");
    await chat.box.press("ArrowUp");
    await expect(chat.box).toHaveValue("How?");
    await chat.box.press("Escape");
    await expect(chat.box).toHaveValue("");
    await chat.box.fill("a draft");
    await chat.action(chat.message(0), "Edit").click();
    await expect(chat.box).toHaveValue("How?");
    await chat.page.getByRole("button", { name: "Cancel" }).click();
    await expect(chat.box).toHaveValue("a draft");
  });

  test("that was stopped goes on where it ended", async ({ chat, upstream }) => {
    await chat.ask("Count");
    const first = await upstream.asked();
    first.delta("one, two, ");
    await expect(chat.answer).toContainText("one, two,");
    await chat.stop.click();
    await chat.action(chat.answer, "Continue").click();
    const second = await upstream.asked();
    expect(second.said).toEqual(["user: Count", "assistant: one, two,"]);
    second.delta(" three");
    second.finish();
    await expect(chat.status).toHaveText("Done");
    await expect(chat.answer).toContainText("one, two, three");
    await expect(chat.action(chat.answer, "Continue")).toBeHidden();
    await expect(chat.log.getByRole("article")).toHaveCount(2);
  });

  test("says how many tokens it has, and how soon the first came", async ({ chat, upstream }) => {
    await chat.ask("Hello?");
    const question = await upstream.asked();
    question.delta("Hello!");
    question.finish();
    await expect(chat.answer).toContainText(/42 tokens · .*first after \d/);
  });

  test("says how fast it came, where that can be told", async ({ chat, upstream }) => {
    await chat.ask("Hello?");
    const question = await upstream.asked();
    const began = Date.now();
    question.delta("Hello");
    await expect(chat.answer).toContainText("Hello");
    await expect.poll(() => Date.now() - began, "long enough to be measured").toBeGreaterThan(500);
    question.delta(" you");
    question.finish();
    await expect(chat.answer).toContainText(/42 tokens · \d+\.\d tokens\/s · first after/);
  });

  test("can be answered anew, and the earlier answer stays", async ({ chat, upstream }) => {
    await chat.ask("Heads or tails?");
    const first = await upstream.asked();
    first.delta("Heads");
    first.finish();
    await expect(chat.status).toHaveText("Done");
    await chat.action(chat.answer, "Regenerate").click();
    const second = await upstream.asked();
    expect(second.said).toEqual(["user: Heads or tails?"]);
    second.delta("Tails");
    second.finish();
    await expect(chat.answer).toContainText("Tails");
    await expect(chat.status).toHaveText("Done");
    await expect(chat.answer).toContainText("2/2");
    await chat.action(chat.answer, "Previous version").click();
    await expect(chat.answer).toContainText("Heads");
    await expect(chat.answer).toContainText("1/2");
    await chat.action(chat.answer, "Next version").click();
    await expect(chat.answer).toContainText("Tails");
  });
});

test.describe("conversations", () => {
  test("are kept apart, and each can be gone back to", async ({ chat, upstream }) => {
    for (const topic of ["cats", "dogs"]) {
      await chat.newChat.click();
      await expect(chat.log.getByRole("article")).toHaveCount(0);
      await chat.ask(`About ${topic}`);
      const question = await upstream.asked();
      expect(question.said).toEqual([`user: About ${topic}`]);
      question.delta(`I like ${topic}`);
      question.finish();
      await expect(chat.status).toHaveText("Done");
    }
    const cats = chat.conversations.getByRole("link", { name: "About cats", exact: true });
    await cats.click();
    await expect(cats).toHaveAttribute("aria-current", "page");
    await expect(chat.log.getByRole("article")).toHaveCount(2);
    await expect(chat.answer).toContainText("I like cats");
    await chat.ask("More");
    expect((await upstream.asked()).said).toEqual(["user: About cats", "assistant: I like cats", "user: More"]);
  });

  test("keep their drafts", async ({ chat, upstream }) => {
    await chat.ask("About cats");
    (await upstream.asked()).finish();
    await expect(chat.status).toHaveText("Done");
    await chat.box.fill("a draft about cats");
    await chat.newChat.click();
    await expect(chat.box).toHaveValue("");
    await chat.conversations.getByRole("link", { name: "About cats", exact: true }).click();
    await expect(chat.box).toHaveValue("a draft about cats");
  });

  test("that are left in the middle of an answer stop it, and keep what there was", async ({
    chat,
    upstream,
    server,
  }) => {
    await chat.ask("About cats");
    const question = await upstream.asked();
    question.delta("I like c");
    await expect(chat.answer).toContainText("I like c");
    await chat.newChat.click();
    expect(await question.closed).toBe("client");
    await expect(chat.log.getByRole("article")).toHaveCount(0);
    await expect(chat.send).toBeVisible();
    await expect.poll(() => server.exits()).toMatchObject([{ reason: "killed" }]);

    await chat.conversations.getByRole("link", { name: "About cats", exact: true }).click();
    await expect(chat.answer).toContainText("I like c");
    await expect(chat.status).toHaveText("Interrupted");
    await chat.ask("Go on");
    expect((await upstream.asked()).said).toEqual(["user: About cats", "assistant: I like c", "user: Go on"]);
  });
});

test("the page says why there are no models, and answers as soon as there are", async ({ page, chat, upstream }) => {
  await upstream.stop();
  await page.reload();
  await chat.alive();
  await expect(page.getByText("Is the model server running")).toBeVisible();
  await upstream.start();
  await chat.ask("Hello?");
  const question = await upstream.asked();
  expect(question.body.model).toBe("alpha");
  question.delta("Hello!");
  question.finish();
  await expect(chat.answer).toContainText("Hello!");
});
