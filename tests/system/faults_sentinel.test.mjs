// Faults under load behind Sentinel, as in faults_redis.test.mjs: a primary with a replica, from the samples.
import test from "node:test";
import { allReady, lossReported, nothingLost, replicated, settle, underLoad } from "./lib/faults.mjs";
import { redisPair } from "./lib/sentinel.mjs";
import { until } from "./lib/wait.mjs";

// The replica is the primary, and all Sentinels say so: from then on, as docs/OPERATIONS.md asks, the old one may return.
async function takesOver({ replica, sentinels }) {
  await until(async () => (await replica.role()) === "master", "the replica takes over", 60_000);
  for (const sentinel of sentinels) {
    const primary = () => sentinel.cli("SENTINEL", "GET-MASTER-ADDR-BY-NAME", "voxpop");
    await until(async () => (await primary()).endsWith(`\n${replica.port}`), "a Sentinel follows");
  }
}
const joins = ({ primary }) =>
  until(async () => (await primary.role()) === "slave", "the old primary is a replica", 60_000);

async function failover(t, config) {
  const pair = await redisPair(t);
  const service = await underLoad(t, pair, config);
  service.journal.fault();
  await pair.primary.kill();
  await takesOver(pair);
  // Until it is back as a replica, writes are refused: min-replicas-to-write.
  await pair.primary.start();
  await joins(pair);
  await allReady(service);
  return { service, lost: await settle(t, service) };
}

test("a Sentinel's failover, acknowledged when stored: what is lost is reported", async (t) => {
  const { service, lost } = await failover(t);
  await lossReported(service, lost);
});

test("a Sentinel's failover, acknowledged when replicated: nothing is lost", async (t) => {
  const { service, lost } = await failover(t, replicated);
  await nothingLost(service, lost);
});

// It goes on as if it were the primary still, with what was sent to it in its sockets.
test("a primary that stood still comes back after it was replaced: what is lost is reported", async (t) => {
  const pair = await redisPair(t);
  const service = await underLoad(t, pair);
  service.journal.fault();
  pair.primary.pause();
  await takesOver(pair);
  pair.primary.resume();
  await joins(pair);
  await allReady(service);
  const lost = await settle(t, service);
  await lossReported(service, lost);
});
