// What the checks need of a browser, whichever protocol drives it.

/** The options of a start. */
export interface Settings {
  /** A folder for its profile, which outlives it; else one of its own. */
  profile?: string;
  /** Keeps nothing. */
  private?: boolean;
  javascript?: false;
  /** Without WebAssembly. Only Firefox can do without. */
  wasm?: false;
  /** The text that `finds` is going to be asked about. */
  find?: string;
}

/** A browser process. Its tabs share its storage. */
export interface Browser {
  readonly name: string;
  readonly version: string;
  /** Where it saves downloads, too. */
  readonly profile: string;
  /** What its pages have complained about since the list was last emptied: errors, warnings, violated policies. */
  readonly complaints: string[];
  tab(): Promise<Tab>;
  /** Whether a page shows this text, also without JavaScript. */
  finds(text: string): Promise<boolean>;
  /** Kills all its processes at once, as a crash would. */
  kill(): Promise<void>;
  /** Quits as a person would, and leaves the profile. */
  quit(): Promise<void>;
  /** Kills it, and removes its profile. */
  end(): Promise<void>;
}

/** One page. Each call has a time limit: a page that is frozen can't answer. */
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
  /** Gives files to the file input that is found by this CSS selector. */
  upload(selector: string, ...paths: string[]): Promise<void>;
  /** The size of the page. */
  resize(width: number, height: number): Promise<void>;
  /** Makes the page's code run this many times slower. Only Chromium can. */
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
