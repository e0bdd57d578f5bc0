// The samples of config/redis as an operator takes them: each copied to its machine, the lines with passwords
// uncommented, the addresses set. 10.0.0.N becomes N of a network of loopback addresses, which are all this machine's.
import test from "node:test";
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import path from "node:path";
import { call, connect, subscribe } from "./lib/clients.mjs";
import { tokenFor } from "./lib/jwt.mjs";
import { serve } from "./lib/server.mjs";
import { until, within } from "./lib/wait.mjs";

const run = promisify(execFile);
const config = (name) => readFileSync(fileURLToPath(new URL(`../../config/${name}`, import.meta.url)), "utf8");
const operations = readFileSync(fileURLToPath(new URL("../../docs/OPERATIONS.md", import.meta.url)), "utf8");
const password = "a-password-of-theirs";

// Machines of one network; ports are those of the samples.
class Site {
  constructor(t) {
    this.t = t;
    this.folder = mkdtempSync(path.join(tmpdir(), "voxpop-samples-"));
    this.network = `127.${randomInt(1, 255)}.${randomInt(1, 255)}`;
    this.children = [];
    t.after(() => this.end());
  }

  address(host) {
    return `${this.network}.${host}`;
  }

  // What the operator changes: `uncommented` are beginnings of lines that hold on this machine.
  edit(text, host, uncommented) {
    for (const beginning of uncommented) {
      assert.ok(text.includes(`\n# ${beginning}`), `the sample has no line '# ${beginning}…'`);
      text = text.replace(`\n# ${beginning}`, `\n${beginning}`);
    }
    return text
      .replaceAll("10.0.0.", `${this.network}.`)
      .replaceAll("secret", password)
      .replace(/^bind 127\.0\.0\.1$/m, "")
      .replace(/^dir .*$/m, "") // each machine has a folder below this test's
      .replace("include /etc/redis/", "include ")
      // The other machines' own 127.0.0.1 are this one's too; and all that it sends comes from its address.
      .replace(/^bind 127\.0\.0\.1 .*$/m, `bind ${this.address(host)}`);
  }

  // `files` by name; the first one is what the server is started with.
  async machine(host, files, port, words = []) {
    const folder = path.join(this.folder, `${host}`);
    mkdirSync(folder);
    for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
    const [first] = Object.keys(files);
    const child = spawn("redis-server", [first, "--bind-source-addr", this.address(host), "--dir", folder, ...words], {
      cwd: folder,
      stdio: "ignore",
    });
    this.children.push({ child, exited: once(child, "exit") });
    await until(async () => /PONG/.test(await this.cli(host, port, "PING").catch(() => "")), `${host} answers`);
  }

  async cli(host, port, ...words) {
    const { stdout } = await run("redis-cli", ["-h", this.address(host), "-p", port, ...words].map(String), {
      env: { PATH: process.env.PATH, REDISCLI_AUTH: password },
    });
    return stdout.trim();
  }

  async end() {
    for (const { child, exited } of this.children.reverse()) {
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
      await exited;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  // The URL of this kind in the sample configuration of a node, with this site's addresses and password.
  url(scheme) {
    const [, url] = new RegExp(`"(${scheme}://[^"]+)"`).exec(config("voxpop.redis.sample.toml"));
    return url.replaceAll("10.0.0.", `${this.network}.`).replace(":secret@", `:${password}@`);
  }

  nodes(store) {
    const settings = `[site]\norigins = ["http://localhost"]\n[store]\nsentinel_password = "${password}"\n`;
    return Promise.all([1, 2].map(() => serve(this.t, { store, cores: 1, dev: false, config: settings })));
  }
}

const passwords = ["requirepass secret", "masterauth secret", "user voxpop on >secret"];

// A poll through one node; answers a voter at it and what another reader sees at the other node.
async function poll(t, [a, b]) {
  const made = await a.api("POST", "/api/v1/threads", { body: { id: "page", title: "Page", url: "" } });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  const options = ["yes", "no"].map((id) => ({ id, label: id }));
  const body = { id: "poll", thread: "page", question: "Well?", options, state: "open" };
  const created = await a.api("POST", "/api/v1/polls", { body });
  assert.equal(created.status, 201, JSON.stringify(created.body));
  const voter = await connect(t, a.websocket, { token: tokenFor("voter") });
  const seen = await subscribe(await connect(t, b.websocket, { token: tokenFor("reader") }), "poll:poll");
  const vote = (option) => call(voter, "poll.vote", { poll: "poll", options: [option] });
  const shows = (options, limit_ms) => {
    const newest = () => (seen.publications.at(-1) ?? seen.subscriptions.at(-1)).data.options;
    return until(() => JSON.stringify(newest()) === JSON.stringify(options), "the other node shows the vote", limit_ms);
  };
  return { vote, shows };
}

// Nobody was told that Redis may lose something, or of trouble without a reason; nor is the password anywhere in the log.
function assertQuiet(nodes) {
  for (const { output } of nodes) {
    assert.doesNotMatch(output, /append-only file|before the disk|throws keys away|does not tell|"why":""/);
    assert.ok(!output.includes(password));
  }
}

test("one server with a password and a user of the nodes' own", async (t) => {
  const site = new Site(t);
  await site.machine(11, { "single.conf": site.edit(config("redis/single.conf"), 11, ["bind 127.0.0.1 10.0.0.11", ...passwords]) }, 6379);
  const refused = await site.cli(11, 6379, "--user", "default", "--pass", "wrong", "PING").catch((error) => String(error.stdout));
  assert.doesNotMatch(refused, /^PONG$/m);
  const nodes = await site.nodes(site.url("redis").replace("redis://:", "redis://voxpop:"));
  const { vote, shows } = await poll(t, nodes);
  await vote("yes");
  await shows({ yes: 1, no: 0 });
  const { code, output } = await nodes[0].verify();
  assert.equal(code, 0, output);
  assertQuiet(nodes);
  // This user would be told.
  assert.equal(await site.cli(11, 6379, "CONFIG", "SET", "appendfsync", "everysec"), "OK");
  const [late] = await site.nodes(site.url("redis").replace("redis://:", "redis://voxpop:"));
  await until(() => /before the disk/.test(late.output), "the node warns of appendfsync");
});

test("a primary, two replicas and three Sentinels with a password: a failover is survived", async (t) => {
  const site = new Site(t);
  for (const host of [11, 12, 13]) {
    const own = ["bind 127.0.0.1 10.0.0.11", ...passwords];
    const files = {
      "primary.conf": site.edit(config("redis/primary.conf"), host, host === 11 ? [] : ["replicaof 10.0.0.11"]),
      "single.conf": site.edit(config("redis/single.conf"), host, own),
    };
    await site.machine(host, files, 6379);
  }
  for (const host of [12, 13])
    await until(async () => (await site.cli(host, 6379, "INFO", "replication")).includes("master_link_status:up"), "a replica is in step");
  for (const host of [21, 22, 23]) {
    const text = site.edit(config("redis/sentinel.conf"), host, ["sentinel auth-pass voxpop secret", "requirepass secret"]);
    await site.machine(host, { "sentinel.conf": `${text}\nbind ${site.address(host)}\n` }, 26379, ["--sentinel"]);
  }
  const knowsAll = async (host) => {
    const answer = await site.cli(host, 26379, "SENTINEL", "MASTER", "voxpop");
    return /^num-slaves\n2$/m.test(answer) && /^num-other-sentinels\n2$/m.test(answer);
  };
  for (const host of [21, 22, 23]) await until(() => knowsAll(host), "a Sentinel knows all the others", 30_000);

  const nodes = await site.nodes(site.url("redis\\+sentinel"));
  const { vote, shows } = await poll(t, nodes);
  await vote("yes");
  await shows({ yes: 1, no: 0 });
  assert.equal(await site.cli(21, 26379, "SENTINEL", "FAILOVER", "voxpop"), "OK");
  const primary = async () => (await site.cli(22, 26379, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", "voxpop")).split("\n")[0];
  await until(async () => (await primary()) !== site.address(11), "another is the primary", 30_000);
  const again = () => vote("no").catch(() => null);
  await until(again, "a vote is taken by the new primary", 30_000);
  await shows({ yes: 0, no: 1 }, 30_000);
  assertQuiet(nodes);
});

test("a Cluster of six with a password", async (t) => {
  const site = new Site(t);
  const hosts = [11, 12, 13, 14, 15, 16];
  for (const host of hosts) {
    const text = site.edit(config("redis/cluster.conf"), host, ["bind 127.0.0.1 10.0.0.11", ...passwords]);
    await site.machine(host, { "cluster.conf": text }, 6379);
  }
  const addresses = hosts.map((host) => `${site.address(host)}:6379`);
  await run("redis-cli", ["-a", password, "--cluster", "create", ...addresses, "--cluster-replicas", "1", "--cluster-yes"]);
  const stands = async (host) => {
    const info = await site.cli(host, 6379, "CLUSTER", "INFO");
    return info.includes("cluster_state:ok") && info.includes("cluster_known_nodes:6");
  };
  for (const host of hosts) await until(() => stands(host), "the Cluster stands", 30_000);
  const nodes = await site.nodes(site.url("redis\\+cluster"));
  const { vote, shows } = await poll(t, nodes);
  await vote("yes");
  await shows({ yes: 1, no: 0 });
  const { code, output } = await nodes[1].verify();
  assert.equal(code, 0, output);
  assertQuiet(nodes);
});

test("the documented commands name these samples", () => {
  for (const name of ["single.conf", "primary.conf", "sentinel.conf", "cluster.conf"]) assert.ok(operations.includes(name), name);
});
