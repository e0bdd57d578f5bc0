// kill -9 under load, with a journal of what was acknowledged; then a restart, and everything is compared:
// each voter's ballot, the tally, each comment, and what `voxpop verify` says.
import test from "node:test";
import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { rawClient } from "./lib/raw.mjs";
import { serve } from "./lib/server.mjs";
import { tokenFor } from "./lib/jwt.mjs";
import { until } from "./lib/wait.mjs";

const voters = 24;
const outstanding = 8;
const bits = 20; // as many votes of one voter can be told apart: 2 ** bits - 1

// Every vote of a voter is another one: the options chosen are the bits of its number, which counts from 1. So the
// ballot that is found tells which vote it was.
const poll = {
  id: "sequence",
  thread: "demo",
  question: "Which vote is this?",
  options: Array.from({ length: bits }, (_, bit) => ({ id: `b${bit}`, label: `${2 ** bit}` })),
  min: 1,
  max: bits,
  state: "open",
};
const optionsOf = (number) => poll.options.map(({ id }) => id).filter((_, bit) => (number >> bit) & 1);
const numberOf = (choice) => choice.reduce((sum, id) => sum + 2 ** Number(id.slice(1)), 0);

// One voter who votes and comments without pause, `outstanding` commands at a time, and remembers for each
// what became of it.
class Writer {
  constructor(number) {
    this.user = `voter-${number}`;
    this.token = tokenFor(this.user);
    this.commands = new Map(); // id → {kind, sent, answer}
    this.nextId = 2;
    this.votes = 0; // sent
  }

  async open(t, server) {
    this.client = await rawClient(t, server, { token: this.token });
    this.read = this.client.lines.length;
    for (let i = 0; i < outstanding; i++) this.send();
    this.client.socket.on("data", () => this.onLines());
  }

  send() {
    const id = this.nextId++;
    const vote = randomInt(3) > 0;
    const sent = vote
      ? { poll: poll.id, options: optionsOf(++this.votes), key: `${this.user}-${id}` }
      : { thread: "demo", text: `${this.user} says ${id}`, key: `${this.user}-${id}` };
    this.commands.set(id, { kind: vote ? "poll.vote" : "comment.post", sent, answer: null });
    this.client.text({ rpc: { method: this.commands.get(id).kind, data: sent }, id });
  }

  onLines() {
    for (; this.read < this.client.lines.length; this.read++) {
      const line = this.client.lines[this.read];
      const command = this.commands.get(line.id);
      if (!command) continue;
      command.answer = line;
      if (!this.client.closed) this.send();
    }
  }

  of(kind, answered) {
    return [...this.commands.values()].filter(
      (command) => command.kind === kind && Boolean(command.answer?.rpc) === answered,
    );
  }
}

async function allComments(server) {
  const found = [];
  let cursor = "";
  do {
    const page = await server.api("GET", `/api/v1/threads/demo/comments?limit=200&sort=oldest&cursor=${cursor}`);
    assert.equal(page.status, 200, JSON.stringify(page.body));
    found.push(...page.body.comments);
    cursor = page.body.next ?? "";
  } while (cursor);
  return found;
}

// The number of the vote that was acknowledged last.
const lastAcknowledged = (writer) =>
  Math.max(0, ...writer.of("poll.vote", true).map((command) => numberOf(command.sent.options)));

test("kill -9 under load loses nothing that was acknowledged and counts nothing twice", async (t) => {
  const server = await serve(t);
  assert.equal((await server.api("POST", "/api/v1/polls", { body: poll })).status, 201);
  const writers = Array.from({ length: voters }, (_, i) => new Writer(i));
  await Promise.all(writers.map((writer) => writer.open(t, server)));
  const acknowledged = () => writers.reduce((sum, writer) => sum + writer.of("poll.vote", true).length, 0);
  const wanted = 1000 + randomInt(1000);
  await until(() => acknowledged() > wanted, `${wanted} acknowledged votes`, 60_000);
  await server.kill();
  await Promise.all(writers.map((writer) => writer.client.untilClosed()));

  const { code, output } = await server.verify();
  assert.equal(code, 0, output);
  await server.start();

  await t.test("each voter holds the ballot that was acknowledged last, or a later one", async (t) => {
    const tally = Object.fromEntries(poll.options.map(({ id }) => [id, 0]));
    let ballots = 0;
    for (const writer of writers) {
      const again = await rawClient(t, server, { token: writer.token });
      const reply = await again.command(2, { rpc: { method: "poll.get", data: { poll: poll.id } } });
      const { choice } = reply.rpc.data;
      const held = numberOf(choice);
      const acknowledged = lastAcknowledged(writer);
      assert.ok(held >= acknowledged, `${writer.user} holds vote ${held}, but ${acknowledged} was acknowledged`);
      assert.ok(held <= writer.votes, `${writer.user} holds vote ${held}, but sent ${writer.votes}`);
      for (const option of choice) tally[option]++;
      if (choice.length > 0) ballots++;
    }
    const { body } = await server.api("GET", `/api/v1/polls/${poll.id}`);
    assert.deepEqual(body.poll.tally.options, tally, "the tally is the sum of the ballots");
    assert.equal(body.poll.tally.voters, ballots);
  });

  await t.test("each acknowledged comment is there once, with its text; repeats are recognised", async (t) => {
    const stored = new Map((await allComments(server)).map((comment) => [comment.id, comment]));
    for (const writer of writers) {
      for (const { sent, answer } of writer.of("comment.post", true)) {
        assert.equal(stored.get(answer.rpc.data.id)?.text, sent.text, "an acknowledged comment is missing");
      }
      const again = await rawClient(t, server, { token: writer.token });
      let id = 100;
      for (const { sent, answer } of writer.commands.values()) {
        if (!sent.text) continue;
        const reply = await again.command(++id, { rpc: { method: "comment.post", data: sent } });
        assert.ok(reply.rpc, JSON.stringify(reply));
        if (answer?.rpc) assert.deepEqual(reply.rpc.data, answer.rpc.data, "the first answer again");
      }
    }
    const sentTexts = writers.flatMap((w) => [...w.commands.values()].map((c) => c.sent.text).filter(Boolean));
    const texts = (await allComments(server)).map((comment) => comment.text).filter((text) => text.includes(" says "));
    assert.deepEqual(texts.sort(), sentTexts.sort(), "every comment once, whatever was repeated");
  });

  const after = await server.verify();
  assert.equal(after.code, 0, after.output);
});
