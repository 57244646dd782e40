// Several instances behind a proxy, with the configurations of docs/proxies. They share nothing, so the end of one doesn't
// affect the others.

import { Counting } from "./counting";
import { NAMES, TOKEN, type Cluster, type Name, type Place } from "./cluster";
import { expect, test } from "./fixtures";
import type { Brand } from "./proxy";
import type { Chat } from "../../support/chat-page";
import { SERVER_GONE } from "../../support/console-errors";
import { test as alone } from "../../support/fixtures";
import type { Question } from "../../support/upstream";

/** Chromium's log line for a lost server over HTTP/2. */
const CUT = [...SERVER_GONE, /net::ERR_HTTP2_PROTOCOL_ERROR/];

/** The parts of the page's code that a first visit doesn't load. */
const PARTS = /\/(split|chunk)_[^/]*\.wasm/;

/** Asks, and waits until the page shows the beginning of the answer, a count. */
async function count(chat: Chat, cluster: Cluster): Promise<{ name: Name; question: Question; counting: Counting }> {
  await chat.ask("Count to a million");
  const { name, question } = await cluster.nextQuestion();
  const counting = new Counting(question);
  await expect(chat.answer).toContainText(Counting.to(3));
  return { name, question, counting };
}

/** Waits for this many more numbers, and expects that none is missing. */
async function expectMore(chat: Chat, counting: Counting): Promise<void> {
  await expect(chat.answer).toContainText(Counting.to(counting.count + 5));
}

/** Ends the answer, and expects that none of its numbers is missing. */
async function expectWhole(chat: Chat, counting: Counting): Promise<void> {
  counting.finish();
  await expect(chat.status).toHaveText("Done");
  await expect(chat.answer).toContainText(Counting.to(counting.count));
}

/** Presses Retry, and expects the answer from another instance. */
async function expectRetryElsewhere(chat: Chat, cluster: Cluster, gone: Name): Promise<void> {
  await chat.retry.click();
  const { name, question } = await cluster.nextQuestion();
  expect(name).not.toBe(gone);
  question.delta("Here I am");
  question.finish();
  await expect(chat.status).toHaveText("Done");
  await expect(chat.answer).toContainText("Here I am");
}

/** Sends a browser to another instance from now on. */
async function move(chat: Chat, { cookies }: Place): Promise<void> {
  await chat.page.context().addCookies(cookies);
}

for (const brand of ["haproxy", "nginx"] as const satisfies Brand[]) {
  test.describe(`behind ${brand}`, () => {
    test.use({ brand });

    test("a killed instance ends its own answers only; Retry works", async ({
      cluster,
      places,
      visit,
      consoleErrors,
    }) => {
      consoleErrors.allow(...CUT);
      const chats = [await visit(places.one), await visit(places.two), await visit(places.three)];
      const [lost, ...others] = await inTurn(chats, async (chat) => ({ chat, ...(await count(chat, cluster)) }));
      expect([lost, ...others].map(({ name }) => name), "the answers are spread").toEqual(NAMES);

      await cluster.instances.one.server.kill("SIGKILL");
      await expect(lost.chat.status).toHaveText("Connection lost");
      await expect(lost.chat.alert).toContainText("Retry");
      await expect(lost.chat.answer).toContainText(Counting.to(3));
      await expectRetryElsewhere(lost.chat, cluster, "one");
      for (const { chat, counting } of others) {
        await expectMore(chat, counting);
        await expectWhole(chat, counting);
      }
    });

    test.describe("an instance that is drained", () => {
      test.describe("with time enough", () => {
        test.use({ args: ["--drain", "60"] });

        test("gets no new visitors and completes its answers", async ({ cluster, places, visit }) => {
          const { one } = cluster.instances;
          const [here, elsewhere] = await inTurn([places.one, places.two], async (place) => {
            const chat = await visit(place);
            return { chat, ...(await count(chat, cluster)) };
          });
          const stopped = await visit(places.one);
          await count(stopped, cluster);

          void one.server.kill("SIGTERM");
          await expect.poll(() => one.readiness()).toBe(503);
          await cluster.proxy.leaveOut(one.port);
          await expect.poll(async () => (await cluster.send(places.one)).name, { intervals: [50] }).not.toBe("one");

          const begun = await one.begun();
          for (let visit = 0; visit < 6; visit++) expect(await cluster.serve()).not.toBe("one");
          const back = await visit(places.one);
          await back.ask("Is anybody there?");
          const { name, question } = await cluster.nextQuestion();
          expect(name, "a returning browser reaches another instance").not.toBe("one");
          question.finish();
          await expect(back.status).toHaveText("Done");
          expect(await one.begun(), "tasks started there").toBe(begun);

          await stopped.stop.click();
          await expect(stopped.page.getByText(AFTER_STOP[brand])).toBeVisible();
          for (const { chat, counting } of [here, elsewhere]) {
            await expectMore(chat, counting);
            await expectWhole(chat, counting);
          }
          expect(one.server.exits().map(({ reason }) => reason)).toEqual(["killed", "normal"]);
        });
      });

      test.describe("with too little time", () => {
        test.use({ args: ["--drain", "2"] });

        test("tells the pages whose answers it cuts; Retry works", async ({ cluster, places, visit }) => {
          const { one } = cluster.instances;
          const [cut, other] = await inTurn([places.one, places.two], async (place) => {
            const chat = await visit(place);
            return { chat, ...(await count(chat, cluster)) };
          });
          const gone = one.server.kill("SIGTERM");
          await expect.poll(() => one.readiness()).toBe(503);
          const meanwhile = cut.counting.count;
          expect(await gone, "it runs as long as requested").toBeGreaterThan(2000);

          await expect(cut.chat.status).toHaveText("Shut down");
          await expect(cut.chat.answer).toContainText(Counting.to(meanwhile + 5));
          expect(one.server.exits().map(({ reason }) => reason)).toEqual(["shutdown"]);
          await expectMore(other.chat, other.counting);
          await expectRetryElsewhere(cut.chat, cluster, "one");
          await expectWhole(other.chat, other.counting);
        });
      });
    });

    test("Stop is confirmed only by the instance of its task", async ({
      cluster,
      places,
      visit,
    }) => {
      const { one, two } = cluster.instances;
      const chat = await visit(places.one);
      await count(chat, cluster);
      await chat.stop.click();
      await expect(chat.page.getByText(/^connection closed in \d+ ms$/)).toBeVisible();

      const { name, question } = await count(chat, cluster);
      expect(name).toBe("one");
      await move(chat, places.two);
      await chat.stop.click();
      expect(await question.closed, "the model is stopped nevertheless").toBe("client");
      await expect(chat.status).toHaveText("Stopped");
      await expect(chat.page.getByText("the server could not confirm it")).toBeVisible();

      await expect.poll(() => one.server.exits()).toHaveLength(2);
      const [, { task }] = one.server.exits();
      expect(await one.server.fate(task)).toMatchObject({ state: "ended", reason: "killed" });
      expect(await two.server.fate(task)).toEqual({ state: "unknown" });
    });

    test.describe("with a password", () => {
      test.use({ args: ["--password", "correct horse", "--api-token", TOKEN] });

      test("a login at one instance holds at all", async ({ cluster, page }) => {
        await page.goto("/");
        await page.getByLabel("Password").fill("correct horse");
        await page.getByRole("button", { name: "Log in" }).click();
        await expect(page.getByRole("textbox", { name: "Message" })).toBeVisible();

        const login = (await page.context().cookies()).find((cookie) => cookie.name === "starcrossed");
        expect(login?.secure, "the proxy says that it was over HTTPS").toBe(true);
        for (const { server } of Object.values(cluster.instances)) {
          const asked = (headers: Record<string, string>) => fetch(`${server.url}/api/models`, { headers });
          expect((await asked({})).status).toBe(401);
          expect((await asked({ cookie: `starcrossed=${login?.value}` })).status).toBe(200);
        }
      });
    });
  });
}

/** The page's words after Stop while its instance drains: nginx no longer has that instance. */
const AFTER_STOP: Record<Brand, RegExp> = {
  haproxy: /^connection closed in \d+ ms$/,
  nginx: /^the server could not confirm it$/,
};

alone("a page from before an update says so and keeps the draft", async ({
  chat,
  page,
  upstream,
  consoleErrors,
}) => {
  consoleErrors.allow(/404/, /WebAssembly/, /Failed to/);
  const missing: number[] = [];
  await page.route(PARTS, async (route) => {
    const before = route.request().url().replace(/\/pkg-[0-9a-f]{16}\//, "/pkg-0123456789abcdef/");
    const answer = await route.fetch({ url: before });
    missing.push(answer.status());
    await route.fulfill({ response: answer });
  });
  await chat.ask("Is my page too old?");
  await expect(page.getByText("A part of this page can't be loaded")).toContainText("it was updated");
  await expect(chat.box).toHaveValue("Is my page too old?");
  expect(missing).toContain(404);

  await page.unroute(PARTS);
  await page.reload();
  await chat.alive();
  await expect(chat.box, "a reload doesn't remove it").toHaveValue("Is my page too old?");
  await chat.send.click();
  (await upstream.nextQuestion()).finish();
  await expect(chat.status).toHaveText("Done");
});

/** Runs this for one after the other, so that no question is taken for another's. */
async function inTurn<T, R>(all: T[], act: (one: T) => Promise<R>): Promise<R[]> {
  const done: R[] = [];
  for (const one of all) done.push(await act(one));
  return done;
}
