// Load with a journal, for tests of faults: voters who vote and comment without pause and repeat, with its key, what
// was not acknowledged; and readers who check that the stream they see has neither gaps nor repetitions. At the end
// the journal is held against what is stored.
import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { call, connect } from "./clients.mjs";
import { tokenFor } from "./jwt.mjs";
import { until } from "./wait.mjs";

const repeat_ms = 50;
const patience_ms = 12_000; // more than the server's own patience with its store
const recoverable = 1_000; // publications that a stream gives again: kRecoverEventsMax

class Voter {
  constructor(journal, number) {
    this.journal = journal;
    this.user = `voter-${number}`;
    this.commands = [];
  }

  async run(t, websocket) {
    this.client = await connect(t, websocket, { token: tokenFor(this.user) });
    while (!this.stopped) await this.settle(this.next());
  }

  next() {
    const key = `${this.user}-${this.commands.length}`;
    const command =
      randomInt(4) > 0
        ? { method: "poll.vote", data: { poll: "demo", options: [randomInt(2) ? "pro" : "con"], key } }
        : { method: "comment.post", data: { thread: "demo", text: `says ${key}`, key } };
    this.commands.push(command);
    return command;
  }

  // Sends it until it is acknowledged; a voter who is told to stop abandons what a fault holds up.
  async settle(command) {
    for (;;) {
      try {
        const timeout = new Promise((_, reject) => setTimeout(reject, patience_ms, { code: 1 }).unref());
        const { data } = await Promise.race([this.client.rpc(command.method, command.data), timeout]);
        command.answer = data;
        command.acknowledged_at = performance.now();
        return this.journal.acknowledged++;
      } catch (error) {
        this.journal.refusals.set(error.code, (this.journal.refusals.get(error.code) ?? 0) + 1);
        if (this.stopped) return;
        await new Promise((resolve) => setTimeout(resolve, repeat_ms));
      }
    }
  }

  // What this voter may hold: the ballot that was acknowledged last, or one that was abandoned after it.
  possibleBallots() {
    const votes = this.commands.filter((command) => command.method === "poll.vote");
    const last = votes.findLastIndex((command) => command.answer);
    const options = votes.slice(Math.max(last, 0)).map((command) => command.data.options[0]);
    return last < 0 ? [undefined, ...options] : options;
  }
}

// Follows a stream: a reader the comments, a moderator the whole site's. `position` moves by one with each publication;
// a subscription that did not recover begins anew, which is what "told to reload" means.
class Reader {
  constructor(channel = "thread:demo", token = undefined) {
    this.channel = channel;
    this.token = token;
    this.reloads = 0;
    this.recoveries = 0;
    this.problems = [];
    this.posted = []; // ids of comments, as they came since the subscription began
  }

  async run(t, websocket) {
    this.client = await connect(t, websocket, { token: this.token });
    const since = this.epoch && { epoch: this.epoch, offset: this.position };
    const stream = this.client.newSubscription(this.channel, { recoverable: true, positioned: true, since });
    stream.on("subscribed", (context) => this.onSubscribed(context));
    stream.on("publication", ({ offset, data }) => {
      if (offset !== this.position + 1) this.problems.push(`${offset} came after ${this.position}`);
      this.position = offset;
      if (data.type === "posted") this.posted.push(data.comment.id);
    });
    stream.on("unsubscribed", ({ code, reason }) => this.problems.push(`unsubscribed: ${code} ${reason}`));
    stream.subscribe();
    await until(() => this.position !== undefined, "a reader's subscription");
  }

  onSubscribed({ wasRecovering, recovered, streamPosition }) {
    if (wasRecovering && recovered) {
      if (streamPosition.epoch !== this.epoch) this.problems.push("it recovered into another epoch");
      this.recoveries++;
      return;
    }
    if (this.position !== undefined) this.reloads++;
    this.posted = []; // a page that loads again shows what there is; a call sent again may bring a lost comment back
    this.position = streamPosition.offset;
    this.epoch = streamPosition.epoch;
  }

  // Where the stream ends for somebody who comes now.
  async end(t, server) {
    const newcomer = new Reader(this.channel, this.token);
    await newcomer.run(t, server.websocket);
    newcomer.client.disconnect();
    return newcomer;
  }

  // The ids of the comments that the stream tells of, as far back as it can be read before its end.
  async latest(t, server, { epoch, position }) {
    const since = { epoch, position: Math.max(position - recoverable, 0) };
    const reader = Object.assign(new Reader(this.channel, this.token), since);
    await reader.run(t, server.websocket);
    await until(() => reader.position >= position, "what a stream has");
    reader.client.disconnect();
    assert.deepEqual([reader.recoveries, reader.reloads], [1, 0], `${this.channel} can be read again`);
    assert.deepEqual(reader.problems, []);
    return reader.posted;
  }
}

export class Journal {
  constructor({ voters = 12, readers = 6 } = {}) {
    this.voters = Array.from({ length: voters }, (_, i) => new Voter(this, i));
    const moderator = new Reader("mod:default", tokenFor("moderator", { role: "moderator" }));
    this.readers = [...Array.from({ length: readers }, () => new Reader()), moderator];
    this.acknowledged = 0;
    this.refusals = new Map();
  }

  async start(t, websocket) {
    await Promise.all(this.readers.map((reader) => reader.run(t, websocket)));
    this.running = this.voters.map((voter) => voter.run(t, websocket));
    await this.more(500);
  }

  // Until so many more commands are acknowledged.
  async more(commands) {
    const wanted = this.acknowledged + commands;
    await until(() => this.acknowledged >= wanted, `${commands} more acknowledgements`, 60_000);
  }

  // At the moment of a fault every other voter falls silent, so that nothing later covers what they lose.
  fault() {
    this.fault_at = performance.now();
    this.voters.forEach((voter, i) => (voter.stopped ||= i % 2 === 1));
  }

  async stop() {
    for (const voter of this.voters) voter.stopped = true;
    await Promise.all(this.running);
  }

  commands(method, filter = () => true) {
    return this.voters.flatMap((voter) => voter.commands.filter((one) => one.method === method && filter(one)));
  }

  // What is missing of what was acknowledged, as one of the nodes tells it: {ballots, comments}.
  async losses(t, server) {
    const stored = new Map((await allComments(server)).map((comment) => [comment.id, comment.text]));
    const texts = [...stored.values()];
    assert.equal(new Set(texts).size, texts.length, "no comment is there twice");
    const comments = this.commands("comment.post", (one) => one.answer && stored.get(one.answer.id) !== one.data.text);
    const tally = { pro: 0, con: 0 };
    const ballots = [];
    for (const voter of this.voters) {
      const choice = await choiceOf(t, server, voter.user);
      if (!voter.possibleBallots().includes(choice)) ballots.push(voter);
      if (choice) tally[choice]++;
    }
    const { body } = await server.api("GET", "/api/v1/polls/demo");
    assert.deepEqual(body.poll.tally.options, tally, "the tally is the sum of the ballots");
    return { comments, ballots };
  }

  // Every reader is at the end of its stream, and got there without a gap: who was never told to reload has been given
  // each comment that was acknowledged. And no stream tells of a comment twice, whether a reader was told to reload in
  // between or not.
  async readersAgree(t, server) {
    const acknowledged = this.commands("comment.post", (one) => one.answer).map((one) => one.answer.id);
    for (const reader of this.readers) {
      const end = await reader.end(t, server);
      const missing = () => (reader.reloads ? [] : acknowledged.filter((id) => !reader.posted.includes(id)));
      const whole = () => reader.epoch === end.epoch && reader.position >= end.position && !missing().length;
      await until(whole, "").catch(() => {
        const is = `${reader.epoch} ${reader.position}, without ${missing()}`;
        assert.fail(`a reader of ${reader.channel} is at ${is}; its end is ${end.epoch} ${end.position}`);
      });
      assert.deepEqual(reader.problems, []);
      for (const ids of [reader.posted, await reader.latest(t, server, end)]) {
        const twice = ids.filter((id, i) => ids.indexOf(id) !== i);
        assert.deepEqual(twice, [], `${reader.channel} tells no comment twice`);
      }
    }
  }

  // A line for the table of docs/OPERATIONS.md.
  summary({ ballots, comments }) {
    const sum = (name) => this.readers.reduce((total, reader) => total + reader[name], 0);
    return (
      `${this.acknowledged} acknowledged; lost: ${ballots.length} of ${this.voters.length} ballots, ` +
      `${comments.length} of ${this.commands("comment.post", (one) => one.answer).length} comments; ` +
      `readers: ${sum("recoveries")} recoveries, ${sum("reloads")} reloads; ` +
      `refusals: ${JSON.stringify(Object.fromEntries(this.refusals))}`
    );
  }
}

async function choiceOf(t, server, user) {
  const client = await connect(t, server.websocket, { token: tokenFor(user) });
  // A node that makes sure of its store has nothing to say for a moment.
  const unlessTemporary = (error) => assert.ok(error.temporary, JSON.stringify(error));
  const poll = () => call(client, "poll.get", { poll: "demo" }).catch(unlessTemporary);
  const { choice } = await until(poll, "a poll's answer");
  client.disconnect();
  return choice[0];
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
