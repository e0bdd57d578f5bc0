// What the people meet who put Voxpop on their site.
import test from "node:test";
import assert from "node:assert/strict";
import { RawSocket } from "./lib/raw.mjs";
import { serve } from "./lib/server.mjs";

const poll = {
  id: "timed",
  thread: "demo",
  question: "When?",
  options: [
    { id: "a", label: "A" },
    { id: "b", label: "B" },
  ],
};

test("a poll's times are taken away by null, and kept where nothing is said of them", async (t) => {
  const server = await serve(t);
  const later = Date.now() + 3_600_000;
  const times = { opens_ms: later, closes_ms: later + 1000 };
  const made = await server.api("POST", "/api/v1/polls", { body: { ...poll, ...times, state: "scheduled" } });
  assert.equal(made.status, 201);
  const change = async (body) => (await server.api("PATCH", "/api/v1/polls/timed", { body })).body;
  const kept = (await change({ question: "When then?" })).poll;
  assert.deepEqual([kept.opens_ms, kept.closes_ms], [times.opens_ms, times.closes_ms]);
  assert.ok(!("closes_ms" in (await change({ closes_ms: null })).poll));
  assert.equal((await change({ opens_ms: null })).error.code, 107, "what is scheduled has a time");
  await server.api("POST", "/api/v1/polls/timed/open");
  const opened = (await change({ opens_ms: null })).poll;
  assert.deepEqual(["opens_ms" in opened, "closes_ms" in opened, opened.state], [false, false, "open"]);
});

test("a refused origin is logged, with what to do, and not at every knock", async (t) => {
  const server = await serve(t, { cores: 1 });
  for (let knock = 0; knock < 3; knock++) {
    const socket = new RawSocket(server.port);
    t.after(() => socket.socket.destroy());
    assert.match(await socket.open({ Origin: "https://blog.example" }), /403/);
  }
  await server.stop(); // what it has logged is here
  const lines = server.output.split("\n").filter((line) => line.includes("https://blog.example"));
  assert.equal(lines.length, 1, server.output);
  assert.match(lines[0], /site\.origins/);
});
