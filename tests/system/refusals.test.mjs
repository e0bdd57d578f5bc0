// Who is refused is counted by why, and the operator is told; never with a token's text. What ails the store is told
// to the operator alone.
import test from "node:test";
import assert from "node:assert/strict";
import { call, connect, refusal, subscribe } from "./lib/clients.mjs";
import { durable, redisServer } from "./lib/redis.mjs";
import { serve } from "./lib/server.mjs";
import { tokenFor } from "./lib/jwt.mjs";
import { until } from "./lib/wait.mjs";

async function metric(server, name) {
  const { body } = await server.api("GET", "/metrics");
  const line = body.split("\n").find((one) => one.startsWith(`${name} `));
  assert.ok(line, `no metric ${name}`);
  return Number(line.split(" ")[1]);
}
const refusedTokens = (server, reason) => metric(server, `voxpop_tokens_refused_total{reason="${reason}"}`);
const limited = (server, limit) => metric(server, `voxpop_rate_limited_total{limit="${limit}"}`);
const logged = (server, msg) =>
  server.output
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line))
    .filter((line) => line.msg === msg);

test("a refused connection token is counted by its reason and logged once, without its text", async (t) => {
  const server = await serve(t, { cores: 1 });
  const [head, body, signature] = tokenFor("eve").split(".");
  const forged = `${head}.${body}.${signature.split("").reverse().join("")}`;
  for (let i = 0; i < 3; i++) await assert.rejects(connect(t, server.websocket, { token: forged }));
  assert.equal(await refusedTokens(server, "signature"), 3);
  assert.equal(await refusedTokens(server, "malformed"), 0);
  const lines = logged(server, "refused a token");
  assert.equal(lines.length, 1);
  assert.equal(lines[0].level, "warn");
  assert.equal(lines[0].why, "the token's signature is not valid");
  assert.ok(!server.output.includes(signature) && !server.output.includes(forged));
});

test("a guest of another secret is a new guest, and the operator is told", async (t) => {
  const [old, server] = [await serve(t, { cores: 1 }), await serve(t, { cores: 1 })];
  const deviceOf = async (node, token) => (await connect(t, node.websocket, { token })).welcome.data.device;
  const device = await deviceOf(old);
  assert.equal(await deviceOf(old, device), device);
  assert.equal(await refusedTokens(old, "device"), 0);
  assert.notEqual(await deviceOf(server, device), device);
  assert.equal(await refusedTokens(server, "device"), 1);
  const [line] = logged(server, "refused a token");
  assert.equal(line.why, "the device token is not valid");
});

test("a wrong admin token is told, counted and logged as that", async (t) => {
  const server = await serve(t, { cores: 1 });
  const body = { id: "x", title: "", url: "" };
  const put = (token) => server.api("POST", "/api/v1/threads", { body, token });
  const wrong = await put("wrong-wrong-wrong");
  assert.equal(wrong.status, 401);
  assert.match(wrong.body.error.message, /this is not the admin token/);
  assert.equal(await refusedTokens(server, "not_admin"), 1);
  assert.equal((await put(tokenFor("reader"))).status, 403);
  assert.equal(await refusedTokens(server, "not_admin"), 2);
  assert.equal((await put("")).status, 401);
  assert.equal(await refusedTokens(server, "missing"), 1);
  assert.ok(!server.output.includes("wrong-wrong-wrong"));
  assert.deepEqual(
    logged(server, "refused a token").map(({ level }) => level),
    ["warn", "info"],
  );
});

test("what a rate limit refuses is counted by the limit", async (t) => {
  const rates = "[rates.votes_per_user]\nburst = 2\nper_minute = 1\n[rates.commands_per_connection]\nburst = 8\nper_minute = 1\n";
  const server = await serve(t, { rates, cores: 1 });
  const voter = await connect(t, server.websocket, { token: tokenFor("eager") });
  const vote = () => call(voter, "poll.vote", { poll: "demo", options: ["pro"] });
  await vote();
  await vote();
  assert.equal((await refusal(vote())).code, 111);
  assert.equal(await limited(server, "votes_per_user"), 1);
  assert.equal(await limited(server, "commands_per_connection"), 0);
  const other = await connect(t, server.websocket, { token: tokenFor("another") });
  for (let i = 0; i < 12; i++) await call(other, "poll.get", { poll: "demo" }).catch(() => {});
  assert.ok((await limited(server, "commands_per_connection")) > 0);
  assert.equal(await limited(server, "writes_per_ip"), 0);
});

test("why the store is away is told to the operator, and its address to nobody else", async (t) => {
  const redis = await redisServer(t, durable);
  const node = await serve(t, { store: redis.url, cores: 1 });
  const writer = await connect(t, node.websocket, { token: tokenFor("writer") });
  await subscribe(writer, "poll:demo");
  await redis.kill();
  await until(async () => !(await node.ready()), "/health/ready says so");
  const told = [];
  const vote = await refusal(call(writer, "poll.vote", { poll: "demo", options: ["con"] }));
  told.push(vote.message);
  told.push((await refusal(call(writer, "comment.list", { thread: "demo" }))).message);
  for (const path of ["threads/other", "threads/other/comments", "polls/other", "counts?threads=other"]) {
    const { status, body } = await node.api("GET", `/api/v1/${path}`);
    assert.equal(status, 503, path);
    told.push(body.error.message);
  }
  const put = await node.api("POST", "/api/v1/threads", { body: { id: "x", title: "", url: "" } });
  told.push(put.body.error.message);
  assert.deepEqual([...new Set(told)], ["the store is away for the moment; try again"]);
  const [line] = logged(node, "the store does not take writes");
  assert.ok(line.why.includes(`127.0.0.1:${redis.port}`), JSON.stringify(line));
});

test("a write that Redis refuses while it is there is counted, and the reason is in the log", async (t) => {
  const redis = await redisServer(t, durable);
  const node = await serve(t, { store: redis.url, cores: 1 });
  const writer = await connect(t, node.websocket, { token: tokenFor("writer") });
  await redis.cli("CONFIG", "SET", "maxmemory", "1");
  const error = await refusal(call(writer, "poll.vote", { poll: "demo", options: ["con"] }));
  assert.equal(error.code, 420);
  assert.equal(error.message, "the store is away for the moment; try again");
  assert.ok(await node.ready());
  assert.ok((await metric(node, "voxpop_store_errors_total")) > 0);
  const [line] = logged(node, "the store did not take a write");
  assert.match(line.why, /OOM/);
});
