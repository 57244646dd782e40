// Right-to-left text.

import type { Locator } from "@playwright/test";
import { expect, test } from "../../support/fixtures";

const ARABIC = "سلام عليكم";

/** Whether the first line of a text begins at the right. */
const isRight = (part: Locator) =>
  part.evaluate((part) => {
    const range = document.createRange();
    range.selectNodeContents(part);
    const [text, place] = [range.getClientRects()[0], part.getBoundingClientRect()];
    return place.right - text.right < text.left - place.left;
  });

test("each block has its text's direction, code its own", async ({ chat, upstream, page }) => {
  await chat.ask(`${ARABIC}\nand a line in English that is longer`);
  const question = await upstream.nextQuestion();
  question.delta(
    [
      `# ${ARABIC}`,
      ARABIC,
      "An English line",
      `- ${ARABIC}\n- ${ARABIC}`,
      `> ${ARABIC}`,
      `| ${ARABIC} | ب |\n|---|---|\n| ج | د |`,
      `\`\`\`\n// ${ARABIC}\nlet x = 1;\n\`\`\``,
      `\`npm i\` ${ARABIC}`,
      `${ARABIC} \`a - b\` ${ARABIC}`,
    ].join("\n\n"),
  );
  for (const when of ["while it grows", "when it has ended"]) {
    if (when !== "while it grows") question.finish();
    await expect(chat.status).toHaveText(when === "while it grows" ? "Answering…" : "Done");
    await expect(chat.answer.locator("code").last()).toHaveText("a - b");
    for (const block of ["h1", "p >> nth=0", "ul", "blockquote", "table"]) {
      await expect(chat.answer.locator(`.markdown ${block}`), when).toHaveCSS("direction", "rtl");
    }
    expect(await isRight(chat.answer.locator(".markdown h1"))).toBe(true);
    expect(await isRight(chat.answer.locator(".markdown li").first())).toBe(true);
    expect(await isRight(chat.answer.getByText("An English line"))).toBe(false);
    const [first, second] = await chat.answer.locator("th").evaluateAll((cells) => cells.map((cell) => cell.getBoundingClientRect().left));
    expect(first, "the first column is at the right").toBeGreaterThan(second);
    await expect(chat.answer.locator("pre code")).toHaveCSS("direction", "ltr");
    expect(await isRight(chat.answer.locator("pre code"))).toBe(false);
    await expect(chat.answer.locator("p code").first()).toHaveCSS("direction", "ltr");
    await expect(chat.answer.locator("p", { hasText: "npm i" }), "a block that begins with code").toHaveCSS("direction", "rtl");
  }
  const asked = chat.message(0).locator(".text").last();
  await expect(asked).toHaveCSS("direction", "rtl");
  expect(await isRight(asked)).toBe(true);
  await expect(chat.conversations.getByRole("link").locator("span").first()).toHaveCSS("direction", "rtl");
  await page.getByRole("button", { name: /^Rename/ }).click();
  await expect(page.getByRole("textbox", { name: "Name" })).toHaveCSS("direction", "rtl");
});

test("the box has the direction of its text", async ({ chat }) => {
  await expect(chat.box).toHaveCSS("direction", "ltr");
  await chat.box.fill(ARABIC);
  await expect(chat.box).toHaveCSS("direction", "rtl");
  await chat.box.fill("English");
  await expect(chat.box).toHaveCSS("direction", "ltr");
});
