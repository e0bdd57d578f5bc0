// The sample configurations are what the programs that they are for accept, and what the documents promise of them.
import test from "node:test";
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import path from "node:path";
import { Redis, sampleIn } from "./lib/redis.mjs";
import { binary } from "./lib/server.mjs";

const run = promisify(execFile);
const sample = (name) => fileURLToPath(new URL(`../../config/${name}`, import.meta.url));
const root = fileURLToPath(new URL("../..", import.meta.url));

// What a function of scripts/cluster/nodes.sh prints.
async function clusterScript(...lines) {
  const { stdout } = await run("bash", ["-ec", ["source scripts/cluster/nodes.sh", ...lines].join("\n")], { cwd: root });
  return stdout;
}
const environment = { PATH: process.env.PATH };

// Started from a sample as it is, but for the folders and the port.
async function redisFrom(t, name, options, change) {
  const redis = new Redis(options);
  t.after(() => redis.remove());
  redis.file = sampleIn(redis.folder, name, change);
  return redis.start();
}

for (const name of ["single", "primary", "cluster"]) {
  test(`config/redis/${name}.conf starts a Redis that has writes on disk before it answers, in a folder of its own`, async (t) => {
    const redis = await redisFrom(t, name);
    const setting = async (key) => (await redis.cli("CONFIG", "GET", key)).split("\n")[1];
    assert.equal(await setting("appendonly"), "yes");
    assert.equal(await setting("appendfsync"), "always");
    assert.equal(await setting("maxmemory-policy"), "noeviction");
    assert.equal(await setting("cluster-enabled"), name === "cluster" ? "yes" : "no");
    assert.equal(await setting("min-replicas-to-write"), name === "primary" ? "1" : "0");
    // Else it is wherever Redis is started, and from elsewhere Redis comes back empty.
    assert.equal(await setting("dir"), path.join(redis.folder, "data"));
  });
}

test("config/redis/sentinel.conf starts a Sentinel that watches the primary", async (t) => {
  const sentinel = await redisFrom(t, "sentinel", ["--sentinel"], (text) => text.replace("10.0.0.11", "127.0.0.1"));
  assert.match(await sentinel.cli("SENTINEL", "MASTERS"), /^name\nvoxpop$/m);
});

test("each server of ./dev cluster is started from config/redis/cluster.conf with a folder of its own", async () => {
  const text = await clusterScript("source scripts/cluster/redis.sh", "redis_config");
  assert.equal(text, readFileSync(sample("redis/cluster.conf"), "utf8").replace(/^dir .*\n/m, ""));
  assert.doesNotMatch(text, /^dir /m); // Redis would go there first, where only its own user may
});

// Both what a site copies and what ./dev cluster writes.
for (const [name, text] of [
  ["config/haproxy.cfg", () => readFileSync(sample("haproxy.cfg"), "utf8")],
  ["what ./dev cluster makes of it", () => clusterScript("node_ports=(18081 18082)", "proxy_config 18080")],
]) {
  test(`${name} is accepted by HAProxy without a warning`, async (t) => {
    const folder = mkdtempSync(path.join(tmpdir(), "voxpop-haproxy-"));
    t.after(() => rmSync(folder, { recursive: true }));
    const file = path.join(folder, "haproxy.cfg");
    writeFileSync(file, await text());
    const { stdout, stderr } = await run("haproxy", ["-c", "-f", file]);
    assert.doesNotMatch(stdout + stderr, /WARNING/); // "log format ignored": nothing would be logged
  });
}

test("config/voxpop.service is accepted by systemd, and shuts the process in", async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), "voxpop-unit-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, "voxpop.service");
  writeFileSync(file, readFileSync(sample("voxpop.service"), "utf8").replace("/usr/local/bin/voxpop", binary));
  const { stderr } = await run("systemd-analyze", ["verify", "--man=no", file]);
  assert.equal(stderr, "", "no setting is unknown");
  await run("systemd-analyze", ["security", "--offline=yes", "--threshold=20", file]); // of 100; 15 when written
});

test("README, the service and the manual mean the same folder", () => {
  const text = (name) => readFileSync(path.join(root, name), "utf8");
  const [, folder] = /^data_dir = "([^"]+)"$/m.exec(text("README.md"));
  const [, state] = /^StateDirectory=(.+)$/m.exec(text("config/voxpop.service"));
  assert.equal(`/var/lib/${state}`, folder);
  const tools = [...text("docs/OPERATIONS.md").matchAll(/voxpop verify --data (\S+)/g)].map((match) => match[1]);
  assert.deepEqual(tools, [folder]);
});

test("config/voxpop.redis.sample.toml and each URL in it are accepted by voxpop", async () => {
  const file = sample("voxpop.redis.sample.toml");
  const urls = [...readFileSync(file, "utf8").matchAll(/url = "([^"]+)"/g)].map(([, url]) => url);
  assert.equal(urls.length, 4);
  for (const url of urls) {
    const { stdout } = await run(binary, ["config", "--config", file, "--set", `store.url=${url}`], { env: environment });
    assert.match(stdout, /^ack = "stored"/m);
    assert.doesNotMatch(stdout, /:secret@/);
  }
});
