// The page of a task, and the monitor.

import { expect, test as base } from "../fixtures";
import { alive } from "../page/chat";
import { Part } from "../page/part";

const CHUNKS = [1, 2, 3, 4, 5].map((n) => `Async work chunk ${n}`);

const test = base.extend<{ task: Part }>({
  // A whole page, so that its parts can be found.
  task: async ({ openTab, server }, use) => {
    const tab = await openTab();
    await tab.goto(`${server.url}/task`);
    await alive(tab);
    await use(new Part(tab));
  },
});

test("the task page shows all messages and the end", async ({ task, server }) => {
  await task.role("button", "Start").click();
  await task.role("status").reads("Finished");
  expect(await task.role("list", "Messages").role("listitem").texts()).toEqual(CHUNKS);
  await expect.poll(() => server.exits()).toMatchObject([{ reason: "normal" }]);
});

test("Cancel kills the task, and the counter goes on", async ({ task, server }) => {
  await task.role("button", "Start").click();
  await task.role("list", "Messages").role("listitem").nth(0).shows();
  await task.role("button", "/^Counter:/").click();
  await task.role("button", "Counter: 1").shows();
  await task.role("button", "Cancel").click();
  await task.role("status").reads("Cancelled");
  await expect.poll(() => server.exits()).toMatchObject([{ reason: "killed" }]);
});

test("the task page survives a crash of its task", async ({ task }) => {
  await task.role("checkbox", "Crash").click();
  await task.role("button", "Start").click();
  await task.role("status").reads("Crashed");
  await task.role("button", "/^Counter:/").click();
  await task.role("button", "Counter: 1").shows();
});

test("the monitor shows another page's task and kills it", async ({ chat, openTab, upstream, server }) => {
  const tab = await openTab();
  await tab.goto(`${server.url}/monitor`);
  await alive(tab);
  const monitor = new Part(tab);
  await monitor.role("status").reads("Live");
  const question = await chat.inTheMiddle(upstream);
  const row = monitor.role("table", "Tasks").role("row").containing("alpha");
  await row.contains("streaming");
  await row.role("button", "/^Kill task \\d+$/").click();
  expect(await question.closed).toBe("client");
  await chat.status.matches(/^Stopped/);
  await chat.answer.contains("Ended from the monitor.");
  await monitor.role("table", "Exits").role("row").containing("alpha").contains("killed");
});
