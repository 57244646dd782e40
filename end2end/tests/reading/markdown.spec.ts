// An answer is Markdown: it is formatted as it arrives, and nothing in it is run or fetched.

import { expect, test } from "../../support/fixtures";

test("an answer is formatted as it arrives, without half marks", async ({ chat, upstream }) => {
  await chat.ask("Show me");
  const question = await upstream.nextQuestion();
  for (const piece of ["A **bo", "ld** word, `co", "de` and [a li", "nk](https://exam", "ple.org/)\n\n```ru", "st\nfn ma"]) {
    question.delta(piece);
  }
  await expect(chat.answer.locator("pre code")).toHaveText("fn ma");
  await expect(chat.answer.locator("strong")).toHaveText("bold");
  await expect(chat.answer.getByRole("link", { name: "a link" })).toHaveAttribute("rel", "noopener nofollow");
  question.delta("in() {}\n```\n\nThen **unclosed");
  await expect(chat.answer.locator("strong").last()).toHaveText("unclosed");
  await expect(chat.answer).not.toContainText("**");
  question.finish();
  await expect(chat.status).toHaveText("Done");
});

test("finished code is coloured and finished formulas are set", async ({ chat, upstream, page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await chat.ask("Show me");
  const question = await upstream.nextQuestion();
  question.delta("```rust\nfn main() {}\n```\n\nSo $a^2$ and \\[b_1\\] it is.\n\nMore.\n\n");
  await expect(chat.answer.locator("code .hl-k")).toHaveText("fn");
  await expect(chat.answer.locator("math")).toHaveCount(2);
  await expect(chat.answer.locator("pre code")).toHaveText("fn main() {}");
  await chat.answer.getByRole("button", { name: "Copy code" }).click();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe("fn main() {}");
  question.finish();
  await expect(chat.status).toHaveText("Done");
});

test("a block that is too long leaves the others coloured", async ({ chat, upstream }) => {
  await chat.ask("Show me");
  const question = await upstream.nextQuestion();
  const long = "let long = true;\n".repeat(5000);
  const large = fenced("some words\n".repeat(5000), "words"); // several of these exceed one request
  question.delta(fenced("fn main() {}") + fenced(long) + large.repeat(6) + fenced("fn last() {}") + "The end.\n\n");
  question.finish();
  await expect(chat.status).toHaveText("Done");
  await expect(chat.answer.locator("pre").first().locator(".hl-k")).toHaveText("fn");
  await expect(chat.answer.locator("pre").last().locator(".hl-k")).toHaveText("fn");
});

test("code is coloured after a failed request", async ({ chat, upstream, page, consoleErrors }) => {
  consoleErrors.allow(/ERR_FAILED/);
  await page.route("**/api/typeset", (route) => route.abort(), { times: 1 });
  await chat.ask("Show me");
  const question = await upstream.nextQuestion();
  question.delta(fenced("fn main() {}"));
  question.finish();
  await expect(chat.answer.locator("code .hl-k")).toHaveText("fn");
});

test("a large finished list is there to its last word", async ({ chat, upstream }) => {
  await chat.ask("Tell me everything");
  const question = await upstream.nextQuestion();
  question.delta("- an item of the list\n".repeat(1500));
  await expect(chat.answer.getByRole("listitem")).toHaveCount(1500);
  question.delta("- one more");
  await expect(chat.answer.getByRole("listitem").last()).toHaveText("one more");
  question.finish();
  await expect(chat.status).toHaveText("Done");
});

test("blocks that the server skipped are asked for again", async ({ chat, upstream, page }) => {
  let asked = 0;
  await page.route("**/api/typeset", async (route) => {
    asked += 1;
    const { items } = route.request().postDataJSON() as { items: object[] };
    await (asked === 1 ? route.fulfill({ json: { html: items.map(() => null) } }) : route.continue());
  });
  await chat.ask("Show me");
  const question = await upstream.nextQuestion();
  question.delta("```rust\nfn main() {}\n```\n\nSo $a^2$ it is.\n\nMore.\n\n");
  await expect(chat.answer.locator("code .hl-k")).toHaveText("fn");
  await expect(chat.answer.locator("math")).toHaveCount(1);
  expect(asked).toBe(2);
  question.finish();
  await expect(chat.status).toHaveText("Done");
});

const fenced = (code: string, language = "rust") => `\`\`\`${language}\n${code}\n\`\`\`\n\n`;

test("a selection stays while its block grows", async ({ chat, upstream, page }) => {
  await chat.ask("Show me");
  const question = await upstream.nextQuestion();
  for (const [piece, chosen, more] of [
    ["Some **bold** words", "bold", " and more"],
    ["\n\n- first\n- an item", "an item", "\n- another"],
    ["\n\n| a |\n|---|\n| cell |", "cell", "\n| below |"],
  ]) {
    question.delta(piece);
    await chat.answer.getByText(chosen, { exact: true }).evaluate((element) => getSelection()!.selectAllChildren(element));
    const selected = () => page.evaluate(() => getSelection()!.toString().trim());
    expect(await selected()).toBe(chosen);
    question.delta(more);
    await expect(chat.answer).toContainText(more.replace(/[^a-z ]+/g, "").trim());
    expect(await selected()).toBe(chosen);
  }
  question.finish();
  await expect(chat.status).toHaveText("Done");
});

const HOSTILE = [
  "<script>window.ran = 1</script>",
  "<img src=x onerror='window.ran = 1'>",
  "<svg onload='window.ran = 1'><script>window.ran = 1</script></svg>",
  "<iframe srcdoc='<script>parent.ran = 1</script>'></iframe>",
  "[click](javascript:window.ran=1) [click](JaVaScRiPt:window.ran=1) [click](java&#115;cript:window.ran=1)",
  "[click](data:text/html,<script>window.ran=1</script>) [click](<java\tscript:window.ran=1>)",
  "![see](https://fetched.example/cat.png) ![](javascript:window.ran=1)",
  '```"><script>window.ran=1</script>\ncode\n```',
  '[a](https://a.example "\\" onmouseover=window.ran=1 x=\\"")',
  "$\\href{javascript:window.ran=1}{x}$ $\\class{x\" onclick=\"window.ran=1}{y}$",
  "**_~~`[![((<<{{$$\\[\\(",
  `${"> ".repeat(10_000)}deep`,
  `${"- ".repeat(10_000)}deep`,
  "[".repeat(10_000),
  "x".repeat(1_000_000),
];

test("a hostile answer runs, fetches and blocks nothing", async ({ chat, upstream, page, baseURL, consoleErrors }) => {
  test.slow();
  const foreign: string[] = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(baseURL ?? "") && !request.url().startsWith("blob:")) foreign.push(request.url());
  });
  await page.evaluate(() => {
    Reflect.set(window, "violations", 0);
    addEventListener("securitypolicyviolation", () => Reflect.set(window, "violations", Reflect.get(window, "violations") + 1));
  });
  await chat.ask("Be evil");
  const question = await upstream.nextQuestion();
  for (const evil of HOSTILE) {
    for (let from = 0; from < evil.length; from += 50_000) question.delta(evil.slice(from, from + 50_000));
    question.delta("\n\n");
  }
  question.delta("The end.");
  question.finish();
  await expect(chat.status).toHaveText("Done", { timeout: 60_000 });
  await expect(chat.answer).toContainText("The end.");
  await expect(chat.log.locator("script, img, iframe, svg, object, embed, form, style, [style]")).toHaveCount(0);
  const links = await chat.log.getByRole("link").evaluateAll((all) => all.map((link) => link.getAttribute("href") ?? ""));
  for (const link of links) expect(link).toMatch(/^(https?:|mailto:|#)/);
  const handlers = await chat.log.evaluate((log) =>
    [...log.querySelectorAll("*")].flatMap((element) => element.getAttributeNames().filter((name) => name.startsWith("on"))),
  );
  expect(handlers).toEqual([]);
  for (const link of await chat.log.getByRole("link").all()) await link.dispatchEvent("mouseover");
  expect(await page.evaluate(() => [Reflect.get(window, "ran"), Reflect.get(window, "violations")])).toEqual([undefined, 0]);
  expect(foreign).toEqual([]);

  // The listener works: the page's policy refuses a script that is put into the page on purpose.
  await page.evaluate(() => document.body.insertAdjacentHTML("beforeend", '<b onclick="window.ran = true"></b><img src="https://example.invalid/">'));
  await expect.poll(() => page.evaluate(() => Reflect.get(window, "violations"))).toBe(2);
  consoleErrors.allow(/Content Security Policy/);
});

test("a reader who scrolls up stays there until a click", async ({ chat, upstream, page }) => {
  await chat.ask("A long one");
  const question = await upstream.nextQuestion();
  const lines = (count: number) => question.delta("A line of the answer.\n\n".repeat(count));
  lines(80);
  const main = page.locator("main");
  const below = () => main.evaluate((main) => main.scrollHeight - main.scrollTop - main.clientHeight);
  await expect.poll(below).toBeLessThan(2);
  const jump = page.getByRole("button", { name: "Jump to latest" });
  await expect(jump).toBeHidden();
  await main.hover();
  await page.mouse.wheel(0, -120);
  await expect(jump).toBeVisible();
  const top = await main.evaluate((main) => main.scrollTop);
  lines(40);
  await expect.poll(below).toBeGreaterThan(500);
  expect(await main.evaluate((main) => main.scrollTop)).toBe(top);
  await jump.click();
  await expect.poll(below).toBeLessThan(2);
  lines(40);
  question.finish();
  await expect(chat.status).toHaveText("Done");
  await expect.poll(below).toBeLessThan(2);
  await expect(jump).toBeHidden();
});
