// The time from the press of a button to the end of the upstream connection.

import { now } from "../support/clock";
import type { Question } from "../support/upstream";
import { limited } from "./driver/leash";
import type { Part } from "./page/part";

/** After this time the page is asked for the time of the click, whether or not the connection has ended. */
const LIMIT_MS = 20_000;

/** Times, by the clock that this process shares with the machine's pages. */
export interface Pressed {
  /** The time of the driver's command, which takes some milliseconds itself. */
  ordered: number;
  /** The time of the click in the browser. The page may handle it later. */
  clicked: number;
}

/** Presses once `trouble` has begun. The mouse is in place before, since a busy page can't tell where the button is. */
export async function press(part: Part, question: Question, trouble: () => Promise<unknown> = async () => {}): Promise<Pressed> {
  await part.hover();
  await part.tab.evaluate(() => {
    const note = (event: Event) => Reflect.set(window, "pressed", performance.timeOrigin + event.timeStamp);
    addEventListener("click", note, { capture: true, once: true });
  });
  await trouble();
  const ordered = now();
  const pressed = part.tab.press();
  pressed.catch(() => {}); // a frozen page answers no driver, but may have received the click
  await limited("the model's connection to be closed", LIMIT_MS, question.closed).catch(() => {});
  const clicked = await pressed.then(() => part.tab.evaluate(() => Reflect.get(window, "pressed") as number)).catch(() => ordered);
  return { ordered, clicked };
}
