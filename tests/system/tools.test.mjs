// The commands beside the server, as an operator meets them: they say what is the case and what to do, and change
// nothing that they were not asked to.
import test from "node:test";
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import path from "node:path";
import { call, connect } from "./lib/clients.mjs";
import { tokenFor } from "./lib/jwt.mjs";
import { Redis, redisServer } from "./lib/redis.mjs";
import { binary, environment, serve } from "./lib/server.mjs";

const run = promisify(execFile);

function folder(t) {
  const made = mkdtempSync(path.join(tmpdir(), "voxpop-tools-"));
  t.after(() => rmSync(made, { recursive: true }));
  return made;
}

// The exit code and what was printed where.
async function voxpop(cwd, ...words) {
  try {
    return { code: 0, ...(await run(binary, words, { cwd, env: environment, timeout: 30_000 })) };
  } catch ({ code, stdout, stderr }) {
    return { code, stdout, stderr };
  }
}

// A server without keys of its own in its configuration, and a token for it: does it let the token in?
async function letsIn(t, server, token) {
  const client = await connect(t, server.websocket, { token: token.trim() });
  return client.state === "connected";
}

test("a token where no server has run is refused, and nothing is made", async (t) => {
  const place = folder(t);
  const { code, stdout, stderr } = await voxpop(place, "token", "--user", "kim");
  assert.equal(code, 1);
  assert.equal(stdout, "");
  assert.match(stderr, /^voxpop: .*voxpop-data\/token\.secret: is not there, so no server has run on this data/);
  for (const flag of ["--config", "--data", "--store"]) assert.ok(stderr.includes(flag), flag);
  assert.deepEqual(readdirSync(place), []);
});

test("a token from the server's folder lets in, as does one by a key that both are given", async (t) => {
  const server = await serve(t);
  const place = folder(t);
  const own = await voxpop(place, "token", "--user", "kim", "--data", server.data);
  assert.equal(own.code, 0, own.stderr);
  assert.ok(await letsIn(t, server, own.stdout));
  // With the server's file, whatever folder one is in.
  const given = await voxpop(place, "token", "--user", "kim", "--config", server.configFile);
  assert.equal(given.code, 0, given.stderr);
  assert.ok(await letsIn(t, server, given.stdout));
  assert.ok(!existsSync(path.join(place, "voxpop-data")));
});

test("a memory store has no key to sign with", async (t) => {
  const { code, stderr } = await voxpop(folder(t), "token", "--user", "kim", "--store", "memory:");
  assert.equal(code, 1);
  assert.match(stderr, /a memory store keeps no key to sign a token with: give the server one in auth\.keys/);
});

test("a token from a Redis without nodes is refused, and the Redis stays empty", async (t) => {
  const redis = await redisServer(t);
  const { code, stderr } = await voxpop(folder(t), "token", "--user", "kim", "--store", redis.url);
  assert.equal(code, 1);
  assert.match(stderr, /there is nothing of Voxpop in it: give the address and the database that the nodes use/);
  assert.equal(await redis.cli("DBSIZE"), "0");
  assert.equal(await redis.cli("FUNCTION", "LIST"), "");
  const node = await serve(t, { store: redis.url, cores: 1 });
  const issued = await voxpop(folder(t), "token", "--user", "kim", "--store", redis.url);
  assert.equal(issued.code, 0, issued.stderr);
  assert.ok(await letsIn(t, node, issued.stdout));
});

for (const [command, ...flags] of [["verify"], ["token", "--user", "kim"]]) {
  test(`voxpop ${command} says at once that Redis is away, and ends with a sentence`, async (t) => {
    const redis = new Redis();
    t.after(() => redis.remove());
    await redis.start();
    await redis.kill();
    const began = Date.now();
    const { code, stdout, stderr } = await voxpop(folder(t), command, ...flags, "--store", redis.url);
    assert.equal(code, 1);
    const lines = stderr.trim().split("\n");
    const first = JSON.parse(lines[0]);
    assert.equal(first.msg, "Redis cannot be reached; trying again");
    assert.equal(first.at, `127.0.0.1:${redis.port}`);
    assert.ok(Date.parse(first.ts) - began < 2_000, "said late");
    const last = command === "verify" ? stdout.trim().split("\n").at(-1) : lines.at(-1);
    assert.match(last, /Redis cannot be reached at 127\.0\.0\.1:\d+: .*Connection refused; start it, or give its address/);
  });
}

for (const [command, ...flags] of [["verify"], ["token", "--user", "kim"]]) {
  test(`voxpop ${command} does not try a login again that Redis refuses`, async (t) => {
    const redis = await redisServer(t);
    await redis.cli("ACL", "SETUSER", "voxpop", "on", ">right", "~*", "&*", "+@all");
    const url = `redis://voxpop:wrong@127.0.0.1:${redis.port}`;
    const began = Date.now();
    const { code, stdout, stderr } = await voxpop(folder(t), command, ...flags, "--store", url);
    assert.equal(code, 1);
    assert.ok(Date.now() - began < 5_000, "it has tried again");
    const told = command === "verify" ? stdout.trim().split("\n").at(-1) : stderr.trim();
    const [address, ...more] = told.match(/127\.0\.0\.1:\d+/g);
    assert.equal(address, `127.0.0.1:${redis.port}`);
    assert.deepEqual(more, []);
    assert.match(told, /Redis at \S+ refuses the login: WRONGPASS [^;]*; see --store$/);
    assert.doesNotMatch(stdout + stderr, /wrong@|"level"/);
  });
}

test("a server waits for its Redis", async (t) => {
  const redis = new Redis();
  t.after(() => redis.remove());
  await redis.start();
  await redis.kill();
  const serving = serve(t, { store: redis.url, cores: 1 });
  await sleep(1_000);
  await redis.start();
  const server = await serving;
  assert.match(server.output, /Redis cannot be reached; trying again/);
  assert.ok(await server.ready());
});

test("verify without the name of the nodes' site says which it is, and makes no second one", async (t) => {
  const redis = await redisServer(t);
  const server = await serve(t, { store: redis.url, cores: 1, config: '[site]\nid = "news"\n' });
  const client = await connect(t, server.websocket, { token: tokenFor("kim") });
  await call(client, "comment.post", { thread: "demo", text: "hello" });
  const { code, stdout } = await voxpop(folder(t), "verify", "--store", redis.url, "--repair");
  assert.equal(code, 1);
  assert.match(stdout, /nothing of site 'default', but of 'news': .*--set site\.id=news/);
  assert.equal(await redis.cli("KEYS", "vp:site:{default}*"), "");
  for (const words of [["--set", "site.id=news"], ["--config", server.configFile]]) {
    const named = await voxpop(folder(t), "verify", ...words, "--store", redis.url);
    assert.equal(named.code, 0, named.stdout + named.stderr);
  }
});

test("verify of a store that is not there changes nothing", async (t) => {
  const place = folder(t);
  writeFileSync(path.join(place, "voxpop.toml"), "");
  const { code, stdout } = await voxpop(place, "verify", "--config", "voxpop.toml");
  assert.equal(code, 1);
  assert.match(stdout, /not verified: /);
  assert.deepEqual(readdirSync(place), ["voxpop.toml"]);
});
