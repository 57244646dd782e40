// A model server that a test scripts, piece by piece.

import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { json } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { setImmediate as breath } from "node:timers/promises";
import { now } from "./clock";

/** The body of `POST /v1/chat/completions`: the fields that tests use. */
export interface Body {
  model: string;
  stream: boolean;
  messages: { role: string; content: string; reasoning_content?: string }[];
}

export class Upstream {
  /** The models in `/v1/models`; null for a server without a list. */
  models: string[] | null = ["alpha", "beta"];
  /** The number of requests for that list. */
  listed = 0;
  /** The title in `/openapi.json`; null for a server without one. */
  title: string | null = null;
  /** More fields of some models in the list. */
  details: Record<string, object> = {};
  /** All questions, oldest first. */
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

  /** Listens: the first time on any free port, later on the same one. */
  async start(): Promise<void> {
    const server = createServer((request, response) => void this.serve(request, response));
    server.listen(this.port, this.address);
    await once(server, "listening");
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
  }

  /** Stops listening: open connections are cut, new ones refused. */
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

  /** Waits for the next question that no test has taken. */
  async nextQuestion(): Promise<Question> {
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

/** A question, and the methods by which a test answers it. */
export class Question {
  /** The side that ended the connection: `client` is the program under test. */
  readonly closed: Promise<"client" | "upstream">;
  /** The time of that end, by the clock of support/clock. */
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

  /** The messages of the request, as `role: text`. */
  get messages(): string[] {
    return this.body.messages.map((message) => `${message.role}: ${message.content}`);
  }

  /** Sends the response's head only: a model that hasn't produced a token. */
  begin(): void {
    if (this.response.headersSent) return;
    this.response.writeHead(200, { "content-type": "text/event-stream" });
    this.response.flushHeaders();
  }

  /** Sends a delta of the answer. */
  delta(text: string): void {
    this.hasSpoken = true;
    this.chunk({ content: text });
  }

  /** Sends several deltas in one write. */
  deltas(texts: string[]): void {
    this.hasSpoken = true;
    this.begin();
    const data = (text: string) => JSON.stringify({ choices: [{ index: 0, delta: { content: text } }] });
    this.response.write(texts.map((text) => `data: ${data(text)}\n\n`).join(""));
  }

  /** Sends a delta of the reasoning. */
  reasoning(text: string): void {
    this.chunk({ reasoning_content: text });
  }

  /** Reports the progress of reading a prompt of 100 tokens, as llama-server does. */
  progress(processed: number): void {
    const choices = [{ index: 0, delta: { role: "assistant", content: null }, finish_reason: null }];
    this.event({ choices, prompt_progress: { total: 100, cache: 0, processed, time_ms: 5 } });
  }

  /** Sends half an event, and never the rest. */
  hang(): void {
    this.begin();
    this.response.write('data: {"choices":[{"del');
  }

  /** Sends deltas as fast as they are taken, until the connection ends. */
  async flood(text: string): Promise<void> {
    this.hasSpoken = true;
    this.begin();
    const event = `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: text } }] })}\n\n`;
    // The end of the connection ends this as an error.
    await pipeline(Readable.from(forever(event.repeat(MANY))), this.response).catch(() => {});
  }

  /** The bytes written to the connection. */
  get sent(): number {
    return this.response.socket?.bytesWritten ?? 0;
  }

  /** Whether the connection's buffer is full. */
  get waits(): boolean {
    return this.response.writableNeedDrain;
  }

  /** Completes the answer with this finish reason. An empty answer gets a word, since it would count as a failure. */
  finish(reason = "stop"): void {
    if (reason === "stop" && !this.hasSpoken) this.delta("Well.");
    this.chunk({}, reason);
    this.event({ choices: [], usage: { prompt_tokens: 7, completion_tokens: 42 } });
    this.end("data: [DONE]\n\n");
  }

  /** Sends an error event in the middle of the answer. */
  error(message: string): void {
    this.event({ error: { message } });
    this.end();
  }

  /** Responds with an error in place of an answer. */
  fail(status: number, body: unknown): void {
    this.response.writeHead(status, { "content-type": "application/json" });
    this.end(JSON.stringify(body));
  }

  /** Breaks the connection. */
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

/** The events of a flood per write: enough that this program isn't the slow part. */
const MANY = 16;

/** Repeats an event, with a pause after each, in which Node handles the connection. */
async function* forever(event: string): AsyncGenerator<string> {
  for (;; await breath()) yield event;
}
