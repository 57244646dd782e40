// The roles and accessible names of each page, in each state, compared with the files in `names.spec.ts-snapshots`.
// A change that is meant: npm test -- names --update-snapshots

import type { Locator } from "@playwright/test";
import type { Chat } from "../../support/chat-page";
import { expect, test } from "../../support/fixtures";
import { Monitor } from "../../support/monitor-page";
import { Server } from "../../support/server";
import { EssayPage } from "../../support/essay-page";
import type { Upstream } from "../../support/upstream";

const ANSWER = `## A heading

A [link](https://example.org/), \`code\` and $a^2$.

- [x] done
- [ ] open

| left | right |
|:-----|------:|
| a    | 1     |

\`\`\`rust
fn main() {}
\`\`\`

![An image](https://example.org/cat.png)
`;

/** An element of an aria snapshot: its role, its name, its state. Its text is left out. */
const ELEMENT = /^ *- '?\w+(?: "(?:[^"\\]|\\.)*")?(?: \[[^\]]*\])*/;

/** These have no names: what matters is what stands in them. */
const UNNAMED = /^ *- (?:paragraph|text)$/;

/** The tree of roles and names, with `N` for each number in a name: counts and times differ from run to run. */
async function names(root: Locator): Promise<string> {
  const lines = (await root.ariaSnapshot()).split("\n").map((line) => ELEMENT.exec(line)?.[0].replace("'", "") ?? "");
  const elements = lines.filter((line) => line && !UNNAMED.test(line));
  return `${elements.join("\n")}\n`.replace(/"[^"\n]*"/g, (name) => name.replace(/\d+(?:\.\d+)?(?: m?s\b)?/g, "N"));
}

async function expectNames(root: Locator, file: string): Promise<void> {
  await expect(async () => expect(await names(root)).toMatchSnapshot(`${file}.txt`)).toPass({ timeout: 15_000 });
}

/** Asks a question that is answered with some reasoning and with all kinds of Markdown. */
async function converse(chat: Chat, upstream: Upstream): Promise<void> {
  await chat.ask("What is there?");
  const question = await upstream.nextQuestion();
  question.reasoning("Let me think.");
  question.delta(ANSWER);
  question.finish();
  await expect(chat.status).toHaveText("Done");
  await expect(chat.answer.locator("math")).toBeAttached();
}

test("the chat page before it is touched", async ({ chat, page }) => {
  await expect(chat.model.getByRole("option", { name: "alpha" })).toBeAttached();
  await expectNames(page.locator("body"), "chat");
});

test("a conversation, while it is answered and afterwards", async ({ chat, upstream, page }) => {
  await converse(chat, upstream);
  await expectNames(page.locator("body"), "conversation");
  await chat.action(chat.answer, "Regenerate").click();
  const again = await upstream.nextQuestion();
  again.delta("Once more.");
  await expect(chat.answer).toContainText("Once more.");
  await expectNames(page.locator("body"), "answering");
  again.finish();
  await expect(chat.status).toHaveText("Done");
  await chat.action(chat.message(0), "Edit").click();
  await expectNames(page.locator("body"), "editing");
});

test("a conversation whose answer failed", async ({ chat, upstream, page }) => {
  await chat.ask("Fail!");
  (await upstream.nextQuestion()).fail(500, { error: { message: "out of memory" } });
  await expect(chat.alert).toContainText("out of memory");
  await expectNames(page.locator("main"), "failed");
});

test("the settings", async ({ chat, page }) => {
  await chat.wake();
  await page.getByRole("button", { name: "Settings", exact: true }).click();
  await expectNames(page.getByRole("dialog", { name: "Settings" }), "settings");
});

test("the sidebar, with its search and an undo", async ({ chat, upstream }) => {
  await converse(chat, upstream);
  await chat.conversations.getByText("Export and import").click();
  await expectNames(chat.conversations, "sidebar");
  await chat.conversations.getByRole("searchbox").fill("there");
  await expect(chat.conversations.locator("small")).toBeVisible();
  await expectNames(chat.conversations, "sidebar-search");
  await chat.conversations.getByRole("button", { name: "Rename What is there?" }).click();
  await expectNames(chat.conversations, "sidebar-rename");
  await chat.page.keyboard.press("Escape");
  await chat.conversations.getByRole("button", { name: "Delete What is there?" }).click();
  await expectNames(chat.conversations, "sidebar-undo");
});

test("a comparison of two models", async ({ chat, upstream, page }) => {
  await chat.wake();
  await page.getByRole("button", { name: /^Compare/ }).click();
  await page.getByRole("combobox", { name: "Compare with" }).first().selectOption("beta");
  await expectNames(page.locator("body"), "compare-picker");
  await chat.ask("Who are you?");
  const asked = [await upstream.nextQuestion(), await upstream.nextQuestion()];
  for (const question of asked) question.delta(`I am ${question.body.model}`);
  for (const model of ["alpha", "beta"]) await expect(chat.log).toContainText(`I am ${model}`);
  await expectNames(page.locator("main"), "comparing");
  for (const question of asked) question.finish();
  await expect(chat.status).toHaveText("Done");
  await expectNames(page.locator("main"), "comparison");
});

test("a question with files", async ({ chat, upstream, page }) => {
  await chat.wake();
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Attach files", exact: true }).click();
  await (await chooser).setFiles({ name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("Rex and Fido") });
  await expect(page.getByRole("list", { name: "Files to be sent" })).toContainText("notes.txt");
  await expectNames(page.getByRole("region", { name: "Ask" }), "files-waiting");
  await chat.ask("What is it?");
  (await upstream.nextQuestion()).finish();
  await expect(chat.status).toHaveText("Done");
  await expectNames(chat.log, "files-sent");
});

test("a conversation that this browser doesn't have", async ({ chat, page }) => {
  await page.goto("/c/nosuchconversation");
  await chat.alive();
  await expect(page.getByText("isn't kept in this browser")).toBeVisible();
  await expectNames(page.locator("body"), "no-conversation");
});

test("the page of a task", async ({ page }) => {
  const task = await new EssayPage(page).open();
  await expectNames(page.locator("body"), "task");
  await task.makeLasting(10_000);
  await task.start.click();
  await expect(task.cancel).toBeVisible();
  await expectNames(page.locator("main"), "task-running");
  await task.cancel.click();
  await expect(task.exits).toHaveCount(1);
  await expectNames(page.locator("main"), "task-cancelled");
});

test("the monitor", async ({ page, context }) => {
  const monitor = await new Monitor(page).open();
  const left = await context.newPage();
  await new Monitor(left).open();
  await left.close();
  await expect(monitor.exit("monitor")).toHaveCount(1);
  await expectNames(page.locator("body"), "monitor");
});

test("a page that doesn't exist", async ({ page, consoleErrors }) => {
  consoleErrors.allow(/status of 404 \(Not Found\)/);
  await page.goto("/no/such/page");
  await expect(page.locator("html[data-ready]")).toBeAttached();
  await expectNames(page.locator("body"), "not-found");
});

test("the login page, before and after a wrong password", async ({ upstream, page, consoleErrors }) => {
  consoleErrors.allow(/Failed to load resource/);
  const server = await Server.start(upstream.url, { args: ["--password", "correct horse"] });
  await page.goto(server.url);
  await expectNames(page.locator("body"), "login");
  await page.getByLabel("Password").fill("battery staple");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert")).toBeVisible();
  await expectNames(page.locator("body"), "login-refused");
  await server.end();
});
