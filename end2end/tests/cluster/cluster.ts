// Several instances of the program behind a proxy. Each has its own model server, by which a test recognises it.

import { expect, request, type APIRequestContext } from "@playwright/test";
import { setTimeout as after } from "node:timers/promises";
import { PATIENCE_MS } from "../../stop-latency/trial";
import { find } from "../../stop-latency/programs";
import type { Certificate } from "../../support/certificate";
import { Server } from "../../support/server";
import { Upstream, type Question } from "../../support/upstream";
import { Proxy, type Brand } from "./proxy";

export const NAMES = ["one", "two", "three"] as const;
export type Name = (typeof NAMES)[number];

/** The proxy's cookie, which leads a browser back to its instance. */
export type Place = Awaited<ReturnType<APIRequestContext["storageState"]>>;

/** The token for an instance with a password. */
export const TOKEN = "a-token-for-tests-alone";

/** This many visitors without a cookie reach every instance. */
const MAX_VISITS = 100;

/** One of the instances. */
export class Instance {
  private constructor(
    readonly name: Name,
    readonly model: Upstream,
    readonly server: Server,
  ) {}

  static async start(name: Name, args: string[]): Promise<Instance> {
    const model = await Upstream.start();
    model.models = ["alpha", name];
    return new Instance(name, model, await Server.start(model.url, { args: ["--trust-proxy", "127.0.0.1", ...args] }));
  }

  get port(): number {
    return Number(new URL(this.server.url).port);
  }

  /** The status of its readiness endpoint. */
  async readiness(): Promise<number> {
    return (await fetch(`${this.server.url}/readyz`)).status;
  }

  /** The number of its live tasks. */
  async live(): Promise<number> {
    return this.sum("tasks_live");
  }

  /** The number of tasks that it has ever started. */
  async begun(): Promise<number> {
    return (await this.live()) + (await this.sum("exits_total"));
  }

  /** The sum of all samples of a metric. */
  private async sum(metric: string): Promise<number> {
    const answer = await fetch(`${this.server.url}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } });
    const samples = [...(await answer.text()).matchAll(new RegExp(`^starcrossed_${metric}(?:{.*})? (\\d+)$`, "gm"))];
    if (!samples.length) throw new Error(`${this.name} doesn't tell its ${metric}`);
    return samples.reduce((sum, [, count]) => sum + Number(count), 0);
  }

  async end(): Promise<void> {
    await this.server.end();
    await this.model.stop();
  }
}

export class Cluster {
  private readonly taken = new Set<Question>();

  /** The proxy in front of them. */
  proxy!: Proxy;

  private constructor(readonly instances: Record<Name, Instance>) {}

  static async start(brand: Brand, certificate: Certificate, args: string[]): Promise<Cluster> {
    await find(brand); // throws before anything is started if the proxy isn't installed
    const started = await Promise.all(NAMES.map((name) => Instance.start(name, args)));
    const cluster = new Cluster(Object.fromEntries(started.map((instance) => [instance.name, instance])) as Record<Name, Instance>);
    try {
      cluster.proxy = await Proxy.start(brand, certificate, started.map(({ port }) => port));
      await cluster.ready();
      return cluster;
    } catch (error) {
      await cluster.end();
      throw error;
    }
  }

  /** Its address. */
  get url(): string {
    return this.proxy.url;
  }

  /** For each instance, the cookie that leads to it. Call this before any question is asked. */
  async places(): Promise<Record<Name, Place>> {
    const found: Partial<Record<Name, Place>> = {};
    for (let visit = 0; visit < MAX_VISITS && Object.keys(found).length < NAMES.length; visit++) {
      const { name, place } = await this.send();
      found[name] ??= place;
    }
    expect(Object.keys(found).sort(), "every instance gets a visit").toEqual([...NAMES].sort());
    return found as Record<Name, Place>;
  }

  /** Sends a request through the proxy, without a cookie by default. Returns the instance reached, and its cookie. */
  async send(place?: Place): Promise<{ name: Name; place: Place }> {
    const visitor = await request.newContext({ baseURL: this.url, ignoreHTTPSErrors: true, storageState: place });
    try {
      const { data } = (await (await visitor.get("/api/models")).json()) as { data: { id: Name }[] };
      const name = data.map(({ id }) => id).find((id) => NAMES.includes(id));
      if (!name) throw new Error("no instance has answered");
      return { name, place: await visitor.storageState() };
    } finally {
      await visitor.dispose();
    }
  }

  /** Asks and answers a question without a cookie. Returns the instance. */
  async serve(): Promise<Name> {
    const visitor = await request.newContext({ baseURL: this.url, ignoreHTTPSErrors: true });
    try {
      const answer = visitor.post("/api/chat", { data: { messages: [{ role: "user", content: "Who is there?" }] } });
      const { name, question } = await this.nextQuestion();
      question.finish();
      expect(await (await answer).text()).toContain('"reason":"normal"');
      return name;
    } finally {
      await visitor.dispose();
    }
  }

  /** Waits for the next question that no test has taken. Returns it with the instance whose model was asked. */
  async nextQuestion(): Promise<{ name: Name; question: Question }> {
    const all = Object.values(this.instances);
    const of = ({ name, model }: Instance) => model.questions.map((question) => ({ name, question }));
    const next = () => all.flatMap(of).find(({ question }) => !this.taken.has(question));
    await expect.poll(() => next()?.name, { message: "a question", intervals: [20] }).toBeDefined();
    const asked = next()!;
    this.taken.add(asked.question);
    return asked;
  }

  async end(): Promise<void> {
    await this.proxy?.end();
    await Promise.all(Object.values(this.instances).map((instance) => instance.end()));
  }

  /** Waits until the proxy passes requests on. */
  private async ready(): Promise<void> {
    const reader = await request.newContext({ baseURL: this.url, ignoreHTTPSErrors: true });
    const until = performance.now() + PATIENCE_MS;
    while (!(await reader.get("/readyz").then((answer) => answer.ok(), () => false))) {
      this.proxy.expectAlive();
      if (performance.now() > until) throw new Error(`nothing answers at ${this.url}`);
      await after(20);
    }
    await reader.dispose();
  }
}
