// The page without its code: scripts are turned off, the browser can't run it, or the server can't send it.

import type { Page, Route } from "@playwright/test";
import { Chat } from "../../support/chat-page";
import { expect, test } from "../../support/fixtures";

/** Log lines of a page that is broken on purpose. */
const BROKEN = /failed to (fetch|load)|ERR_FAILED|status of 500|WebAssembly|dynamically imported/i;

/** The time within which the page says that it can't start. */
const NOTICE_MS = 5000;

const reload = (page: Page) => page.getByRole("button", { name: "Reload", exact: true });

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("no question leaves the page, and the page says why", async ({ page, server, upstream }) => {
    const chat = new Chat(page);
    await page.goto("/");
    await expect(page.locator("noscript p")).toBeVisible();
    await chat.box.fill("my secret");
    await chat.send.click();
    await chat.box.press("Enter");
    await chat.send.press("Enter");
    await expect(chat.box).toHaveValue(/my secret/);
    expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe("/");
    expect(upstream.questions).toHaveLength(0);
    expect(server.log.join("\n")).not.toContain("secret");
  });
});

/** Reloads the page and lets all requests through. Held requests end first: without their route they would continue, and the
 * code would start in a page that is about to end. */
async function reloadUnrouted(page: Page): Promise<void> {
  await page.goto("about:blank");
  await page.unrouteAll();
  await page.goto("/");
}

const failures: Record<string, (page: Page) => Promise<unknown>> = {
  "the server fails to send the code": (page) => page.route("**/*.wasm", (route) => route.fulfill({ status: 500 })),
  "the connection is cut": (page) => page.route("**/*.wasm", (route) => route.abort()),
  "its script is missing": (page) => page.route("**/starcrossed.js", (route) => route.fulfill({ status: 500 })),
  "the response is no WebAssembly": (page) =>
    page.route("**/*.wasm", (route) => route.fulfill({ contentType: "application/wasm", body: "hello" })),
  "there is no WebAssembly": (page) => page.addInitScript(() => Reflect.deleteProperty(window, "WebAssembly")),
  "the code never arrives": (page) => page.route("**/*.wasm", () => {}),
};

for (const [why, fail] of Object.entries(failures)) {
  test(`where ${why} the page reports it, keeps the draft`, async ({ page, upstream, consoleErrors }) => {
    consoleErrors.allow(BROKEN);
    await fail(page);
    const chat = new Chat(page);
    await page.goto("/", { waitUntil: "commit" });
    const began = performance.now();
    await chat.box.fill("Is anybody there?");
    await chat.send.click();
    await expect(page.getByRole("alert")).toContainText(/can't start|has not started/, { timeout: NOTICE_MS });
    expect(performance.now() - began).toBeLessThan(NOTICE_MS);
    await expect(chat.box).toHaveValue("Is anybody there?");
    await reload(page).click();
    await expect(chat.box, "it is still broken").toHaveValue("Is anybody there?");
    await expect(page.getByRole("alert")).toContainText(/can't start|has not started/);

    if (why === "there is no WebAssembly") return;
    if (why === "the code never arrives") {
      await reloadUnrouted(page);
    } else {
      await page.unrouteAll();
      await reload(page).click();
    }
    await chat.alive();
    await expect(page.getByRole("alert")).toBeHidden();
    await expect(chat.box).toHaveValue("Is anybody there?");
    expect(upstream.questions, "Send wasn't pressed since").toHaveLength(0);
    await chat.send.click();
    expect((await upstream.nextQuestion()).messages).toEqual(["user: Is anybody there?"]);
    await page.reload();
    await chat.alive();
    await expect(chat.box, "it doesn't come again").toHaveValue("");
  });
}

/** Changes the document in transit. */
const alterDocument = (page: Page, change: (html: string) => string, headers?: (csp: string) => string) =>
  page.route("/", async (route) => {
    const response = await route.fetch();
    const policy = response.headers()["content-security-policy"]!;
    const changed = { ...response.headers(), "content-security-policy": headers?.(policy) ?? policy };
    await route.fulfill({ response, headers: changed, body: change(await response.text()) });
  });

const TOO_OLD = /too old/;
const NOT_HERE = /can't be loaded or run here/;

const refusals: Record<string, [RegExp, (page: Page) => Promise<unknown>]> = {
  "can't read the page's script": [TOO_OLD, (page) => alterDocument(page, (html) => html.replace("await hydrate()", "await hydrate("))],
  "can't read the code's script": [
    TOO_OLD,
    (page) => page.route("**/starcrossed.js", (route) => route.fulfill({ contentType: "text/javascript", body: "let = 1 1" })),
  ],
  "lacks the policy's keyword for WebAssembly": [
    TOO_OLD,
    (page) => alterDocument(page, (html) => html, (policy) => policy.replace("'wasm-unsafe-eval'", "")),
  ],
  "refuses the code": [
    TOO_OLD,
    (page) =>
      page.addInitScript(() => {
        const refuse = () => Promise.reject(new WebAssembly.CompileError("invalid opcode"));
        Object.assign(WebAssembly, { instantiate: refuse, instantiateStreaming: refuse });
      }),
  ],
  "gets no code": [
    NOT_HERE,
    (page) => page.route("**/*.wasm", (route) => route.fulfill({ contentType: "text/html", body: "<h1>Log in" })),
  ],
  "makes the code panic": [
    NOT_HERE,
    (page) => alterDocument(page, (html) => html.replace(/<body>.*<\/body>/s, '<body><p><textarea name="message" aria-label="Message">')),
  ],
};

for (const [how, [words, refuse]] of Object.entries(refusals)) {
  test(`a browser that ${how} gets a fitting message`, async ({ page, consoleErrors }) => {
    consoleErrors.allow(/./); // the wording differs
    await refuse(page);
    const chat = new Chat(page);
    await page.goto("/");
    await chat.box.fill("Is anybody there?");
    await expect(chat.alert).toContainText(words, { timeout: NOTICE_MS });
    await expect(reload(page)).toBeVisible();
    await expect(chat.box).toHaveValue("Is anybody there?");
  });
}

test("code that is late is reported as possibly missing", async ({ page }) => {
  await page.clock.install();
  await page.route("**/*.wasm", () => {});
  await page.goto("/", { waitUntil: "domcontentloaded" });
  await page.clock.runFor(4000);
  await expect(page.getByRole("alert")).toContainText("still on its way");
  await page.clock.runFor(11_000);
  await expect(page.getByRole("alert")).toContainText("may never come");
  await expect(reload(page)).toBeVisible();
});

/** Waits for a frame: the browser draws none while it waits for a style sheet. */
const nextFrame = (page: Page) => page.evaluate(() => new Promise<void>((drawn) => requestAnimationFrame(() => drawn())));

test("a document alone is drawn and says what is missing", async ({ page, consoleErrors }) => {
  consoleErrors.allow(BROKEN);
  await page.route("**/pkg*/**", () => {});
  const chat = new Chat(page);
  const began = performance.now();
  await page.goto("/", { waitUntil: "commit" });
  await expect(chat.alert).toContainText("has not started", { timeout: NOTICE_MS });
  await nextFrame(page);
  expect(performance.now() - began).toBeLessThan(NOTICE_MS);
  await expect(chat.alert).toBeInViewport({ ratio: 1 });
  await chat.box.fill("Is anybody there?");
  await reload(page).click();
  await expect(chat.alert, "it is still broken").toContainText("has not started");
  await expect(chat.box).toHaveValue("Is anybody there?");
  await reloadUnrouted(page);
  await chat.alive();
  await expect(chat.box).toHaveValue("Is anybody there?");
});

test("text typed before the code arrives survives a reload", async ({ page }) => {
  let come = () => {};
  const held = new Promise<void>((resolve) => (come = resolve));
  await page.route("**/*.wasm", async (route) => (await held, route.continue()));
  const chat = new Chat(page);
  await page.goto("/", { waitUntil: "commit" });
  await chat.box.fill("Is anybody there?");
  come();
  await chat.alive();
  await page.reload();
  await chat.alive();
  await expect(chat.box).toHaveValue("Is anybody there?");
});

test("a draft stored by both code and document appears once", async ({ page }) => {
  await page.addInitScript(() => {
    sessionStorage.setItem("starcrossed-typed", "/\nIs anybody there?");
    sessionStorage.setItem("starcrossed-new-draft", "\nIs anybody there?");
  });
  const chat = await new Chat(page).open();
  await expect(chat.box).toHaveValue("Is anybody there?");
});

test("code that arrives during parsing finds the typed text", async ({ page }) => {
  let read = () => {};
  const held = new Promise<void>((resolve) => (read = resolve));
  await page.route("**/slow.js", async (route) => (await held, route.fulfill({ contentType: "text/javascript", body: "" })));
  await alterDocument(page, (html) => html.replace(/(<script nonce="[^"]+")/, '$1 defer src="/slow.js"></script>$1'));
  await page.addInitScript(() => {
    sessionStorage.setItem("starcrossed-typed", "/\nIs anybody there?");
    const { instantiateStreaming } = WebAssembly;
    WebAssembly.instantiateStreaming = async (...program) => {
      const begun = await instantiateStreaming(...program);
      Object.assign(window, { begun });
      return begun;
    };
  });
  const chat = new Chat(page);
  await page.goto("/", { waitUntil: "commit" });
  await page.waitForFunction(() => "begun" in window);
  for (let turn = 0; turn < 20; turn++) await page.evaluate(() => new Promise((next) => setTimeout(next)));
  read();
  await chat.alive();
  await expect(chat.box).toHaveValue("Is anybody there?");
});

test("a slow style sheet doesn't block the page", async ({ page, upstream }) => {
  let come = () => {};
  const held = new Promise<void>((resolve) => (come = resolve));
  await page.route("**/*.css", async (route) => (await held, route.continue().catch(() => {}))); // the page may have aborted the request
  const chat = new Chat(page);
  await page.goto("/", { waitUntil: "commit" });
  await expect(chat.alert).toContainText("still on its way", { timeout: NOTICE_MS });
  await nextFrame(page);
  await chat.ask("Is this a page?");
  expect((await upstream.nextQuestion()).messages).toEqual(["user: Is this a page?"]);
  come();
  await expect(chat.alert).toBeHidden();
  await expect(page.locator(".chat")).toHaveCSS("display", "grid");
});

const sheets: Record<string, (route: Route) => Promise<void>> = {
  "fails on the server": (route) => route.fulfill({ status: 500 }),
  "isn't there": (route) => route.fulfill({ status: 404, contentType: "text/css", body: "" }),
  "is cut off": (route) => route.abort(),
};

for (const [how, fail] of Object.entries(sheets)) {
  test(`a style sheet that ${how} is reported, the draft stays`, async ({ page, consoleErrors }) => {
    consoleErrors.allow(BROKEN, /status of 404|MIME type/);
    await page.route("**/*.css", fail);
    const chat = new Chat(page);
    await page.goto("/", { waitUntil: "commit" });
    await chat.box.fill("Is this a page?");
    const notice = page.locator(".unready");
    await expect(notice).toContainText("can't be loaded", { timeout: NOTICE_MS });
    await chat.alive();
    await expect(notice, "the code has started, and the page has no style sheet").toBeInViewport({ ratio: 1 });
    await expect(chat.box).toHaveValue("Is this a page?");
    await page.unrouteAll();
    await reload(page).click();
    await chat.alive();
    await expect(notice).toBeHidden();
    await expect(chat.box).toHaveValue("Is this a page?");
  });
}

test("slow code is reported, and then the page works", async ({ page, upstream }) => {
  let held: Route | undefined;
  await page.route("**/*.wasm", (route) => {
    if (held) return route.continue();
    held = route;
  });
  const chat = new Chat(page);
  await page.goto("/", { waitUntil: "commit" });
  await chat.box.fill("Am I early?");
  await chat.send.click();
  await expect(page.getByRole("alert")).toContainText("has not started");
  await held!.continue();
  expect((await upstream.nextQuestion()).messages).toEqual(["user: Am I early?"]);
  await expect(reload(page)).toBeHidden();
});

test("the code is fetched once", async ({ page }) => {
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await new Chat(page).open();
  await page.waitForLoadState("networkidle");
  const files = asked.filter((path) => /\.(wasm|js|css)$/.test(path)).map((path) => path.split("/").at(-1)!);
  expect(files.filter((file) => file === "starcrossed.wasm")).toHaveLength(1);
  expect(new Set(files).size).toBe(files.length);
});
