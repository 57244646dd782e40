// The interface of a browser for the checks, whatever protocol drives it.

/** The options of a start. */
export interface Settings {
  /** A folder for its profile, which outlives it. A temporary one by default. */
  profile?: string;
  /** A private window: it stores nothing. */
  private?: boolean;
  javascript?: false;
  /** Without WebAssembly. Only Firefox can turn it off. */
  wasm?: false;
  /** The text for later calls of `finds`. */
  find?: string;
}

/** A browser process. Its tabs share its storage. */
export interface Browser {
  readonly name: string;
  readonly version: string;
  /** The folder of its downloads. */
  readonly profile: string;
  /** The errors, warnings and policy violations of its pages since the list was last emptied. */
  readonly complaints: string[];
  tab(): Promise<Tab>;
  /** Whether a page shows this text, also without JavaScript. */
  finds(text: string): Promise<boolean>;
  /** Kills all its processes at once, as a crash would. */
  kill(): Promise<void>;
  /** Quits as a person would. The profile stays. */
  quit(): Promise<void>;
  /** Kills it, and removes its profile. */
  end(): Promise<void>;
}

/** One page. Each call has a time limit, since a frozen page can't answer. */
export interface Tab {
  /** Returns when the document has been parsed. */
  goto(url: string): Promise<void>;
  reload(): Promise<void>;
  url(): Promise<string>;
  /** Calls a function in the page. Arguments and result are JSON. */
  evaluate<R, A extends unknown[]>(code: (...args: A) => R | Promise<R>, ...args: A): Promise<R>;
  /** Moves the mouse, in CSS pixels of the window. */
  move(x: number, y: number): Promise<void>;
  /** Presses and releases its button where it is. */
  press(): Promise<void>;
  wheel(x: number, y: number, pixels: number): Promise<void>;
  /** Types each character. */
  type(text: string): Promise<void>;
  /** Presses a key, with its modifiers before it: `Enter`, `Shift+Enter`. */
  key(chord: string): Promise<void>;
  /** Gives files to the file input with this CSS selector. */
  upload(selector: string, ...paths: string[]): Promise<void>;
  /** The size of the page. */
  resize(width: number, height: number): Promise<void>;
  /** Makes the page's code run slower by this factor. Only Chromium can. */
  slowDown?(rate: number): Promise<void>;
  close(): Promise<void>;
}

/** Keys that aren't characters, as WebDriver encodes them: https://www.w3.org/TR/webdriver2/#keyboard-actions */
const KEYS: Record<string, string> = {
  Backspace: "\uE003",
  Tab: "\uE004",
  Enter: "\uE007",
  Shift: "\uE008",
  Control: "\uE009",
  Escape: "\uE00C",
  Space: " ",
  ArrowUp: "\uE013",
  ArrowDown: "\uE015",
  Delete: "\uE017",
};

/** `Shift+Enter` as the two keys that WebDriver knows. */
export function keysOf(chord: string): string[] {
  return chord.split("+").map((key) => KEYS[key] ?? key);
}
