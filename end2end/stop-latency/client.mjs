// A client without a browser. It asks a number of questions at once, each on its own connection, and prints "live" for each
// answer that has begun. With "stall", it stops reading then.
//
//   node client.mjs URL COUNT [stall]

import { connect, constants } from "node:http2";
import { request } from "node:http";

const [url, count, stall] = process.argv.slice(2);
const body = JSON.stringify({ model: "alpha", messages: [{ role: "user", content: "Are you there?" }] });
const head = { "content-type": "application/json" };

function fail(error) {
  console.error(String(error));
  process.exit(1);
}

/** Prints "live" once, when the first text of the answer has arrived. */
function watch(answer) {
  let heard = "";
  answer.on("data", (piece) => {
    if (heard === undefined) return;
    heard += piece;
    if (!heard.includes("event: delta")) return;
    heard = undefined;
    console.log("live");
    if (stall) answer.pause();
  });
}

function ask1() {
  const asked = request(`${url}/api/chat`, { method: "POST", headers: head, agent: false });
  asked.on("response", watch).on("error", fail).end(body);
}

function ask2() {
  const session = connect(url, { rejectUnauthorized: false }).on("error", fail);
  const path = { [constants.HTTP2_HEADER_METHOD]: "POST", [constants.HTTP2_HEADER_PATH]: "/api/chat" };
  const stream = session.request({ ...path, ...head }).on("error", fail);
  watch(stream);
  stream.end(body);
}

// Node ends when no more events can come, and a connection that isn't read has none.
if (stall) setInterval(() => {}, 60_000);

for (let asked = 0; asked < Number(count); asked++) (url.startsWith("https:") ? ask2 : ask1)();
