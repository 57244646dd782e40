// The commands of WebDriver that the checks need: https://www.w3.org/TR/webdriver2/

import { setTimeout as after } from "node:timers/promises";

export const LIMIT_MS = 10_000;

/** The time limit of a start. It takes a second on an idle machine. */
export const START_MS = 30_000;

const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";

export class Session {
  private constructor(
    private readonly url: string,
    /** The capabilities that the browser reports. */
    readonly capabilities: Record<string, unknown>,
  ) {}

  /** Starts a session. The driver may not listen yet, so this tries again. */
  static async start(driver: string, capabilities: object): Promise<Session> {
    const until = performance.now() + START_MS;
    while (!(await call("GET", `${driver}/status`).then(() => true, () => false))) {
      if (performance.now() > until) throw new Error("the driver doesn't listen");
      await after(50);
    }
    const asked = { capabilities: { alwaysMatch: capabilities } };
    const session = (await call("POST", `${driver}/session`, asked, START_MS)) as { sessionId: string; capabilities: Record<string, unknown> };
    return new Session(`${driver}/session/${session.sessionId}`, session.capabilities);
  }

  get<T>(command: string): Promise<T> {
    return call("GET", `${this.url}/${command}`) as Promise<T>;
  }

  post<T>(command: string, body: object = {}): Promise<T> {
    return call("POST", `${this.url}/${command}`, body) as Promise<T>;
  }

  /** Closes the current window. */
  close(): Promise<unknown> {
    return call("DELETE", `${this.url}/window`);
  }

  /** Ends the session, and with it the browser. */
  end(): Promise<unknown> {
    return call("DELETE", this.url);
  }

  /** An element's id, for commands about it. */
  async element(selector: string): Promise<string> {
    const found = await this.post<Record<string, string>>("element", { using: "css selector", value: selector });
    return found[ELEMENT];
  }
}

async function call(method: string, url: string, body?: object, limit = LIMIT_MS): Promise<unknown> {
  const response = await fetch(url, {
    method,
    body: body && JSON.stringify(body),
    headers: { "content-type": "application/json" },
    signal: AbortSignal.timeout(limit),
  }).catch((error: Error) => {
    throw new Error(`${method} ${url}: ${error.message}`);
  });
  const { value } = (await response.json()) as { value: { error?: string; message?: string } | null };
  if (response.ok) return value;
  throw new Error(`${method} ${new URL(url).pathname}: ${value?.error}: ${value?.message}`);
}
