// A primary, its replica and three Sentinels that watch them, from the sample configurations of config/redis.
import { Redis, sampleIn } from "./redis.mjs";
import { until } from "./wait.mjs";

const inStep = async (replica) => (await replica.cli("INFO", "replication")).includes("master_link_status:up");

// Both kinds write what they learn into their file (Redis when Sentinel gives it another role), so each has a copy.
async function started(t, redis, name, change) {
  t.after(() => redis.remove());
  redis.file = sampleIn(redis.folder, name, change);
  return redis.start();
}

export async function redisPair(t) {
  const primary = await started(t, new Redis(), "primary");
  const follows = (text) => `${text}\nreplicaof 127.0.0.1 ${primary.port}\n`;
  const replica = await started(t, new Redis(), "primary", follows);
  await until(() => inStep(replica), "the replica has its primary's data");
  const watches = (text) => text.replace("10.0.0.11 6379", `127.0.0.1 ${primary.port}`);
  const sentinels = [];
  for (let i = 0; i < 3; i++) sentinels.push(await started(t, new Redis(["--sentinel"]), "sentinel", watches));
  const knows = async (sentinel) => {
    const answer = await sentinel.cli("SENTINEL", "MASTER", "voxpop");
    return /^num-slaves\n1$/m.test(answer) && /^num-other-sentinels\n2$/m.test(answer);
  };
  for (const sentinel of sentinels) await until(() => knows(sentinel), "a Sentinel knows all the others", 30_000);
  const addresses = sentinels.map((sentinel) => `127.0.0.1:${sentinel.port}`);
  return { primary, replica, sentinels, url: `redis+sentinel://${addresses.join(",")}/voxpop` };
}
