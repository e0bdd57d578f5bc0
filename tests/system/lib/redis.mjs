// Real Redis servers for tests: each on a port that was free, with a folder of its own, and ended by its id.
import { execFile, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { promisify } from "node:util";
import net from "node:net";
import path from "node:path";
import { until } from "./wait.mjs";

const run = promisify(execFile);

// A port that nobody listened to a moment ago, nor to the one 10,000 above, which a Cluster's node takes as well. Both
// lie below 32768, where the system takes ports for outgoing connections from.
export async function freePort() {
  for (;;) {
    const port = randomInt(12_000, 22_000);
    if ((await isFree(port)) && (await isFree(port + 10_000))) return port;
  }
}

async function isFree(port) {
  const probe = net.createServer().listen(port, "127.0.0.1");
  const free = await once(probe, "listening").then(() => true, () => false);
  if (free) await new Promise((resolve) => probe.close(resolve));
  return free;
}

// What the promise needs of Redis: every write is on the disk before it is answered.
export const durable = ["--appendonly", "yes", "--appendfsync", "always"];

export class Redis {
  // Whoever sets `file`, a configuration to begin with, says there where the data is; see sampleIn().
  constructor(options = []) {
    this.options = options;
    this.folder = mkdtempSync(path.join(tmpdir(), "voxpop-redis-"));
  }

  // Starts it, again on the same port and folder, and waits until it answers.
  async start() {
    this.port ??= await freePort();
    const place = this.file ? [this.file] : ["--dir", this.folder];
    const words = [...place, "--port", this.port, "--bind", "127.0.0.1", "--save", "", ...this.options].map(String);
    this.process = spawn("redis-server", words, { stdio: "ignore", cwd: this.folder });
    this.exited = once(this.process, "exit");
    await until(async () => (await this.cli("PING").catch(() => "")) === "PONG", "Redis answers");
    return this;
  }

  get url() {
    return `redis://127.0.0.1:${this.port}`;
  }

  async cli(...words) {
    const { stdout } = await run("redis-cli", ["-p", this.port, ...words].map(String));
    return stdout.trim();
  }

  // "master" or "slave"; nothing while it changes, when it drops its clients.
  async role() {
    const answer = await this.cli("ROLE").catch(() => "");
    return answer.split("\n")[0];
  }

  async kill() {
    this.process.kill("SIGKILL");
    this.process.kill("SIGCONT"); // a stopped one ends as well
    await this.exited;
  }
  pause() {
    this.process.kill("SIGSTOP");
  }
  resume() {
    this.process.kill("SIGCONT");
  }

  // What it has written goes; while it does not run.
  loseData() {
    rmSync(this.folder, { recursive: true, force: true });
    this.folder = mkdtempSync(path.join(tmpdir(), "voxpop-redis-"));
  }

  async remove() {
    if (this.process && this.process.exitCode === null && this.process.signalCode === null) await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const sample = (name) => readFileSync(new URL(`../../../config/redis/${name}.conf`, import.meta.url), "utf8");

// Copies config/redis/NAME.conf, and what it may include, into a folder that stands for both of the sample's: its own
// and that of the data. A file alone is not enough: Redis goes to each `dir` that it reads, be it overridden later.
export function sampleIn(folder, name, change = (text) => text) {
  const data = path.join(folder, "data");
  mkdirSync(data);
  const placed = (text) => text.replace("/var/lib/redis", data).replace("/etc/redis", folder);
  writeFileSync(path.join(folder, "single.conf"), placed(sample("single")));
  const file = path.join(folder, `${name}.conf`);
  writeFileSync(file, change(placed(sample(name))));
  return file;
}

// A server for one test, removed after it.
export async function redisServer(t, options) {
  const redis = new Redis(options);
  t.after(() => redis.remove());
  return redis.start();
}

// Three masters and three replicas, as `./dev cluster` has them.
export async function redisCluster(t, options = []) {
  const nodes = [];
  for (let i = 0; i < 6; i++) {
    nodes.push(
      await redisServer(t, [
        ...options, "--cluster-enabled", "yes", "--cluster-node-timeout", "1000", "--repl-diskless-sync-delay", "0",
      ]),
    );
  }
  const addresses = nodes.map((node) => `127.0.0.1:${node.port}`);
  await run("redis-cli", ["--cluster", "create", ...addresses, "--cluster-replicas", "1", "--cluster-yes"]);
  const isWhole = async (node) => {
    const info = await node.cli("CLUSTER", "INFO");
    return info.includes("cluster_state:ok") && info.includes("cluster_known_nodes:6");
  };
  for (const node of nodes) await until(() => isWhole(node), "the Cluster stands");
  // A replica that has never had its master's data cannot take over.
  const isInStep = async (node) => !(await node.cli("INFO", "replication")).includes("master_link_status:down");
  for (const node of nodes) await until(() => isInStep(node), "a replica has its master's data");
  return {
    nodes,
    url: `redis+cluster://${addresses.join(",")}`,
    // The master that has this key's slot, and its replica.
    async pairOf(key) {
      const slot = Number(await nodes[0].cli("CLUSTER", "KEYSLOT", key));
      for (const line of (await nodes[0].cli("CLUSTER", "NODES")).split("\n")) {
        const [id, address, flags, , , , , , ...ranges] = line.split(" ");
        const has = ranges.some((range) => {
          const [first, last = first] = range.split("-").map(Number);
          return first <= slot && slot <= last;
        });
        if (!has || !flags.includes("master")) continue;
        const port = Number(/:(\d+)@/.exec(address)[1]);
        const replicas = await nodes[0].cli("CLUSTER", "REPLICAS", id);
        const replicaPort = Number(/:(\d+)@/.exec(replicas)?.[1]);
        return {
          master: nodes.find((node) => node.port === port),
          replica: nodes.find((node) => node.port === replicaPort),
        };
      }
      throw new Error(`no master has ${key}`);
    },
  };
}
