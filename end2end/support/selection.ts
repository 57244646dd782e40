// The selection as a person sees it: its text, and its direction.
// These functions run in the page, so they use nothing outside themselves.

export interface Selected {
  text: string;
  /** Whether the focus end is before the anchor end. */
  backward: boolean;
}

/** The page's selection. */
export function selected(): Selected {
  const selection = getSelection();
  if (!selection?.rangeCount) return { text: "", backward: false };
  const { startContainer, startOffset } = selection.getRangeAt(0);
  const begins = selection.anchorNode === startContainer && selection.anchorOffset === startOffset;
  return { text: selection.toString().trim().replace(/\s+/g, " "), backward: !begins };
}

/** The text of an answer, without its buttons. */
export const ANSWER = ".answer > .markdown";

/** A selection to make: from the last `from` to the end of the first `to` after it. */
export type Choice = [within: string, from: string, to: string, backward: boolean];

/** Makes a selection in the last element that the CSS selector `within` finds. */
export function select([within, from, to, backward]: Choice): void {
  const root = [...document.querySelectorAll(within)].at(-1)!;
  const texts: Text[] = [];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) texts.push(walker.currentNode as Text);
  const whole = texts.map((text) => text.data).join("");
  const start = whole.lastIndexOf(from);
  const end = whole.indexOf(to, start) + to.length;
  if (start < 0 || end < to.length) throw new Error(`there is no "${from}" to "${to}" in "${whole}"`);
  const place = (at: number, isStart: boolean): [Text, number] => {
    for (const text of texts) {
      if (at < text.length || (at === text.length && !isStart)) return [text, at];
      at -= text.length;
    }
    throw new Error("there is less text");
  };
  const [anchor, focus] = backward ? [place(end, false), place(start, true)] : [place(start, true), place(end, false)];
  getSelection()!.setBaseAndExtent(...anchor, ...focus);
}
