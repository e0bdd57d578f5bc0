// The tool against the real server: each scenario ends with a verdict, and a server that is killed and comes back is
// judged by the journal.
import test, { describe } from "node:test";
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { adminToken, serve } from "../system/lib/server.mjs";
import { tokenFor } from "../system/lib/jwt.mjs";
import { redisServer } from "../system/lib/redis.mjs";
import { until } from "../system/lib/wait.mjs";
import { load, run, start } from "./tool.mjs";

const concurrency = 8; // a run mostly waits
const small = ["--connections", "60", "--duration", "4"];

function tokens(server) {
  const file = path.join(server.folder, "tokens");
  writeFileSync(file, `# what lets in\n${adminToken}\n${tokenFor("chief", { role: "moderator" })}\n`);
  return ["--token", file];
}

describe("against the real server:", { concurrency }, () => {
  // The longest first.
  test("reconnect-storm ends with a verdict, and everybody recovers", async (t) => {
    const server = await serve(t);
    const result = await load(server, "reconnect-storm", "--connections", "60", "--duration", "12");
    assert.equal(result.code, 0, result.output);
    assert.ok(result.json.recovered > 10, result.output);
    assert.equal(result.json.reloads, 0);
  });

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

  test("several threads and processes are one run", async (t) => {
    const server = await serve(t);
    const result = await load(server, "hot-article", ...small, "--cores", "4", "--processes", "2");
    assert.equal(result.code, 0, result.output);
    assert.equal(result.json.workers, 4);
    assert.equal(result.json.verdict.checked_acknowledgements, result.json.acknowledged);
  });

  test("two nodes are one run, half of the readers each", async (t) => {
    // One server under two names: what the tool must do is the same.
    const server = await serve(t);
    const both = `${server.websocket},${server.websocket.replace("127.0.0.1", "localhost")}`;
    const result = await load({ folder: server.folder, websocket: both }, "hot-article", ...small);
    assert.equal(result.code, 0, result.output);
    assert.equal(result.json.targets.length, 2);
  });

  for (const scenario of ["hot-article", "mixed"]) {
    test(`${scenario} on three nodes that share a Redis ends with a verdict`, async (t) => {
      const redis = await redisServer(t);
      const nodes = await Promise.all([1, 2, 3].map(() => serve(t, { store: redis.url, cores: 1 })));
      const all = { folder: nodes[0].folder, websocket: nodes.map((node) => node.websocket).join(",") };
      const result = await load(all, scenario, ...small, ...tokens(nodes[0]));
      assert.equal(result.code, 0, result.output);
      assert.equal(result.json.verdict.ok, true);
      assert.equal(result.json.targets.length, 3);
      assert.equal(result.json.unknown, 0);
      assert.ok(result.json.acknowledged > 0, result.output);
      for (const node of nodes) {
        const { body } = await node.api("GET", "/metrics");
        assert.match(body, /^voxpop_pushes_delivered_total [1-9]/m, "each node had readers");
      }
    });
  }

  test("a server killed under load and started again is judged by the journal", async (t) => {
    const server = await serve(t);
    const journal = path.join(server.folder, "killed.journal");
    const running = start(
      "hot-article", "--target", server.websocket, ...small, "--rate", "200", "--grace", "0", "--journal", journal,
    );
    await until(() => acknowledgedIn(journal) > 200, "two hundred commands are acknowledged");
    await server.kill();
    const killed = await running.ended;
    assert.equal(killed.code, 1, killed.output); // nobody could be asked

    const away = await run("check", journal);
    assert.equal(away.code, 1, away.output);
    assert.match(away.output, /unverified/);
    await server.start();
    const back = await run("check", journal, "--target", server.websocket);
    assert.equal(back.code, 0, back.output);

    // The same journal with one acknowledgement more than there was: the check is not blind.
    writeFileSync(journal, readFileSync(journal, "utf8") + forgedVote);
    const forged = await run("check", journal, "--target", server.websocket);
    assert.equal(forged.code, 1, forged.output);
    assert.match(forged.output, /ballot_lost/);
  });
});

const forgedVote = "sent 999 1 4000 vote demo pro\ndone 999 1 4001 9999 pro\n";

function acknowledgedIn(journal) {
  try {
    return readFileSync(journal, "utf8").split("\ndone ").length - 1;
  } catch {
    return 0; // not there yet
  }
}
