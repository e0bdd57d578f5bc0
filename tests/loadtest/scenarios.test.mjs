// The tool against the real server: each scenario ends with a verdict, the exit codes are what they say, and a
// server that is killed and comes back is judged by the journal.
import test from "node:test";
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { adminToken, serve } from "../system/lib/server.mjs";
import { tokenFor } from "../system/lib/jwt.mjs";
import { load, run, tool } from "./tool.mjs";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { until } from "../system/lib/wait.mjs";

const small = ["--connections", "60", "--duration", "5"];

function tokens(server) {
  const file = path.join(server.folder, "tokens");
  writeFileSync(file, `# what lets in\n${adminToken}\n${tokenFor("chief", { role: "moderator" })}\n`);
  return ["--token", file];
}

for (const scenario of [
  "idle", "hot-article", "closing-time", "breaking-news", "comment-burst", "slow-readers", "front-page",
  "moderators", "mixed",
]) {
  test(`${scenario} ends with a verdict`, async (t) => {
    const server = await serve(t);
    const result = await load(server, scenario, ...small, ...tokens(server));
    assert.equal(result.code, 0, result.output);
    assert.equal(result.json.verdict.ok, true);
    assert.equal(result.json.unknown, 0);
    assert.ok(result.json.connections >= 60);
    assert.equal(result.json.lost_connections, 0);
    if (scenario !== "idle") assert.ok(result.json.acknowledged > 0, result.output);
    if (scenario === "moderators") assert.ok(result.json.latency_ms.moderate.count > 0, result.output);
    if (scenario === "closing-time") assert.ok(result.json.refusals["403"] > 0, result.output);
  });
}

test("reconnect-storm: everybody recovers", async (t) => {
  const server = await serve(t);
  const result = await load(server, "reconnect-storm", "--connections", "60", "--duration", "13");
  assert.equal(result.code, 0, result.output);
  assert.ok(result.json.recovered > 10, result.output);
  assert.equal(result.json.reloads, 0);
});

test("several threads and processes are one run", async (t) => {
  const server = await serve(t);
  const result = await load(server, "hot-article", ...small, "--cores", "4", "--processes", "2");
  assert.equal(result.code, 0, result.output);
  assert.equal(result.json.workers, 4);
  assert.equal(result.json.verdict.checked_acknowledgements, result.json.acknowledged);
});

test("exit codes: a threshold that is not met 1, wrong usage 2, nobody there 3", async (t) => {
  const server = await serve(t);
  const strict = await load(server, "hot-article", ...small, "--require", "p99_ms<0.001");
  assert.equal(strict.code, 1, strict.output);
  assert.equal((await run("hot-article", "--require", "p98<1")).code, 2);
  assert.equal((await run("hot-article", "--target", "ws://127.0.0.1:1/x")).code, 3);
});

test("a server killed under load and started again is judged by the journal", async (t) => {
  const server = await serve(t);
  const journal = path.join(server.folder, "killed.journal");
  const child = spawn(tool, [
    "hot-article", "--target", server.websocket, ...small, "--rate", "200", "--grace", "1",
    "--journal", journal,
  ], { stdio: "ignore" });
  const exited = once(child, "exit");
  await until(() => {
    try {
      return readFileSync(journal, "utf8").split("\ndone ").length > 200;
    } catch {
      return false;
    }
  }, "two hundred commands are acknowledged");
  await server.kill();
  const [code] = await exited;
  assert.equal(code, 1); // nobody could be asked

  const away = await run("check", journal);
  assert.equal(away.code, 1, away.output);
  assert.match(away.output, /unverified/);
  await server.start();
  const back = await run("check", journal, "--target", server.websocket);
  assert.equal(back.code, 0, back.output);
});
