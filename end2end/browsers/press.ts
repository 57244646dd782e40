// How soon the model stops after a button was pressed.

import { now } from "../support/clock";
import type { Question } from "../support/upstream";
import { limited } from "./driver/leash";
import type { Part } from "./page/part";

/** After so long, the page is asked when it had the click, whether or not that has ended anything. */
const LIMIT_MS = 20_000;

/** Moments, by the clock of this process, which pages on this machine share. */
export interface Pressed {
  /** When the browser was told to click, which takes some milliseconds by itself. */
  ordered: number;
  /** When it had the click: what the page was busy with until it looked comes after. */
  clicked: number;
}

/** Presses once `trouble` has begun, with the mouse already in place: a page that is too busy isn't asked where. */
export async function press(part: Part, question: Question, trouble: () => Promise<unknown> = async () => {}): Promise<Pressed> {
  await part.hover();
  await part.tab.evaluate(() => {
    const note = (event: Event) => Reflect.set(window, "pressed", performance.timeOrigin + event.timeStamp);
    addEventListener("click", note, { capture: true, once: true });
  });
  await trouble();
  const ordered = now();
  const pressed = part.tab.press();
  pressed.catch(() => {}); // a page that is frozen answers no driver, and yet may have heard
  await limited("the model's connection to be closed", LIMIT_MS, question.closed).catch(() => {});
  const clicked = await pressed.then(() => part.tab.evaluate(() => Reflect.get(window, "pressed") as number)).catch(() => ordered);
  return { ordered, clicked };
}
