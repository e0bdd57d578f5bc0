// The real server behind a proxy that does one thing wrong, at a place drawn anew in each round: the verdict must
// catch it every time and call it by its name, and a proxy that does nothing wrong must pass.
import test, { describe } from "node:test";
import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { serve } from "../system/lib/server.mjs";
import { rawClient } from "../system/lib/raw.mjs";
import { load } from "./tool.mjs";
import { MisbehavingProxy } from "./misbehaving_proxy.mjs";

const rounds = 3;
const readers = 12;
const concurrency = 6;
const comments = ["comment-burst", "--rate", "20", "--duration", "2"]; // some seventy in all
const votes = ["hot-article", "--rate", "60", "--duration", "2"];

const chance = (least, most) => least + randomInt(most - least + 1);
const isPublication = (line) => Boolean(line.push?.pub?.offset); // only those of streams have one
const isAnswer = (line) => Boolean(line.rpc);

// Hands the n-th line of a kind that the victim is about to get to `then`, and passes everything else on.
function atLine(isOfKind, { victim, n }, then) {
  let seen = 0;
  return {
    down(client, line, pass) {
      const hit = client.number === victim && isOfKind(line) && ++seen === n;
      if (hit) then(client, line, pass);
      else pass(line);
    },
  };
}

function droppedPublication(where) {
  return atLine(isPublication, where, () => {});
}

function swappedPair(where) {
  let held = null;
  return {
    down: (client, line, pass) => {
      if (client.number !== where.victim || !isPublication(line)) return pass(line);
      if (--where.n === 0) {
        held = line;
        return;
      }
      pass(line);
      if (held) pass(held);
      held = null;
    },
  };
}

// The n-th vote is cast a second time, by somebody who does not exist.
function doubledVote({ n }, server, t) {
  let seen = 0;
  return {
    up(client, line) {
      if (line.rpc?.method !== "poll.vote" || ++seen !== n) return;
      rawClient(t, server).then((ghost) => ghost.command(2, { rpc: { ...line.rpc } }));
    },
  };
}

// With an answer the victim learns how a poll stands whose results are for nobody yet.
function leakedResult(where) {
  return atLine(isAnswer, where, (client, line, pass) => {
    const tally = { version: 7, voters: 5, options: { pro: 3, con: 2 }, state: "open" };
    pass(line, { push: { id: client.channels.get("poll:secret"), pub: { data: tally } } });
  });
}

// From an answer to the victim on nobody hears anything for two seconds; then everything comes, in order.
function stall(where) {
  let kept = null;
  const hold = (line, pass) => kept.push(() => pass(line));
  const misdeed = atLine(isAnswer, where, (client, line, pass) => {
    kept = [];
    hold(line, pass);
    setTimeout(() => {
      kept.forEach((late) => late());
      kept = null;
    }, 2000);
  });
  return {
    down: (client, line, pass) => (kept ? hold(line, pass) : misdeed.down(client, line, pass)),
  };
}

async function secretPoll(server) {
  const options = ["pro", "con"].map((id) => ({ id, label: id }));
  const answer = await server.api("POST", "/api/v1/polls", {
    body: { id: "secret", thread: "demo", question: "Which?", options, results: "after_close", state: "open" },
  });
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
}

async function runAgainst(t, make, words, prepare) {
  const server = await serve(t);
  await prepare?.(server);
  const where = { victim: chance(1, readers), n: chance(2, 8) };
  t.diagnostic(JSON.stringify(where));
  const proxy = await new MisbehavingProxy(server, make(where, server, t)).start();
  t.after(() => proxy.stop());
  const [scenario, ...rest] = words;
  return load(
    { folder: server.folder, websocket: proxy.websocket }, scenario,
    "--connections", String(readers), "--grace", "2", ...rest,
  );
}

const kindsOf = (run) => [...new Set(run.json.verdict.violations.map((violation) => violation.kind))];

describe("a misdeed of the server", { concurrency }, () => {
  test("is not found where there is none", async (t) => {
    const run = await runAgainst(t, () => ({}), votes);
    assert.equal(run.code, 0, run.output);
    assert.deepEqual(kindsOf(run), []);
  });

  // What it is, how it is done, who runs into it, its name, and what may be said besides.
  const misdeeds = [
    ["a dropped publication", droppedPublication, comments, "publication_lost", []],
    ["a swapped pair", swappedPair, comments, "reordered", []],
    ["a doubled vote", doubledVote, votes, "ballot_doubled", ["tally_wrong"]],
    ["a leaked hidden result", leakedResult, [...votes, "--poll", "secret"], "hidden_result_leaked", []],
  ];
  for (const [what, make, words, name, besides] of misdeeds) {
    for (let round = 1; round <= rounds; ++round) {
      test(`${what} is named, round ${round}`, async (t) => {
        const run = await runAgainst(t, make, words, words.includes("secret") ? secretPoll : undefined);
        assert.equal(run.code, 1, run.output);
        assert.match(run.output, new RegExp(`${name}: .`));
        const kinds = kindsOf(run);
        assert.ok(kinds.includes(name), run.output);
        assert.deepEqual(kinds.filter((kind) => kind !== name && !besides.includes(kind)), [], run.output);
      });
    }
  }

  for (let round = 1; round <= rounds; ++round) {
    test(`a stall of two seconds is named and shows in p99, round ${round}`, async (t) => {
      const words = ["hot-article", "--rate", "60", "--duration", "4", "--require", "p99_ms<1500"];
      const run = await runAgainst(t, stall, words);
      assert.equal(run.code, 1, run.output);
      assert.deepEqual(kindsOf(run), ["stall"], run.output);
      assert.ok(run.json.latency_ms.vote.p99 > 1500, run.output);
      assert.ok(run.json.latency_ms.vote.p50 < 1500, run.output);
      assert.equal(run.json.requirements[0].met, false);
    });
  }
});
