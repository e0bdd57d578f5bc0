// Three nodes on one Redis are one service: whatever a client is connected to, it counts, sees and recovers the
// same.
import test from "node:test";
import assert from "node:assert/strict";
import { call, connect, refusal, subscribe } from "./lib/clients.mjs";
import { rawClient } from "./lib/raw.mjs";
import { proxyTo } from "./lib/proxy.mjs";
import { durable, redisServer } from "./lib/redis.mjs";
import { serve } from "./lib/server.mjs";
import { tokenFor } from "./lib/jwt.mjs";
import { until } from "./lib/wait.mjs";

const nodesOf = (t, redis, count = 3) =>
  Promise.all(Array.from({ length: count }, () => serve(t, { store: redis.url, cores: 1 })));

const offsets = (publications) => publications.map((publication) => publication.offset);
const texts = (publications) => publications.map((publication) => publication.data.comment.text);
// The newest value of a latest channel, whether it came as a push or with the subscription.
const shown = (subscription) => (subscription.publications.at(-1) ?? subscription.subscriptions.at(-1)).data;
const say = (client, text) => call(client, "comment.post", { thread: "demo", text, key: text.replaceAll(" ", "-") });

async function metric(server, name) {
  const { body } = await server.api("GET", "/metrics");
  return Number(new RegExp(`^${name}(?:{[^}]*})? (\\S+)$`, "m").exec(body)?.[1]);
}

test("three nodes that start together on an empty Redis seed the demo once", async (t) => {
  const redis = await redisServer(t);
  const nodes = await nodesOf(t, redis);
  for (const node of nodes) {
    const { body } = await node.api("GET", "/api/v1/threads/demo");
    assert.equal(body.thread.version, 1);
    assert.equal(body.polls.length, 1);
  }
  assert.equal(await redis.cli("HLEN", "vp:{demo}:polls"), "1");
});

test("one voter's ballot, sent 1,000 times to three nodes at once, counts once", async (t) => {
  const redis = await redisServer(t);
  const nodes = await nodesOf(t, redis);
  const token = tokenFor("insistent");
  const clients = await Promise.all(nodes.map((node) => rawClient(t, node, { token })));
  const data = { poll: "demo", options: ["pro"], key: "the-one" };
  for (let i = 0; i < 1000; i++) clients[i % 3].text({ rpc: { method: "poll.vote", data }, id: 2 + i });
  const answers = () => clients.flatMap((client) => client.lines.filter((line) => line.id >= 2));
  await until(() => answers().length === 1000, "1,000 answers");
  for (const { rpc } of answers()) assert.deepEqual(rpc?.data.choice, ["pro"]);
  for (const node of nodes) {
    const { body } = await node.api("GET", "/api/v1/polls/demo");
    assert.deepEqual(body.poll.tally.options, { pro: 1, con: 0 });
  }
  assert.equal(await redis.cli("HLEN", "vp:{demo}:ballots:poll/demo/1"), "1");
});

test("a vote, a comment, a heart and a viewer on one node are on the screens of another", async (t) => {
  const redis = await redisServer(t);
  const [a, b, c] = await nodesOf(t, redis);
  const alice = await connect(t, a.websocket, { token: tokenFor("alice") });
  const bob = await connect(t, b.websocket, { token: tokenFor("bob") });
  const polls = await Promise.all([subscribe(alice, "poll:demo"), subscribe(bob, "poll:demo")]);
  const counts = await Promise.all([subscribe(alice, "counts:demo"), subscribe(bob, "counts:demo")]);
  const threads = await Promise.all([subscribe(alice, "thread:demo"), subscribe(bob, "thread:demo")]);

  await t.test("a vote moves the bars on both", async () => {
    const { tally } = await call(alice, "poll.vote", { poll: "demo", options: ["con"] });
    for (const poll of polls) await until(() => shown(poll).version >= tally.version, "the bars move");
    assert.deepEqual(shown(polls[1]).options, { pro: 0, con: 1 });
  });

  await t.test("comments posted on both at once have one order everywhere", async () => {
    const posts = [];
    for (let i = 0; i < 40; i++) posts.push(say(i % 2 ? alice : bob, `said ${i}`));
    await Promise.all(posts);
    for (const thread of threads) await until(() => thread.publications.length === 40, "40 comments");
    assert.deepEqual(offsets(threads[0].publications), Array.from({ length: 40 }, (_, i) => i + 1));
    assert.deepEqual(offsets(threads[1].publications), offsets(threads[0].publications));
    assert.deepEqual(texts(threads[1].publications), texts(threads[0].publications));
    for (const one of counts) await until(() => shown(one).comments === 40, "the counts follow");
  });

  await t.test("hearts of both converge to one sum", async () => {
    for (let i = 0; i < 10; i++) {
      await call(alice, "tap.add", { thread: "demo", kind: "heart", n: 3 });
      await call(bob, "tap.add", { thread: "demo", kind: "heart", n: 4 });
    }
    for (const one of counts) await until(() => shown(one).hearts === 70, "70 hearts");
  });

  await t.test("viewers are summed, and those of a dead node go away", async (t) => {
    const everywhere = async (viewers) => {
      for (const one of counts) await until(() => shown(one).viewers === viewers, `${viewers} viewers`, 30_000);
    };
    await everywhere(2);
    const carol = await connect(t, c.websocket, { token: tokenFor("carol") });
    await subscribe(carol, "thread:demo");
    await everywhere(3);
    await c.kill();
    carol.disconnect();
    await everywhere(2);
  });
  const { code, output } = await a.verify();
  assert.equal(code, 0, output);
});

test("viewers over HTTP are the same on every node, also on one that does not watch the thread", async (t) => {
  const redis = await redisServer(t);
  const nodes = await nodesOf(t, redis, 2);
  const told = async (node) => {
    const counts = await node.api("GET", "/api/v1/counts?threads=demo");
    const thread = await node.api("GET", "/api/v1/threads/demo");
    return [counts.body.threads.demo.viewers, thread.body.counts.viewers];
  };
  const everywhere = async (viewers, asked, limit_ms) => {
    for (const node of asked) {
      const isSo = async () => (await told(node)).every((number) => number === viewers);
      await until(isSo, `${viewers} viewers on ${node.port}`, limit_ms);
    }
  };
  const read = async () => {
    const reader = await connect(t, nodes[0].websocket);
    await subscribe(reader, "thread:demo");
    await everywhere(1, nodes);
    return reader;
  };
  const first = await read();
  first.disconnect();
  await everywhere(0, nodes, 5_000);
  const second = await read();
  await nodes[0].kill();
  second.disconnect();
  await everywhere(0, [nodes[1]], 12_000); // the time to live is 10 s
});

test("a client that comes back to another node recovers there what it missed", async (t) => {
  const redis = await redisServer(t);
  const [a, b] = await nodesOf(t, redis, 2);
  const proxy = await proxyTo(t, a);
  const reader = await connect(t, proxy.websocket);
  const writer = await connect(t, b.websocket, { token: tokenFor("writer") });
  const thread = await subscribe(reader, "thread:demo");
  await say(writer, "seen live");
  await until(() => thread.publications.length === 1, "the live comment");
  proxy.cut();
  for (let i = 0; i < 10; i++) await say(writer, `missed ${i}`);
  proxy.targets = [b.port];
  proxy.mend();
  await until(() => thread.subscriptions.length === 2, "the subscription is back");
  assert.equal(thread.subscriptions[1].recovered, true);
  await until(() => thread.publications.length === 11, "what it missed");
  assert.deepEqual(offsets(thread.publications), Array.from({ length: 11 }, (_, i) => i + 1));
});

test("without Redis writes are refused at once, readers stay, and all resumes by itself", async (t) => {
  const redis = await redisServer(t, durable);
  const [node] = await nodesOf(t, redis, 1);
  const writer = await connect(t, node.websocket, { token: tokenFor("writer") });
  const poll = await subscribe(writer, "poll:demo");
  const vote = (option) => call(writer, "poll.vote", { poll: "demo", options: [option] });
  await vote("pro");
  await redis.kill();
  await until(async () => !(await node.ready()), "/health/ready says so");
  const error = await refusal(vote("con"));
  assert.equal(error.code, 420);
  assert.equal(error.temporary, true);
  assert.equal(await metric(node, "voxpop_store_up"), 0);
  assert.equal(poll.state, "subscribed", "streams go on from memory");

  await redis.start();
  await until(() => node.ready(), "it is ready again");
  assert.equal(await metric(node, "voxpop_store_up"), 1);
  const { tally } = await vote("con");
  assert.deepEqual(tally.options, { pro: 0, con: 1 }, "nothing was lost");
  await until(() => shown(poll).version >= tally.version, "the bars move");
});

test("secrets that Redis has lost are put back by the nodes that run, so guests stay who they are", async (t) => {
  const redis = await redisServer(t);
  const [a] = await nodesOf(t, redis, 1);
  const secrets = async () => (await redis.cli("MGET", "vp:secret:device", "vp:secret:token")).split("\n");
  const before = await secrets();
  const { device } = (await connect(t, a.websocket)).welcome.data;
  await redis.cli("FLUSHALL");
  await until(async () => String(await secrets()) === String(before), "they are there again");
  const [b] = await nodesOf(t, redis, 1);
  const again = (await connect(t, b.websocket, { token: device })).welcome.data;
  assert.equal(again.device, device);
});
