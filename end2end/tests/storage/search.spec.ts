// The search through all conversations.

import { listed, converse } from "../../support/conversations";
import { expect, test } from "../../support/fixtures";

test("a conversation is found by its text", async ({ chat, upstream, page }) => {
  await converse(chat, upstream, "About cats", "They purr when content");
  await converse(chat, upstream, "About dogs", "They bark");
  const search = page.getByRole("searchbox", { name: "Search conversations" });
  await search.fill("PURR");
  await expect(listed(chat)).toHaveCount(1);
  await listed(chat).getByRole("link").click();
  await expect(chat.answer).toContainText("They purr");
  await search.fill("nowhere to be found");
  await expect(page.getByText("Nothing found")).toBeVisible();
  await search.fill("");
  await expect(listed(chat)).toHaveCount(2);
});

test("a search ignores case, width and normalisation", async ({ chat, upstream, page }) => {
  const nfc = "caf\u00e9 \u30ac\u30a4\u30c9 \ud55c\uae00 Stra\u00dfe \u0130stanbul";
  const padding = "\uff76\uff9e".repeat(200);
  await converse(chat, upstream, "Composed", `${padding} ${nfc} ${padding}`);
  await converse(chat, upstream, "Decomposed", `${padding} ${nfc.normalize("NFD")} ${padding}`);
  await converse(chat, upstream, "Wide", "\uff31\uff57\uff45\uff4e\uff13 \uff76\uff9e\uff72\uff84\uff9e o\ufb03ce");
  const search = page.getByRole("searchbox", { name: "Search conversations" });
  const finds = async (sought: string, ...titles: string[]) => {
    await search.fill(sought);
    await expect(listed(chat).locator("a > span"), sought).toHaveText(titles);
  };
  const both = ["Decomposed", "Composed"];
  await finds("CAF\u00c9", ...both);
  await finds("cafe\u0301", ...both);
  await expect(listed(chat).locator("small").first()).toContainText("cafe\u0301");
  await expect(listed(chat).locator("small").last()).toContainText("caf\u00e9");
  await finds("\ud55c\uae00".normalize("NFD"), ...both);
  await finds("STRASSE", ...both);
  await finds("istanbul", ...both);
  await finds("\u30ac\u30a4\u30c9", "Wide", ...both);
  await finds("\uff76\uff9e\uff72\uff84\uff9e", "Wide", ...both);
  await finds("qwen3", "Wide");
  await finds("\uff4f\uff46\uff46\uff49\uff43\uff45", "Wide");
});

test("a hit opens at its message, on its branch", async ({ chat, upstream, page }) => {
  await converse(chat, upstream, "About cats", "They purr when content");
  await chat.action(chat.answer, "Regenerate").click();
  const anew = await upstream.nextQuestion();
  anew.delta(Array.from({ length: 80 }, (_, n) => `Paragraph ${n} of another answer`).join("\n\n"));
  anew.finish();
  await expect(chat.status).toHaveText("Done");
  await converse(chat, upstream, "And dogs?", "They bark");
  await chat.newChat.click();
  const search = page.getByRole("searchbox", { name: "Search conversations" });
  await search.fill("purr");
  await expect(listed(chat)).toHaveCount(1);
  await listed(chat).getByRole("link").click();
  await expect(chat.message(1)).toContainText("They purr");
  await search.fill("paragraph 3 of");
  await expect(listed(chat)).toContainText("Paragraph 3 of");
  await listed(chat).getByRole("link").click();
  await expect(chat.message(1)).toContainText("Paragraph 79");
  await expect(chat.message(1)).toBeInViewport();
});

test("thoughts and files are found; a deleted hit goes", async ({
  chat,
  upstream,
  page,
}) => {
  await chat.ask("About cats");
  const question = await upstream.nextQuestion();
  question.reasoning("Whiskers, presumably");
  question.delta("I like cats");
  question.finish();
  await expect(chat.status).toHaveText("Done");
  await chat.newChat.click();
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Attach files", exact: true }).click();
  await (await chooser).setFiles({ name: "kennel.txt", mimeType: "text/plain", buffer: Buffer.from("Rex and Fido") });
  await expect(page.getByRole("list", { name: "Files to be sent" })).toContainText("kennel.txt");
  await chat.ask("About dogs");
  (await upstream.nextQuestion()).finish();
  await expect(chat.status).toHaveText("Done");

  const search = page.getByRole("searchbox", { name: "Search conversations" });
  for (const [sought, title] of [["whiskers", "About cats"], ["kennel", "About dogs"], ["fido", "About dogs"]]) {
    await search.fill(sought);
    await expect(listed(chat)).toHaveCount(1);
    await expect(listed(chat)).toContainText(title);
  }
  await page.getByRole("button", { name: "Delete About dogs" }).click();
  await expect(listed(chat)).toHaveCount(0);
  await expect(page.getByText("Nothing found")).toBeVisible();
});
