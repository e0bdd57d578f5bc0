// What the people meet who put Voxpop on their site.
import test from "node:test";
import assert from "node:assert/strict";
import { tokenFor } from "./lib/jwt.mjs";
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

test("a thread comes into being from an allowed origin, or by who speaks for the site", async (t) => {
  const server = await serve(t, { dev: false, config: '[site]\norigins = ["https://news.example"]\n' });
  // The error of a thread.get of a thread of this name, if any.
  const use = async (thread, origin, token) => {
    const socket = new RawSocket(server.port);
    t.after(() => socket.destroy());
    await socket.open({ Origin: origin });
    await socket.command(1, { connect: token ? { token } : {} });
    return (await socket.command(2, { rpc: { method: "thread.get", data: { thread } } })).error?.code;
  };
  assert.equal(await use("by-nobody", null), 400, "a guest without an origin");
  assert.equal(await use("by-nobody", null, tokenFor("mina")), 400, "a reader without an origin");
  const nobodys = await server.api("GET", "/api/v1/threads/by-nobody");
  assert.equal(nobodys.status, 404, "it was not made on the way");
  assert.equal(await use("by-page", "https://news.example"), undefined);
  assert.equal(await use("by-moderator", null, tokenFor("mod", { role: "moderator" })), undefined);
  assert.equal(await use("by-page", null), undefined, "what is there everybody may read");
});

// How many connections from each of these addresses a server lets in whose limit is two.
async function admitted(t, trusted, addresses) {
  const server = await serve(t, {
    dev: false,
    rates: "[rates.connections_per_ip]\nburst = 2\nper_minute = 1\n",
    config: `[server]\ntrusted_proxies = [${trusted}]\n`,
  });
  const answers = [];
  for (const address of addresses) {
    const socket = new RawSocket(server.port);
    t.after(() => socket.destroy());
    assert.match(await socket.open({ Origin: null, "X-Forwarded-For": address }), /101/);
    const { error } = await socket.command(1, { connect: {} });
    answers.push(error?.code ?? "in");
  }
  return answers;
}

test("behind a trusted proxy the limits per address are those of each reader", async (t) => {
  const first = "198.51.100.1, 203.0.113.1"; // what the reader claims counts for nothing
  const knocks = [first, "198.51.100.2, 203.0.113.1", "198.51.100.3, 203.0.113.1", "203.0.113.2"];
  assert.deepEqual(await admitted(t, '"127.0.0.0/8"', knocks), ["in", "in", 111, "in"]);
});

test("nobody else is believed about whom a request is from", async (t) => {
  assert.deepEqual(await admitted(t, '"10.0.0.0/8"', ["203.0.113.1", "203.0.113.2", "203.0.113.3"]), ["in", "in", 111]);
});

test("only a server with --dev shows the demo", async (t) => {
  const site = await serve(t, { dev: false });
  for (const path of ["/", "/en", "/story/slow-bus"]) {
    const response = await fetch(site.http + path);
    assert.equal(response.status, 404, path);
    assert.match(await response.text(), /--dev/);
  }
  for (const path of ["/moderate", "/embed.js"]) assert.equal((await fetch(site.http + path)).status, 200, path);
  const demo = await serve(t);
  assert.equal((await fetch(demo.http + "/")).status, 200);
});
