// The page is there before its code. Input until then isn't lost, and the page says so if the code never arrives.

import { Chat } from "../page/chat";
import { Relay, type Fate } from "../relay";
import { expect, test as base } from "../fixtures";

/** Any part of the page's code. */
const PROGRAM = /\.wasm$/;

const test = base.extend<{ relay: Relay }>({
  relay: async ({ server }, use) => {
    const relay = await Relay.start(server.url);
    await use(relay);
    relay.end();
  },
  unopened: async ({ openTab, relay }, use) => use(new Chat(await openTab(), relay.url)),
});

/** Opens the page while its code is held back. Returns a function that releases it. */
async function openEarly(chat: Chat, relay: Relay): Promise<() => void> {
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  relay.decide = (path) => (PROGRAM.test(path) ? released : undefined);
  await chat.visit();
  await chat.box.shows();
  return release;
}

test("hydrates the page that the server has drawn", async ({ chat }) => {
  await chat.box.shows();
  await chat.box.hasFocus();
});

test("keeps text typed before the code arrives", async ({ unopened: chat, relay, upstream }) => {
  const release = await openEarly(chat, relay);
  await chat.box.focus();
  await chat.tab.type("Am I ");
  release();
  await chat.alive();
  await chat.box.holds("Am I ");
  await chat.box.focus();
  await chat.tab.type("early?");
  await chat.tab.key("Enter");
  const question = await upstream.nextQuestion();
  expect(question.messages).toEqual(["user: Am I early?"]);
  question.finish();
  await chat.status.reads("Done");
});

test("sends a question from before the code arrives, once", async ({ unopened: chat, relay, upstream }) => {
  const release = await openEarly(chat, relay);
  await chat.box.focus();
  await chat.tab.type("Am I early?");
  await chat.tab.key("Enter");
  release();
  const question = await upstream.nextQuestion();
  expect(question.messages).toEqual(["user: Am I early?"]);
  question.delta("Not at all");
  question.finish();
  await chat.status.reads("Done");
  await chat.box.holds("");
  expect(upstream.questions).toHaveLength(1);
});

test("fetches the code once, even if it is slow", async ({ unopened: chat, relay }) => {
  const release = await openEarly(chat, relay);
  await new Promise((passed) => setTimeout(passed, 1500)); // a slow connection
  release();
  await chat.alive();
  const fetched = relay.requested.filter((path) => PROGRAM.test(path));
  expect(fetched).toEqual([...new Set(fetched)]);
});

const MISSING: Record<string, Fate> = { "can't be found": 404, "fails on the server": 500, "is cut off": "cut" };
for (const [how, fate] of Object.entries(MISSING)) {
  test(`reports within 5 s that the code ${how}, keeps the draft`, async ({ unopened: chat, relay, allowed }) => {
    allowed.push(/./); // the wording differs between browsers
    relay.decide = (path) => (PROGRAM.test(path) ? fate : undefined);
    await chat.visit();
    await askInVain(chat);
    relay.decide = () => undefined;
    await chat.button("Reload").click();
    await chat.alive();
  });
}

test("reports within 5 s that only the document came", async ({ unopened: chat, relay, allowed }) => {
  allowed.push(/./); // the wording differs between browsers
  relay.decide = (path) => (path.startsWith("/pkg") ? new Promise(() => {}) : undefined);
  await begin(chat);
  await askInVain(chat);
  await drawn(chat);
  relay.decide = () => undefined;
  await chat.button("Reload").click();
  await chat.alive();
});

/** Opens the page. Firefox runs a script at the end of a document, and ends it, only after its style sheets have arrived. */
const begin = (chat: Chat) => Promise.race([chat.visit().catch(() => {}), new Promise((passed) => setTimeout(passed, 1500))]);

const drawn = (chat: Chat) => chat.tab.evaluate(() => new Promise<void>((drawn) => requestAnimationFrame(() => drawn())));

test("reports within 5 s a style sheet that stalls", async ({ unopened: chat, relay, allowed }) => {
  allowed.push(/./); // the wording differs between browsers
  relay.decide = (path) => (path.endsWith(".css") ? "begun" : undefined);
  await begin(chat);
  await chat.box.focus();
  await chat.tab.type("Is this a page?");
  await chat.button("Reload").shows(6000);
  await drawn(chat);
  await chat.box.holds("Is this a page?");
  relay.decide = () => undefined;
  await chat.button("Reload").click();
  await chat.alive();
  await chat.box.holds("Is this a page?");
});

for (const fate of [500, "cut"] as const) {
  test(`reports within 5 s a style sheet that is missing: ${fate}`, async ({ unopened: chat, relay, allowed }) => {
    allowed.push(/./); // the wording differs between browsers
    relay.decide = (path) => (path.endsWith(".css") ? fate : undefined);
    await chat.visit();
    await chat.box.focus();
    await chat.tab.type("Is this a page?");
    await chat.button("Reload").shows(6000);
    await chat.box.holds("Is this a page?");
    relay.decide = () => undefined;
    await chat.button("Reload").click();
    await chat.alive();
    await chat.button("Reload").goes();
    await chat.box.holds("Is this a page?");
  });
}

test("reports within 5 s a late part that doesn't arrive", async ({ chat, upstream }) => {
  await chat.tab.evaluate(() => {
    const real = window.fetch;
    const held = new Promise<void>((release) => Reflect.set(window, "release", release));
    window.fetch = async (...request) => (await held, real(...request));
  });
  await askInVain(chat);
  await chat.tab.evaluate(() => Reflect.get(window, "release")());
  const question = await upstream.nextQuestion();
  expect(question.messages).toEqual(["user: Is anybody there?"]);
  question.finish();
  await chat.status.reads("Done");
  await chat.alert.goes();
});

/** Types and sends. Expects that the page says what is missing, beside Reload, and keeps the text. */
async function askInVain(chat: Chat): Promise<void> {
  await chat.box.focus();
  await chat.tab.type("Is anybody there?");
  await chat.tab.key("Enter");
  await chat.button("Reload").shows(6000);
  await chat.box.holds("Is anybody there?");
}

test("says what it needs without WebAssembly, keeps the draft", async ({ engine, start, server }) => {
  test.skip(engine !== "Firefox", "only Firefox can turn WebAssembly off");
  const browser = await start({ wasm: false });
  const chat = new Chat(await browser.tab(), server.url);
  await chat.visit();
  await askInVain(chat);
});

test("says what it needs without JavaScript, and sends nothing", async ({ start, relay }) => {
  const NEEDED = "JavaScript";
  const browser = await start({ javascript: false, find: NEEDED });
  const tab = await browser.tab();
  await tab.goto(relay.url);
  await expect.poll(() => browser.finds(NEEDED)).toBe(true);
  // The box has focus when the page opens.
  await tab.type("A secret");
  await tab.key("Enter");
  await new Promise((passed) => setTimeout(passed, 500)); // a form submission would happen at once
  expect(await tab.url()).toBe(`${relay.url}/`);
  expect(relay.requested.filter((path) => path.includes("secret"))).toEqual([]);
});

// The fixtures fail this test if a console has an error or a warning, or if the page's policy was violated.
test("no page logs an error", async ({ chat, server }) => {
  for (const path of ["/", "/task", "/monitor"]) {
    await chat.tab.goto(server.url + path);
    await chat.alive();
  }
});

test("these checks hear policy violations", async ({ chat, shared }) => {
  await chat.tab.evaluate(() => document.body.insertAdjacentHTML("beforeend", '<img src="https://example.invalid/">'));
  await expect.poll(() => shared.complaints.join("\n")).toContain("violates img-src");
  shared.complaints.length = 0;
});

