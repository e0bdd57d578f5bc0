// How long a vote on one node takes to the screens of clients of another: two nodes on one Redis, on loopback. The
// voter votes at random moments, so that the wait for the tick (100 ms) is spread evenly.
import { call, connect, subscribe } from "../tests/system/lib/clients.mjs";
import { tokenFor } from "../tests/system/lib/jwt.mjs";
import { durable, redisServer } from "../tests/system/lib/redis.mjs";
import { serve } from "../tests/system/lib/server.mjs";

const votes = 200;
const tick_ms = 100;

const cleanups = [];
const t = { after: (cleanup) => cleanups.unshift(cleanup) };

function report(name, samples) {
  samples.sort((a, b) => a - b);
  for (const [label, share] of [["median", 0.5], ["p95", 0.95], ["p99", 0.99]]) {
    console.log(`result ${name}_${label} ${samples[Math.floor(samples.length * share)].toFixed(2)} ms`);
  }
}

// When the screen shows this version of the poll, or a newer one.
function screenOf(subscription) {
  let waiting = [];
  subscription.on("publication", ({ data }) => {
    const now = performance.now();
    waiting = waiting.filter(({ version, resolve }) => data.version < version || resolve(now));
    newest = { version: data.version, now };
  });
  let newest = { version: 0, now: 0 };
  return (version) =>
    newest.version >= version ? newest.now : new Promise((resolve) => waiting.push({ version, resolve }));
}

async function measure(redisOptions, name) {
  const redis = await redisServer(t, redisOptions);
  const [a, b] = await Promise.all([1, 2].map(() => serve(t, { store: redis.url, cores: 1 })));
  const voter = await connect(t, a.websocket, { token: tokenFor("voter") });
  const readers = [await connect(t, a.websocket), await connect(t, b.websocket)];
  const screens = [];
  for (const reader of readers) screens.push(screenOf(await subscribe(reader, "poll:demo")));
  const acknowledged = [];
  const shown = [[], []];
  for (let i = 0; i < votes; i++) {
    await new Promise((resolve) => setTimeout(resolve, Math.random() * tick_ms));
    const began = performance.now();
    const { tally } = await call(voter, "poll.vote", { poll: "demo", options: [i % 2 ? "pro" : "con"] });
    acknowledged.push(performance.now() - began);
    const times = await Promise.all(screens.map((screen) => screen(tally.version)));
    times.forEach((time, node) => shown[node].push(time - began));
  }
  report(`${name}_vote_to_acknowledgement`, acknowledged);
  report(`${name}_vote_to_screen_same_node`, shown[0]);
  report(`${name}_vote_to_screen_other_node`, shown[1]);
}

try {
  await measure([], "memory");
  await measure(durable, "fsync");
} finally {
  for (const cleanup of cleanups) await cleanup();
}
