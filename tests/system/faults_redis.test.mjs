// Faults under load: three nodes on a real Redis, voters with a journal of what was acknowledged, readers who look
// for gaps. What was acknowledged is stored; or, where docs/OPERATIONS.md says that a fault can lose something, the
// loss is in the log and readers were told to reload. The figures of its table are what these tests print.
import test from "node:test";
import assert from "node:assert/strict";
import {
  allReady, lossReported, nothingLost, nothingMissing, replicated, restarted, settle, underLoad,
} from "./lib/faults.mjs";
import { durable, redisCluster, redisServer } from "./lib/redis.mjs";
import { until } from "./lib/wait.mjs";

const pause_ms = 6_000;

async function killNode(t, store, config) {
  const service = await underLoad(t, store, config);
  service.journal.fault();
  await service.nodes.shift().kill();
  await nothingLost(service, await settle(t, service));
  assert.ok(service.journal.readers.some((reader) => reader.recoveries > 0));
}

test("kill -9 of a node: nothing is lost, its readers recover on another", async (t) => {
  await killNode(t, await redisServer(t, durable));
});

test("kill -9 of a node on a Cluster, acknowledged when replicated: nothing is lost", async (t) => {
  await killNode(t, await redisCluster(t, durable), replicated);
});

test("kill -9 of Redis with appendfsync always: nothing is lost", async (t) => {
  const redis = await redisServer(t, durable);
  const service = await underLoad(t, redis);
  service.journal.fault();
  await redis.kill();
  for (const node of service.nodes) await until(async () => !(await node.ready()), "a node says that it is not ready");
  await redis.start();
  await allReady(service);
  await nothingLost(service, await settle(t, service));
});

test("Redis stands still for 6 s: nothing is lost, and nothing counts twice", async (t) => {
  const redis = await redisServer(t, durable);
  const service = await underLoad(t, redis);
  service.journal.fault();
  redis.pause();
  const paused_at = performance.now();
  const over = () => performance.now() - paused_at >= pause_ms; // the fault is a length of time
  await until(over, "the pause is over");
  redis.resume();
  await allReady(service);
  await nothingLost(service, await settle(t, service));
});

// kill -9 of the master that has the thread. `before` may hold its replica up.
async function failover(t, { config = "", before = async () => {} } = {}) {
  const cluster = await redisCluster(t, durable);
  const service = await underLoad(t, cluster, config);
  const { master, replica } = await cluster.pairOf("vp:{demo}:thread");
  await before({ master, replica, journal: service.journal });
  service.journal.fault();
  await master.kill();
  replica.resume();
  await until(async () => (await replica.role()) === "master", "the replica takes over", 30_000);
  await master.start(); // as the new master's replica
  await allReady(service);
  return { service, lost: await settle(t, service) };
}

// The replica stands still, and whoever waits for it is told so.
async function holdUp({ master, replica }) {
  replica.pause();
  await master.cli("CLIENT", "KILL", "TYPE", "replica"); // and it cannot come back
}

test("a Cluster's failover, acknowledged when stored: what is lost is reported", async (t) => {
  const { service, lost } = await failover(t);
  await lossReported(service, lost);
});

test("a Cluster's failover to a replica that was behind, acknowledged when stored: the loss is reported", async (t) => {
  const before = async (place) => {
    await holdUp(place);
    await place.journal.more(300);
  };
  const { service, lost } = await failover(t, { before });
  assert.ok(lost.comments.length > 50, "the test has made a loss");
  await restarted(service);
});

test("a Cluster's failover, acknowledged when replicated: nothing is lost", async (t) => {
  const { service, lost } = await failover(t, { config: replicated });
  await nothingLost(service, lost);
});

// Readers may have seen comments that were not acknowledged yet; then the streams begin anew.
test("the same, the replica was behind: nothing that was acknowledged is lost", async (t) => {
  const before = async (place) => {
    const refused = () => place.journal.refusals.get(420) ?? 0;
    await holdUp(place);
    const first = refused();
    await until(() => refused() > first + 20, "writes are refused without a replica", 30_000);
  };
  const { service, lost } = await failover(t, { config: replicated, before });
  nothingMissing(lost);
  await lossReported(service, lost);
});

test("Redis comes back empty: it is noticed, reported, and readers are told to reload", async (t) => {
  const redis = await redisServer(t);
  const service = await underLoad(t, redis);
  const [node] = service.nodes;
  service.journal.fault();
  await redis.kill();
  redis.loseData();
  await redis.start();
  await allReady(service);
  const returned_at = performance.now();
  // The operator makes the thread and its poll again; a comment may have made the thread already.
  const thread = await node.api("POST", "/api/v1/threads", { body: { id: "demo", title: "again" } });
  assert.ok(thread.status < 300 || thread.status === 409, JSON.stringify(thread.body));
  const options = [{ id: "pro", label: "Yes" }, { id: "con", label: "No" }];
  const poll = { id: "demo", thread: "demo", question: "Again?", options, state: "open" };
  const made = await node.api("POST", "/api/v1/polls", { body: poll });
  assert.ok(made.status < 300, JSON.stringify(made.body));

  const lost = await settle(t, service);
  assert.ok(lost.comments.length > 0, "the test has made a loss");
  assert.ok(lost.comments.every((comment) => comment.acknowledged_at < returned_at), "nothing later is missing");
  await restarted(service);
});
