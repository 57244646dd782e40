// All ways in which a page and its server can lose each other in the middle of an answer.

import { mkdtemp, rm } from "node:fs/promises";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import { elsewhere } from "../../support/other-site";
import { Server } from "../../support/server";
import type { Question, Upstream } from "../../support/upstream";
import { limited } from "../driver/leash";
import { expect, test as base } from "../fixtures";
import { Chat } from "../page/chat";
import { pour } from "../pour";

/** The limit from the end of a page to the end of the upstream connection, the driver's command included. */
const SOON_MS = 1000;

/** Text that was on the page for longer than this is never lost, in milliseconds. */
const KEPT_MS = 100;

/** More than a second, the interval of writes in earlier versions. */
const COUNTING_MS = 1700;

/** Log lines of a stream that ends because its page is left. */
const BROKEN_OFF = /Load failed|JSHandle@error|input stream|NetworkError/;

const test = base.extend<{ elsewhere: string }>({ elsewhere });

/** Expects the conversation as it was left, and continues it. */
async function expectInterrupted(chat: Chat, upstream: Upstream): Promise<void> {
  await chat.answer.contains("one, two,");
  await chat.status.reads("Interrupted");
  await chat.alert.goes();
  await chat.answer.role("button", "Continue").click();
  const question = await upstream.nextQuestion();
  expect(question.messages).toEqual(["user: Count to a million", "assistant: one, two,"]);
  question.delta(" three");
  question.finish();
  await chat.status.reads("Done");
  await chat.answer.contains("one, two, three");
}

async function expectClosed(question: Question): Promise<void> {
  expect(await limited("the model's connection to be closed", SOON_MS, question.closed)).toBe("client");
}

test.describe("the model stops when", () => {
  test("another page of the app is opened; the answer stays", async ({ chat, upstream }) => {
    const question = await chat.inTheMiddle(upstream);
    await chat.follow("How it works");
    await expectClosed(question);
    await chat.page.role("heading", "A page and its task").shows();
    await chat.follow("/Starcrossed/");
    await expectInterrupted(chat, upstream);
  });

  test("another conversation is opened; the answer stays", async ({ chat, upstream }) => {
    const question = await chat.inTheMiddle(upstream);
    await chat.newChat.click();
    await expectClosed(question);
    await chat.listed("Count to a million").click();
    await expectInterrupted(chat, upstream);
  });

  test("the page is reloaded; the answer stays", async ({ chat, upstream, allowed }) => {
    allowed.push(BROKEN_OFF);
    const question = await chat.inTheMiddle(upstream);
    await chat.tab.reload();
    await expectClosed(question);
    await chat.alive();
    await expectInterrupted(chat, upstream);
  });

  test("another site is opened; the answer stays", async ({ chat, upstream, elsewhere, allowed }) => {
    allowed.push(BROKEN_OFF);
    const question = await chat.inTheMiddle(upstream);
    await chat.tab.goto(elsewhere);
    await expectClosed(question);
    await chat.tab.evaluate(() => history.back());
    await chat.alive();
    await expectInterrupted(chat, upstream);
  });

  test("the tab is closed; the answer is in another", async ({ chat, other, upstream }) => {
    const question = await chat.inTheMiddle(upstream);
    const address = new URL(await chat.tab.url()).pathname;
    await after(KEPT_MS);
    await chat.tab.close();
    await expectClosed(question);
    await other.open(address);
    await expectInterrupted(other, upstream);
  });

  test("the browser is killed", async ({ start, upstream, server }) => {
    const browser = await start();
    const chat = await new Chat(await browser.tab(), server.url).open();
    const question = await chat.inTheMiddle(upstream);
    await browser.kill();
    await expectClosed(question);
    await expect.poll(() => server.exits()).toMatchObject([{ reason: "killed" }]);
  });
});

test.describe("nothing that was shown is lost when", () => {
  const WAYS: Record<string, (chat: Chat) => Promise<void>> = {
    "the page is reloaded": (chat) => chat.tab.reload(),
    "the tab is closed": (chat) => chat.tab.close(),
  };
  for (const [way, leave] of Object.entries(WAYS)) {
    test(way, async ({ chat, other, upstream, allowed }) => {
      allowed.push(BROKEN_OFF);
      const { question, address, last } = await counting(chat, upstream);
      await leave(chat);
      await expectClosed(question);
      await other.open(address);
      await expectKept(other, last);
    });
  }

  test("the browser is killed", async ({ start, upstream, server }) => {
    const profile = await mkdtemp(join(tmpdir(), "profile-"));
    try {
      const first = await start({ profile });
      const chat = await new Chat(await first.tab(), server.url).open();
      const { question, address, last } = await counting(chat, upstream);
      await first.kill();
      await expectClosed(question);
      const second = await start({ profile });
      await expectKept(await new Chat(await second.tab(), server.url).open(address), last);
    } finally {
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    }
  });

  // Without a secure context there is no Cache API, and another journal takes its place.
  for (const [way, leave] of Object.entries(WAYS)) {
    test(`${way}, over plain HTTP and from another address`, async ({ openTab, upstream, allowed }) => {
      const far = farAddress();
      test.skip(!far, "this machine has the loopback address alone");
      allowed.push(BROKEN_OFF);
      const server = await Server.start(upstream.url, { listen: `${far}:0`, args: ["--open"] });
      try {
        const chat = await new Chat(await openTab(), server.url).open();
        expect(await chat.tab.evaluate(() => isSecureContext)).toBe(false);
        const { question, address, last } = await counting(chat, upstream);
        await leave(chat);
        await expectClosed(question);
        await expectKept(await new Chat(await openTab(), server.url).open(address), last);
      } finally {
        await server.end();
      }
    });
  }

  /** Starts an answer that counts. Returns the last number that was on the page for long enough. */
  async function counting(chat: Chat, upstream: Upstream) {
    await chat.ask("Count");
    const question = await upstream.nextQuestion();
    void pour(question, counted(5000), { rate: 100, size: 10 });
    await after(COUNTING_MS);
    const shown = /(\d+ )+/.exec((await chat.answer.text())!)![0];
    const address = new URL(await chat.tab.url()).pathname;
    await after(KEPT_MS);
    return { question, address, last: shown.trim().split(" ").at(-2)! }; // the last one may be cut
  }

  async function expectKept(chat: Chat, last: string): Promise<void> {
    await chat.answer.matches(new RegExp(` ${last} `));
    await chat.status.reads("Interrupted");
  }
});

/** An address of this machine that isn't its loopback address. */
function farAddress(): string | undefined {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.find(({ family, internal }) => family === "IPv4" && !internal)?.address;
}

/** The numbers up to this one. */
function counted(last: number): string {
  return Array.from({ length: last }, (_, number) => `${number} `).join("");
}

test("another tab learns within 2 s that the writer died", async ({ chat, other, upstream }) => {
  const question = await chat.inTheMiddle(upstream);
  await other.open(new URL(await chat.tab.url()).pathname);
  await other.answer.contains("one, two,");
  await chat.tab.close();
  await expectClosed(question);
  const began = performance.now();
  await other.status.reads("Interrupted");
  expect(performance.now() - began).toBeLessThan(2000);
});

test("the page survives a killed server, and Retry works", async ({ chat, upstream, server, allowed }) => {
  allowed.push(/./); // the browser logs each failed request
  const question = await chat.inTheMiddle(upstream);
  await server.kill("SIGKILL");
  expect(await question.closed).toBe("client");
  await chat.alert.contains("Connection lost");
  await chat.answer.contains("one, two,");
  await chat.retry.click();
  await chat.alert.contains("the server can't be reached");
  await server.restart();
  await chat.retry.click();
  const again = await upstream.nextQuestion();
  expect(again.messages).toEqual(["user: Count to a million"]);
  again.delta("one, two, three");
  again.finish();
  await chat.status.reads("Done");
  await chat.answer.contains("one, two, three");
});

test("the page says so when the server is told to go", async ({ chat, upstream, server, allowed }) => {
  allowed.push(/./);
  const question = await chat.inTheMiddle(upstream);
  expect(await server.kill("SIGTERM")).toBeLessThan(2000);
  expect(await question.closed).toBe("client");
  await chat.alert.contains("shutting down");
  await chat.answer.contains("one, two,");
});

test("a failure shows the model server's words and Retry", async ({ chat, upstream, allowed }) => {
  allowed.push(/./);
  await chat.ask("Are you well?");
  (await upstream.nextQuestion()).fail(500, { error: { message: "the GPU is on fire" } });
  await chat.alert.contains("the GPU is on fire");
  await chat.status.reads("Failed");
  await chat.retry.click();
  const question = await upstream.nextQuestion();
  question.delta("Better now");
  question.finish();
  await chat.status.reads("Done");
  await chat.alert.goes();
});
