// Faults under load: three nodes on a real Redis, voters with a journal of what was acknowledged, readers who look
// for gaps. What was acknowledged is stored; or, where docs/OPERATIONS.md says that a fault can lose something, the
// loss is in the log and readers were told to reload. The figures of its table are what these tests print.
import test from "node:test";
import assert from "node:assert/strict";
import { Journal } from "./lib/journal.mjs";
import { proxyTo } from "./lib/proxy.mjs";
import { durable, redisCluster, redisServer } from "./lib/redis.mjs";
import { serve } from "./lib/server.mjs";
import { until } from "./lib/wait.mjs";

const pause_ms = 6_000;
const after = 1_000; // commands acknowledged after the fault

async function nodesOn(t, store, config = "") {
  const nodes = await Promise.all([1, 2, 3].map(() => serve(t, { store: store.url, cores: 1, config })));
  const balancer = await proxyTo(t, ...nodes);
  const journal = new Journal();
  await journal.start(t, balancer.websocket);
  return { nodes, journal };
}

const allReady = async (nodes) => {
  for (const node of nodes) await until(() => node.ready(), "a node is ready", 60_000);
};
const epochOf = async (node) => (await node.api("GET", "/api/v1/threads/demo/comments?limit=1")).body.epoch;
const lossesReported = (nodes) => nodes.some((node) => /lost/i.test(node.output));

// Ends the load and compares. Answers what was lost.
async function settle(t, { nodes, journal }) {
  await journal.more(after);
  await journal.stop();
  const lost = await journal.losses(t, nodes[0]);
  t.diagnostic(journal.summary(lost));
  for (const node of nodes) {
    const { ballots, comments } = await journal.losses(t, node);
    assert.deepEqual([ballots.length, comments.length], [lost.ballots.length, lost.comments.length]);
  }
  await journal.readersAgree(nodes[0]);
  const { code, output } = await nodes[0].verify();
  assert.equal(code, 0, output);
  return lost;
}

function nothingLost({ ballots, comments }) {
  assert.deepEqual(ballots.map((voter) => voter.user), []);
  assert.deepEqual(comments, []);
}

test("kill -9 of a node: nothing is lost, its readers recover on another", async (t) => {
  const service = await nodesOn(t, await redisServer(t, durable));
  const [, ...others] = service.nodes;
  const epoch = await epochOf(others[0]);
  service.journal.fault();
  await service.nodes[0].kill();
  nothingLost(await settle(t, { ...service, nodes: others }));
  assert.equal(await epochOf(others[0]), epoch);
  assert.ok(service.journal.readers.some((reader) => reader.recoveries > 0));
  assert.ok(service.journal.readers.every((reader) => reader.reloads === 0));
});

test("kill -9 of Redis with appendfsync always: nothing is lost", async (t) => {
  const redis = await redisServer(t, durable);
  const service = await nodesOn(t, redis);
  const epoch = await epochOf(service.nodes[0]);
  service.journal.fault();
  await redis.kill();
  for (const node of service.nodes) await until(async () => !(await node.ready()), "a node says that it is not ready");
  await redis.start();
  await allReady(service.nodes);
  nothingLost(await settle(t, service));
  assert.equal(await epochOf(service.nodes[0]), epoch, "the streams go on");
  assert.ok(!lossesReported(service.nodes));
});

test("Redis stands still for 6 s: nothing is lost, and nothing counts twice", async (t) => {
  const redis = await redisServer(t, durable);
  const service = await nodesOn(t, redis);
  const epoch = await epochOf(service.nodes[0]);
  service.journal.fault();
  redis.pause();
  const paused_at = performance.now();
  const over = () => performance.now() - paused_at >= pause_ms; // the fault is a length of time
  await until(over, "the pause is over");
  redis.resume();
  await allReady(service.nodes);
  nothingLost(await settle(t, service));
  assert.equal(await epochOf(service.nodes[0]), epoch);
});

// What the promoted replica lacks is lost, if anything; then that is said. `before` may hold it up.
async function failover(t, { config = "", before = async () => {} } = {}) {
  const cluster = await redisCluster(t, durable);
  const service = await nodesOn(t, cluster, config);
  const epoch = await epochOf(service.nodes[0]);
  const { master, replica } = await cluster.pairOf("vp:{demo}:thread");
  await before({ master, replica, journal: service.journal });
  service.journal.fault();
  await master.kill();
  replica.resume();
  await until(async () => (await cluster.role(replica)) === "master", "the replica takes over", 30_000);
  await master.start(); // as the new master's replica
  await allReady(service.nodes);
  const lost = await settle(t, service);
  const something = lost.ballots.length + lost.comments.length > 0;
  assert.equal((await epochOf(service.nodes[0])) !== epoch, something, "a new epoch says that something was lost");
  assert.equal(lossesReported(service.nodes), something, "and so does the log");
  assert.equal(service.journal.readers.every((reader) => reader.reloads > 0), something, "and readers are told");
  return lost;
}

test("a Cluster's failover, acknowledged when stored: what is lost is reported", async (t) => {
  await failover(t);
});

test("a Cluster's failover to a replica that was behind, acknowledged when stored: the loss is reported", async (t) => {
  const before = async ({ master, replica, journal }) => {
    replica.pause();
    await master.cli("CLIENT", "KILL", "TYPE", "replica"); // and it cannot come back
    await journal.more(300);
  };
  const { comments } = await failover(t, { before });
  assert.ok(comments.length > 50, "the test has made a loss");
});

test("a Cluster's failover, acknowledged when replicated: nothing is lost", async (t) => {
  nothingLost(await failover(t, { config: '[store]\nack = "replicated"\n' }));
});

test("Redis comes back empty: it is noticed, reported, and readers are told to reload", async (t) => {
  const redis = await redisServer(t);
  const service = await nodesOn(t, redis);
  const [node] = service.nodes;
  const epoch = await epochOf(node);
  service.journal.fault();
  await redis.kill();
  redis.loseData();
  await redis.start();
  await allReady(service.nodes);
  // The operator makes the thread and its poll again; a comment may have made the thread already.
  const thread = await node.api("POST", "/api/v1/threads", { body: { id: "demo", title: "again" } });
  assert.ok(thread.status < 300 || thread.status === 409, JSON.stringify(thread.body));
  const options = [{ id: "pro", label: "Yes" }, { id: "con", label: "No" }];
  const poll = { id: "demo", thread: "demo", question: "Again?", options, state: "open" };
  const made = await node.api("POST", "/api/v1/polls", { body: poll });
  assert.ok(made.status < 300, JSON.stringify(made.body));

  await service.journal.more(after);
  await service.journal.stop();
  assert.notEqual(await epochOf(node), epoch);
  assert.ok(service.nodes.every((one) => /lost/i.test(one.output)), "each node has said what was lost");
  assert.ok(service.journal.readers.every((reader) => reader.reloads > 0), "each reader was told to reload");
  await service.journal.readersAgree(node);
  const lost = await service.journal.losses(t, node);
  t.diagnostic(service.journal.summary(lost));
  const returned_at = service.journal.fault_at;
  assert.ok(lost.comments.every((comment) => comment.acknowledged_at < returned_at + pause_ms));
  const { code, output } = await node.verify();
  assert.equal(code, 0, output);
});
