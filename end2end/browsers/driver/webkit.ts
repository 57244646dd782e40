// WebKitGTK, over WebDriver. A session has one current window, so commands to several windows take turns.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "../eventually";
import { keysOf, type Browser, type Settings, type Tab } from "./browser";
import { Display } from "./display";
import { find as findProgram, freePort, Leash, run } from "./leash";
import { LIMIT_MS, Session } from "./webdriver";

/** Debian's Python, which has the package for the window. */
const PYTHON = "/usr/bin/python3";
const NEEDED = "import gi; gi.require_version('WebKit2', '4.1')";
const WINDOW = join(__dirname, "window.py");

/** The environment for WebKitGTK as root, without a GPU, a message bus, or assistive technology. */
const ENVIRONMENT = {
  WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1",
  WEBKIT_DISABLE_DMABUF_RENDERER: "1",
  LIBGL_ALWAYS_SOFTWARE: "1",
  DBUS_SESSION_BUS_ADDRESS: "disabled:",
  NO_AT_BRIDGE: "1",
};

export class WebKit implements Browser {
  readonly name = "WebKit";
  readonly complaints: string[] = [];
  private turn: Promise<unknown> = Promise.resolve();
  private current?: string;

  private constructor(
    readonly profile: string,
    private readonly display: Display,
    private readonly driver: Leash,
    private readonly session: Session,
    private readonly first: string,
    readonly runsScripts: boolean,
  ) {
    driver.listen((line) => {
      if (/CONSOLE\b.*?\b(ERROR|WARN(ING)?)\b/.test(line)) this.complaints.push(line);
    });
  }

  static async missing(): Promise<string | undefined> {
    for (const program of ["WebKitWebDriver", "Xvfb", PYTHON]) {
      if (!(await findProgram(program))) return `${program} is not installed here`;
    }
    return (await run(PYTHON, "-c", NEEDED)) ? undefined : "python3-gi or gir1.2-webkit2-4.1 is not installed here";
  }

  static async start({ profile, private: secret, javascript, find }: Settings = {}): Promise<WebKit> {
    const folder = profile ?? (await mkdtemp(join(tmpdir(), "webkit-")));
    const display = await Display.start();
    const environment = { ...ENVIRONMENT, DISPLAY: display.name, HOME: folder };
    const port = await freePort();
    const driver = Leash.start("WebKitWebDriver", [`--port=${port}`], environment);
    try {
      const args = [WINDOW, "--profile", folder];
      if (secret) args.push("--private");
      if (javascript === false) args.push("--no-javascript");
      if (find) args.push("--find", find);
      const session = await Session.start(`http://127.0.0.1:${port}`, {
        pageLoadStrategy: "none", // with "eager", a script that runs at the end of the wait is sometimes lost
        unhandledPromptBehavior: "accept",
        timeouts: { script: LIMIT_MS, pageLoad: LIMIT_MS },
        "webkitgtk:browserOptions": { binary: PYTHON, args },
      });
      return new WebKit(folder, display, driver, session, await session.get<string>("window"), javascript !== false);
    } catch (error) {
      await Promise.all([driver.end(), display.end()]);
      if (!profile) await rm(folder, { recursive: true, force: true });
      throw new Error(`WebKit did not start: ${String(error)}\n${driver.output.join("\n")}`);
    }
  }

  get version(): string {
    return `WebKitGTK ${this.session.capabilities.browserVersion}`;
  }

  async tab(): Promise<Tab> {
    // The session's first window stays open: a session ends with its last window.
    const { handle } = await this.at(this.first, (session) => session.post<{ handle: string }>("window/new", { type: "tab" }));
    return new WebKitTab(this, handle);
  }

  async finds(text: string): Promise<boolean> {
    return this.driver.output.includes(`found ${text}`);
  }

  async kill(): Promise<void> {
    await this.driver.end();
  }

  async end(): Promise<void> {
    await Promise.all([this.driver.end(), this.display.end()]);
    await rm(this.profile, { recursive: true, force: true, maxRetries: 5 });
  }

  /** Quits as a person would, so that the profile is complete. */
  async quit(): Promise<void> {
    await this.session.end().catch(() => {});
    await Promise.all([this.driver.end(), this.display.end()]);
  }

  /** Sends commands to one window, after the pending commands to others. */
  at<T>(window: string, act: (session: Session) => Promise<T>): Promise<T> {
    return this.next(async (session) => {
      if (this.current !== window) await session.post("window", { handle: window });
      this.current = window;
      return act(session);
    });
  }

  /** Forgets the current window, which is gone. */
  forget(): void {
    this.current = undefined;
  }

  private next<T>(act: (session: Session) => Promise<T>): Promise<T> {
    const acted = this.turn.then(() => act(this.session));
    this.turn = acted.catch(() => {});
    return acted;
  }
}

class WebKitTab implements Tab {
  private place = { x: 0, y: 0 };

  constructor(
    private readonly browser: WebKit,
    private readonly window: string,
  ) {}

  async goto(url: string): Promise<void> {
    await this.loads(() => this.post("url", { url }));
  }

  async reload(): Promise<void> {
    await this.loads(() => this.post("refresh"));
  }

  async url(): Promise<string> {
    return this.browser.at(this.window, (session) => session.get<string>("url"));
  }

  async evaluate<R, A extends unknown[]>(code: (...args: A) => R | Promise<R>, ...args: A): Promise<R> {
    const script = `const [text, done] = arguments;
      (async () => JSON.stringify({ value: await (${code})(...JSON.parse(text)) }))()
        .then(done, (error) => done(JSON.stringify({ error: String(error) })));`;
    const said = await this.post<string>("execute/async", { script, args: [JSON.stringify(args)] });
    const { value, error } = JSON.parse(said) as { value: R; error?: string };
    if (error) throw new Error(error);
    return value;
  }

  async move(x: number, y: number): Promise<void> {
    this.place = { x: Math.round(x), y: Math.round(y) };
    await this.mouse({ type: "pointerMove", duration: 0, ...this.place });
  }

  async press(): Promise<void> {
    const button = 0;
    await this.mouse({ type: "pointerMove", duration: 0, ...this.place }, { type: "pointerDown", button }, { type: "pointerUp", button });
  }

  async wheel(x: number, y: number, pixels: number): Promise<void> {
    const scroll = { type: "scroll", x: Math.round(x), y: Math.round(y), deltaX: 0, deltaY: pixels, duration: 0 };
    await this.post("actions", { actions: [{ type: "wheel", id: "wheel", actions: [scroll] }] });
  }

  async type(text: string): Promise<void> {
    for (const character of text) await this.keys([character === "\n" ? keysOf("Enter")[0] : character]);
  }

  async key(chord: string): Promise<void> {
    await this.keys(keysOf(chord));
  }

  async upload(selector: string, ...paths: string[]): Promise<void> {
    await this.browser.at(this.window, async (session) => {
      const element = await session.element(selector);
      await session.post(`element/${element}/value`, { text: paths.join("\n") });
    });
  }

  async resize(width: number, height: number): Promise<void> {
    await this.post("window/rect", { width, height });
  }

  async close(): Promise<void> {
    await this.browser.at(this.window, (session) => session.close());
    this.browser.forget();
  }

  /** Waits until another document has been parsed. */
  private async loads(navigate: () => Promise<unknown>): Promise<void> {
    if (!this.browser.runsScripts) return void (await navigate());
    const before = await this.evaluate(() => performance.timeOrigin);
    await navigate();
    await eventually(async () => {
      const [origin, state] = await this.evaluate(() => [performance.timeOrigin, document.readyState]);
      if (origin === before || state === "loading") throw new Error("the page isn't loaded");
    });
  }

  private async keys(keys: string[]): Promise<void> {
    const down = keys.map((value) => ({ type: "keyDown", value }));
    const up = [...keys].reverse().map((value) => ({ type: "keyUp", value }));
    await this.post("actions", { actions: [{ type: "key", id: "keyboard", actions: [...down, ...up] }] });
  }

  private async mouse(...actions: object[]): Promise<void> {
    await this.post("actions", { actions: [{ type: "pointer", id: "mouse", parameters: { pointerType: "mouse" }, actions }] });
  }

  private post<T = unknown>(command: string, body: object = {}): Promise<T> {
    return this.browser.at(this.window, (session) => session.post<T>(command, body));
  }
}
