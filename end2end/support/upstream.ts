// A model server that does what the test tells it to, piece by piece.

import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { json } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { setImmediate as breath } from "node:timers/promises";
import { now } from "./clock";

/** The body of `POST /v1/chat/completions`, as far as tests look at it. */
export interface Body {
  model: string;
  stream: boolean;
  messages: { role: string; content: string; reasoning_content?: string }[];
}

export class Upstream {
  /** What it lists under `/v1/models`; null for a server without a list. */
  models: string[] | null = ["alpha", "beta"];
  /** How often it was asked for that. */
  listed = 0;
  /** What it calls itself in its `/openapi.json`; null for a server that has none. */
  title: string | null = null;
  /** What else it says of some of them. */
  details: Record<string, object> = {};
  /** Every question that it was ever asked, oldest first. */
  readonly questions: Question[] = [];

  private server?: Server;
  private port = 0;
  private taken = 0;
  private arrived: () => void = () => {};

  private constructor(private readonly address: string) {}

  static async start(address = "127.0.0.1"): Promise<Upstream> {
    const upstream = new Upstream(address);
    await upstream.start();
    return upstream;
  }

  /** Listens: the first time on any port that is free, later on the same one again. */
  async start(): Promise<void> {
    const server = createServer((request, response) => void this.serve(request, response));
    server.listen(this.port, this.address);
    await once(server, "listening");
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
  }

  /** Stops listening. Whoever is connected is cut off, whoever comes is refused. */
  async stop(): Promise<void> {
    const server = this.server;
    this.server = undefined;
    if (!server) return;
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  }

  /** The base URL, as `--upstream` takes it. */
  get url(): string {
    return `http://${this.address}:${this.port}/v1`;
  }

  /** The next question that no test has taken yet: waits until it is asked. */
  async asked(): Promise<Question> {
    while (this.questions.length <= this.taken) {
      await new Promise<void>((resolve) => (this.arrived = resolve));
    }
    return this.questions[this.taken++];
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const route = `${request.method} ${request.url}`;
    if (route === "GET /v1/models") this.listed++;
    if (route === "GET /openapi.json" && this.title !== null) {
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ info: { title: this.title } }));
    } else if (route === "GET /v1/models" && this.models) {
      const data = this.models.map((id) => ({ id, object: "model", ...this.details[id] }));
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ object: "list", data }));
    } else if (route === "POST /v1/chat/completions") {
      this.questions.push(new Question((await json(request)) as Body, response));
      this.arrived();
    } else {
      response.writeHead(404).end();
    }
  }
}

/** One question, and the answer that the test gives to it. */
export class Question {
  /** Who ended the connection, once it has ended: `client` is the server under test. */
  readonly closed: Promise<"client" | "upstream">;
  /** When that was, by the clock that pages have too. */
  readonly closedAt: Promise<number>;
  private endedHere = false;
  private hasSpoken = false;

  constructor(
    readonly body: Body,
    private readonly response: ServerResponse,
  ) {
    this.closedAt = once(response, "close").then(now);
    this.closed = this.closedAt.then(() => (this.endedHere ? "upstream" : "client"));
  }

  /** The conversation that was sent, as `role: text`. */
  get said(): string[] {
    return this.body.messages.map((message) => `${message.role}: ${message.content}`);
  }

  /** Sends the headers and nothing else: a model that thinks in silence. */
  begin(): void {
    if (this.response.headersSent) return;
    this.response.writeHead(200, { "content-type": "text/event-stream" });
    this.response.flushHeaders();
  }

  /** More of the answer. */
  delta(text: string): void {
    this.hasSpoken = true;
    this.chunk({ content: text });
  }

  /** Several deltas, sent together. */
  deltas(texts: string[]): void {
    this.hasSpoken = true;
    this.begin();
    const data = (text: string) => JSON.stringify({ choices: [{ index: 0, delta: { content: text } }] });
    this.response.write(texts.map((text) => `data: ${data(text)}\n\n`).join(""));
  }

  /** More of what the model thinks. */
  reasoning(text: string): void {
    this.chunk({ reasoning_content: text });
  }

  /** How much of a prompt of 100 tokens has been read, as llama-server says it. */
  progress(processed: number): void {
    const choices = [{ index: 0, delta: { role: "assistant", content: null }, finish_reason: null }];
    this.event({ choices, prompt_progress: { total: 100, cache: 0, processed, time_ms: 5 } });
  }

  /** Half an event, and never the rest. */
  hang(): void {
    this.begin();
    this.response.write('data: {"choices":[{"del');
  }

  /** More of the answer than anybody can read, as fast as it is taken, until the connection ends. */
  async flood(text: string): Promise<void> {
    this.hasSpoken = true;
    this.begin();
    const event = `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: text } }] })}\n\n`;
    // The connection's end ends this, as an error.
    await pipeline(Readable.from(forever(event.repeat(MANY))), this.response).catch(() => {});
  }

  /** How many bytes have been taken. */
  get sent(): number {
    return this.response.socket?.bytesWritten ?? 0;
  }

  /** Whether more is to be sent than is being taken. */
  get waits(): boolean {
    return this.response.writableNeedDrain;
  }

  /** The answer is complete, or ends for another reason. One that says nothing would be a failure. */
  finish(reason = "stop"): void {
    if (reason === "stop" && !this.hasSpoken) this.delta("Well.");
    this.chunk({}, reason);
    this.event({ choices: [], usage: { prompt_tokens: 7, completion_tokens: 42 } });
    this.end("data: [DONE]\n\n");
  }

  /** An error in the middle of the answer, as an event. */
  error(message: string): void {
    this.event({ error: { message } });
    this.end();
  }

  /** An error in place of an answer. */
  fail(status: number, body: unknown): void {
    this.response.writeHead(status, { "content-type": "application/json" });
    this.end(JSON.stringify(body));
  }

  /** Breaks the connection off. */
  cut(): void {
    this.endedHere = true;
    this.response.destroy();
  }

  private chunk(delta: object, finish_reason: string | null = null): void {
    this.event({ object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason }] });
  }

  private event(data: unknown): void {
    this.begin();
    this.response.write(`data: ${JSON.stringify(data)}\n\n`);
  }

  private end(last?: string): void {
    this.endedHere = true;
    this.response.end(last);
  }
}

/** With a breath after each, in which the connection is heard. */
/** How many events of a flood are written at once, so that it isn't this program that can't keep up. */
const MANY = 16;

async function* forever(event: string): AsyncGenerator<string> {
  for (;; await breath()) yield event;
}
