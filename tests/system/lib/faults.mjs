// What the tests of faults share: three nodes behind a balancer, under load, and the judgement after the fault.
import assert from "node:assert/strict";
import { Journal } from "./journal.mjs";
import { proxyTo } from "./proxy.mjs";
import { serve } from "./server.mjs";
import { until } from "./wait.mjs";

const after = 1_000; // commands acknowledged after the fault
export const replicated = '[store]\nack = "replicated"\n';

// Three nodes on a store, voters and readers on all of them, and the epoch of the streams.
export async function underLoad(t, store, config = "") {
  const nodes = await Promise.all([1, 2, 3].map(() => serve(t, { store: store.url, cores: 1, config })));
  const balancer = await proxyTo(t, ...nodes);
  const journal = new Journal();
  await journal.start(t, balancer.websocket);
  return { nodes, journal, epoch: await epochOf(nodes[0]), config };
}

// A node is ready while one shard is; here all of them must be back.
export async function allReady({ nodes }) {
  for (const node of nodes) {
    await until(() => node.ready(), "a node is ready", 60_000);
    await until(async () => (await shardsMissing(node)) === 0, "all shards are there", 60_000);
  }
}

async function shardsMissing(node) {
  const { body } = await node.api("GET", "/metrics");
  return Number(body.match(/^voxpop_store_shards_missing (\d+)$/m)[1]);
}

export const epochOf = async (node) => (await node.api("GET", "/api/v1/threads/demo/comments?limit=1")).body.epoch;
const lossesReported = ({ nodes }) => nodes.some((node) => /lost/i.test(node.output));

// A new epoch reaches a node that did not hear of it when it looks, some seconds later.
async function agreeOnEpoch({ nodes, journal }) {
  const epochs = await Promise.all(nodes.map(epochOf));
  for (const { channel, epoch } of journal.readers) if (channel.startsWith("thread:")) epochs.push(epoch);
  return epochs[0] && new Set(epochs).size === 1;
}

// What one shard has lost, acknowledged or not, the site's lists on another still name: that is for the operator to put
// right. So is, acknowledged when stored, a name that was lost before the comment itself was written. Nothing else
// differs.
async function repairIndex(node, config) {
  const mayDiffer = ["comments in the site's lists"];
  if (config !== replicated) mayDiffer.push("names that lead to their threads");
  const { output } = await node.verify();
  assert.doesNotMatch(output, /^not verified/m);
  const differing = [...output.matchAll(/^ {2}(\S.*): \d+ checked, \d+ differ/gm)].map(([, what]) => what);
  assert.deepEqual(differing.filter((what) => !mayDiffer.includes(what)), [], output);
  await node.verify("--repair");
}

// Ends the load and compares: every node tells the same, readers are at the end of their streams, and what is stored
// is consistent. Answers what was lost.
export async function settle(t, { nodes, journal, epoch, config }) {
  await journal.more(after);
  await journal.stop();
  await until(() => agreeOnEpoch({ nodes, journal }), "all nodes and readers are in one epoch", 30_000);
  const lost = await journal.losses(t, nodes[0]);
  t.diagnostic(journal.summary(lost));
  for (const node of nodes) {
    const { ballots, comments } = await journal.losses(t, node);
    assert.deepEqual([ballots.length, comments.length], [lost.ballots.length, lost.comments.length]);
  }
  await journal.readersAgree(t, nodes[0]);
  if ((await epochOf(nodes[0])) !== epoch) await repairIndex(nodes[0], config);
  const { code, output } = await nodes[0].verify();
  assert.equal(code, 0, output);
  return lost;
}

export function nothingMissing({ ballots, comments }) {
  assert.deepEqual(ballots.map((voter) => voter.user), []);
  assert.deepEqual(comments, []);
}

// The streams go on as if nothing had happened.
async function undisturbed(service) {
  assert.equal(await epochOf(service.nodes[0]), service.epoch, "the streams go on");
  assert.ok(service.journal.readers.every((reader) => reader.reloads === 0), "nobody was told to reload");
  assert.ok(!lossesReported(service), "the log speaks of no loss");
}

// All that have seen something that is gone know it.
export async function restarted(service) {
  assert.notEqual(await epochOf(service.nodes[0]), service.epoch, "the streams have a new epoch");
  assert.ok(service.journal.readers.every((reader) => reader.reloads > 0), "each reader was told to reload");
  assert.ok(lossesReported(service), "the log says what was lost");
}

export async function nothingLost(service, lost) {
  nothingMissing(lost);
  await undisturbed(service);
}

// A loss was reported in all three ways. Without one the streams may have begun anew all the same, for what readers
// saw and nobody was promised yet; never by halves.
export async function lossReported(service, lost) {
  const missing = lost.ballots.length + lost.comments.length > 0;
  const same = (await epochOf(service.nodes[0])) === service.epoch;
  await (same && !missing ? undisturbed(service) : restarted(service));
}
