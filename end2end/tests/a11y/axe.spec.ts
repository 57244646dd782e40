// axe-core finds no violation on any page, in any state, light or dark.

import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, test as base } from "../../support/fixtures";
import { Monitor } from "../../support/monitor-page";
import { EssayPage } from "../../support/essay-page";
import type { Question } from "../../support/upstream";

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"];

const RICH = `# A heading

Some **strong** and *soft* words, ~~struck~~, \`code\`, a [link](https://example.org/), a note[^1], and $a^2 + b^2$.

## Beneath it

1. One
   - nested
     - deeper
2. Two

- [x] done
- [ ] open

> Quoted, and quoted well.

| left | centre | right |
|:-----|:------:|------:|
| a    | b      | 1     |
${"| much wider than any phone is, and then some more | b | 2 |\n".repeat(3)}
\`\`\`rust
// The answer to all of it, at any length: ${"and then some more, ".repeat(8)}
#[derive(Debug)]
pub fn answer<'a>(of: &'a str) -> Result<u32, Error> { Ok("42\\n".trim().parse::<u32>()? + 0x10) }
\`\`\`

\`\`\`html
<!-- a comment --><a href="https://example.org/" class='x'>text &amp; more</a>
\`\`\`

\`\`\`diff
- before
+ after
\`\`\`

\`\`\`python
@decorator
class A(B): # comment
    x: int = None if 1.5 > 2 else f"a {b}"
\`\`\`

$$\\sum_{i=1}^{n} i = \\frac{n(n+1)}{2}${" + \\frac{n(n+1)}{2}".repeat(12)}$$

#### A level left out

[^1]: This one.

![An image](https://example.org/cat.png)

***
`;

/** One red pixel. */
const PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";

const WIDTHS = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } };

const test = base.extend<{ axe: () => Promise<void> }>({
  // Once in the light theme and once in the dark.
  axe: async ({ page }, use) =>
    use(async () => {
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        expect(await violations(page), `by ${colorScheme}`).toEqual([]);
      }
    }),
});

for (const [device, viewport] of Object.entries(WIDTHS)) {
  test.describe(`on a ${device}`, () => {
    test.use({ viewport });

    test("the empty chat has no violations", async ({ chat, axe }) => {
      await expect(chat.model.getByRole("option", { name: "alpha" })).toBeAttached();
      await axe();
    });

    test("a rich conversation has none, during and after the answer", async ({ chat, upstream, axe }) => {
      test.slow();
      await chat.ask("Show me **everything**");
      const question = await upstream.nextQuestion();
      question.reasoning("What is everything?\n\nLet me think.");
      await expect(chat.answer).toContainText("Let me think");
      await axe();
      question.delta(RICH);
      await expect(chat.answer.locator(".hl-k").first()).toBeAttached();
      await expect(chat.answer.locator("math").first()).toBeAttached();
      question.delta("\n\n```js\nlet half = 1");
      await expect(chat.answer).toContainText("let half");
      await axe();
      question.finish();
      await expect(chat.status).toHaveText("Done");
      await axe();
      await chat.action(chat.answer, "Regenerate").click();
      const again = await upstream.nextQuestion();
      again.delta("Once more.");
      await expect(chat.answer).toContainText("Once more.");
      await chat.stop.click();
      await expect(chat.status).toHaveText("Stopped");
      await axe();
      await chat.action(chat.message(0), "Edit").click();
      await axe();
    });

    test("an error has no violations", async ({ chat, upstream, consoleErrors, axe }) => {
      consoleErrors.allow(/Failed to load resource/);
      await chat.ask("Fail!");
      (await upstream.nextQuestion()).fail(500, { error: { message: "out of memory" } });
      await expect(chat.alert).toContainText("out of memory");
      await expect(chat.retry).toBeVisible();
      await axe();
    });

    test("the list of conversations has no violations", async ({ chat, upstream, page, axe }) => {
      for (const title of ["About cats", "About dogs, and a title that is longer than its place"]) {
        await chat.ask(title);
        finish(await upstream.nextQuestion());
        await expect(chat.status).toHaveText("Done");
        if (device === "phone") await page.getByRole("button", { name: "Conversations list" }).click();
        if (title === "About cats") await chat.newChat.click();
      }
      await chat.conversations.getByText("Export and import").click();
      await expect(chat.conversations.getByRole("button", { name: "Export all" })).toBeVisible();
      await axe();
      await chat.conversations.getByRole("button", { name: "Rename About cats" }).click();
      await axe();
      await page.keyboard.press("Escape");
      await chat.conversations.getByRole("button", { name: "Delete About cats" }).click();
      await expect(chat.conversations.getByRole("button", { name: "Undo" })).toBeVisible();
      await axe();
      await chat.conversations.getByRole("searchbox").fill("nothing like it");
      await expect(chat.conversations.getByText("Nothing found")).toBeVisible();
      await axe();
    });

    test("the settings have no violations", async ({ chat, page, axe }) => {
      await chat.wake();
      await page.getByRole("button", { name: "Settings", exact: true }).click();
      const settings = page.getByRole("dialog", { name: "Settings" });
      await expect(settings).toBeVisible();
      await axe();
      await settings.getByRole("textbox", { name: "Temperature" }).fill("hot");
      await settings.getByRole("textbox", { name: "Seed" }).fill("7");
      await expect(settings.getByRole("textbox", { name: "Temperature" })).toHaveAttribute("aria-invalid", "true");
      await axe();
    });

    test("a comparison and its model picker have no violations", async ({ chat, upstream, page, axe }) => {
      test.slow();
      await chat.wake();
      await page.getByRole("button", { name: /^Compare/ }).click();
      const others = page.getByRole("combobox", { name: "Compare with" });
      await others.nth(0).selectOption("beta");
      await others.nth(1).selectOption("alpha");
      await axe();
      await chat.ask("Who are you?");
      const [first, second, third] = [await upstream.nextQuestion(), await upstream.nextQuestion(), await upstream.nextQuestion()];
      for (const question of [first, second, third]) question.delta("Somebody,");
      await expect(chat.message(3)).toContainText("Somebody");
      await axe();
      first.finish();
      second.error("out of memory");
      await expect(chat.log).toContainText("out of memory");
      await page.getByRole("button", { name: "Stop", exact: true }).click();
      await expect(chat.log).toContainText("Stopped");
      await axe();
    });

    test("files have no violations, before and after sending", async ({ chat, upstream, page, axe }) => {
      const chooser = page.waitForEvent("filechooser");
      await page.getByRole("button", { name: "Attach files", exact: true }).click();
      const file = (name: string, mimeType: string, buffer: Buffer) => ({ name, mimeType, buffer });
      await (await chooser).setFiles([
        file("red.png", "image/png", Buffer.from(PNG, "base64")),
        file("notes that have a very long name, longer than its place.txt", "text/plain", Buffer.from("Remember\n".repeat(99))),
        file("a.bin", "application/octet-stream", Buffer.from([0, 1, 2, 255])),
      ]);
      await expect(page.getByText("“a.bin” is neither")).toBeVisible();
      await expect(page.getByRole("list", { name: "Files to be sent" }).getByRole("listitem")).toHaveCount(2);
      await axe();
      await chat.ask("What is it?");
      finish(await upstream.nextQuestion());
      await expect(chat.status).toHaveText("Done");
      await chat.message(0).getByText("notes that have").click();
      await axe();
    });

    test("a missing conversation has no violations", async ({ chat, page, axe }) => {
      await page.goto("/c/nosuchconversation");
      await chat.alive();
      await expect(page.getByText("isn't kept in this browser")).toBeVisible();
      await axe();
    });

    test("the task page has no violations", async ({ page, axe }) => {
      const task = await new EssayPage(page).open();
      await task.makeLasting(50);
      await axe();
      await task.start.click();
      await expect(task.messages).not.toHaveCount(0);
      await axe();
      await task.cancel.click();
      await expect(task.exits).toHaveCount(1);
      await axe();
    });

    test("the monitor has no violations", async ({ page, context, axe }) => {
      const monitor = await new Monitor(page).open();
      await axe();
      const left = await context.newPage();
      await new Monitor(left).open();
      await left.close();
      await expect(monitor.exit("monitor")).toHaveCount(1);
      await axe();
    });

    test("the not-found page has no violations", async ({ page, consoleErrors, axe }) => {
      consoleErrors.allow(/status of 404 \(Not Found\)/);
      await page.goto("/no/such/page");
      await expect(page.locator("html[data-ready]")).toBeAttached();
      await axe();
    });
  });
}

function finish(question: Question): void {
  question.delta("Yes.");
  question.finish();
}

/** The violations, a line each. */
async function violations(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).withTags(TAGS).analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary?.replace(/\s+/g, " ")}`),
  );
}
