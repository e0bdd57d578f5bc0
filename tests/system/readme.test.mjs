// The README's own commands, word for word: a site puts a poll on its article and reads it back.
import test from "node:test";
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { read } from "../docs/repository.mjs";
import { adminToken, serve } from "./lib/server.mjs";
import { call, connect } from "./lib/clients.mjs";
import { tokenFor } from "./lib/jwt.mjs";

const run = promisify(execFile);

const blocks = [...read("README.md").matchAll(/^```sh readme-test\n([\s\S]*?)^```/gm)].map((match) => match[1]);

// Each command of a block; answers what they printed, parsed.
async function commands(server, block) {
  const separate = block.split(/\n(?=curl )/).filter((text) => text.trim());
  const answers = [];
  for (const command of separate) {
    const env = { ...process.env, VOXPOP: server.http, ADMIN_TOKEN: adminToken };
    const { stdout } = await run("bash", ["-euc", command], { env });
    answers.push(JSON.parse(stdout));
  }
  return answers;
}

test("the README's commands do what it says, in its order", async (t) => {
  const server = await serve(t);
  assert.equal(blocks.length, 3);
  const [{ thread }, { poll }, { poll: opened }] = await commands(server, blocks[0]);
  assert.equal(thread.id, "article-1204");
  assert.equal(poll.state, "draft");
  assert.equal(opened.state, "open");

  const reader = await connect(t, server.websocket, { token: tokenFor("reader") });
  await call(reader, "poll.vote", { poll: "article-1204-poll", options: ["pro"] });
  await call(reader, "comment.post", { thread: "article-1204", text: "from the README" });

  const [shown, comments, counts, { poll: tallied }] = await commands(server, blocks[1]);
  assert.equal(shown.thread.title, "Cars or no cars?");
  assert.equal(comments.comments[0].text, "from the README");
  assert.equal(counts.threads["article-1204"].comments, 1);
  assert.equal(counts.threads["article-1205"].comments, 0);
  assert.equal(tallied.tally.options.pro, 1);

  const [{ poll: closed }] = await commands(server, blocks[2]);
  assert.equal(closed.state, "closed");
});

test("the HTTP API refuses who has no admin token, and answers ETags with 304", async (t) => {
  const server = await serve(t);
  const body = { id: "x", title: "", url: "" };
  assert.equal((await server.api("POST", "/api/v1/threads", { body, token: "" })).status, 401);
  assert.equal((await server.api("POST", "/api/v1/threads", { body, token: "wrong-wrong-wrong" })).status, 401);
  const wrong = await server.api("POST", "/api/v1/threads", { body: "{" });
  assert.equal(wrong.status, 400);
  assert.equal(wrong.body.error.name, "bad_request");
  assert.equal((await server.api("GET", "/api/v1/threads/nosuch", { token: "" })).status, 404);
  assert.equal((await server.api("GET", "/api/v1/nosuch", { token: "" })).status, 404);

  const first = await server.api("GET", "/api/v1/polls/demo", { token: "" });
  const etag = first.headers.get("etag");
  assert.ok(etag);
  const again = await server.api("GET", "/api/v1/polls/demo", { token: "", headers: { "if-none-match": etag } });
  assert.equal(again.status, 304);
});

test("what a poll hides is in no answer of the API", async (t) => {
  const server = await serve(t);
  const definition = {
    id: "secret",
    thread: "demo",
    question: "?",
    options: [{ id: "a", label: "A" }, { id: "b", label: "B" }],
    results: "after_close",
  };
  assert.ok((await server.api("POST", "/api/v1/polls", { body: definition })).status < 300);
  await server.api("POST", "/api/v1/polls/secret/open");
  const voter = await connect(t, server.websocket, { token: tokenFor("voter") });
  const ballot = await call(voter, "poll.vote", { poll: "secret", options: ["a"] });
  assert.equal(ballot.tally, undefined);
  for (const target of ["/api/v1/polls/secret", "/api/v1/threads/demo"]) {
    const { body } = await server.api("GET", target, { token: "" });
    const poll = body.poll ?? body.polls.find((one) => one.id === "secret");
    assert.equal(poll.tally, undefined, target);
    assert.equal(poll.hidden, true, target);
  }
  const closed = await server.api("POST", "/api/v1/polls/secret/close");
  assert.equal(closed.body.poll.state, "closed");
  const { body } = await server.api("GET", "/api/v1/polls/secret", { token: "" });
  assert.deepEqual(body.poll.tally.options, { a: 1, b: 0 });
});
