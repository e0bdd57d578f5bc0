// Real clients against the real binary: connect, subscribe, vote, comment, lose the connection, recover. In
// both versions of the npm client that the documentation names.
import test from "node:test";
import assert from "node:assert/strict";
import { call, connect, refusal, subscribe, versions } from "./lib/clients.mjs";
import { proxyTo } from "./lib/proxy.mjs";
import { serve } from "./lib/server.mjs";
import { tokenFor } from "./lib/jwt.mjs";
import { until } from "./lib/wait.mjs";

const offsets = (publications) => publications.map((publication) => publication.offset);
const texts = (publications) => publications.map((publication) => publication.data.comment.text);

for (const version of Object.keys(versions)) {
  test(`centrifuge ${version}: a vote and a comment of one reader reach another`, async (t) => {
    const server = await serve(t);
    const alice = await connect(t, server.websocket, { version, token: tokenFor("alice") });
    const bob = await connect(t, server.websocket, { version });
    const poll = await subscribe(bob, "poll:demo");
    const thread = await subscribe(bob, "thread:demo");
    const counts = await subscribe(bob, "counts:demo");
    const before = poll.subscriptions[0].data;
    assert.deepEqual(Object.keys(before.options), ["pro", "con"], "the snapshot has the tally");

    const vote = await call(alice, "poll.vote", { poll: "demo", options: ["pro"], key: "vote-1" });
    assert.deepEqual(vote.choice, ["pro"]);
    assert.equal(vote.tally.options.pro, before.options.pro + 1);
    const news = await until(() => poll.publications.at(-1), "the tally reaches the other reader");
    assert.deepEqual(news.data.options, vote.tally.options);
    assert.equal(news.data.version, vote.tally.version);

    const posted = await call(alice, "comment.post", { thread: "demo", text: "한글 comment", key: "c-1" });
    assert.equal(posted.state, "visible");
    const event = await until(() => thread.publications[0], "the comment reaches the other reader");
    assert.equal(event.offset, posted.offset);
    assert.equal(event.data.type, "posted");
    assert.equal(event.data.comment.id, posted.id);
    assert.equal(event.data.comment.text, "한글 comment");
    const counted = (publication) => publication.data.comments === counts.subscriptions[0].data.comments + 1;
    await until(() => counts.publications.some(counted), "the count of comments moves");
  });

  test(`centrifuge ${version}: after a cut it recovers exactly what it missed, in order`, async (t) => {
    const server = await serve(t);
    const proxy = await proxyTo(t, server);
    const reader = await connect(t, proxy.websocket, { version });
    const writer = await connect(t, server.websocket, { token: tokenFor("writer") });
    const thread = await subscribe(reader, "thread:demo");
    const first = thread.subscriptions[0];
    assert.ok(first.recoverable && first.positioned, "the stream is recoverable");

    const said = [];
    const say = async (text) => {
      const { offset } = await call(writer, "comment.post", { thread: "demo", text, key: text.replaceAll(" ", "-") });
      said.push({ offset, text });
    };
    await say("seen live");
    await until(() => thread.publications.length === 1, "the live comment");

    proxy.cut();
    for (let i = 0; i < 25; i++) await say(`missed ${i}`);
    proxy.mend();
    await until(() => thread.subscriptions.length === 2, "the subscription is back");
    assert.equal(thread.subscriptions[1].recovered, true);
    await say("live again");
    await until(() => thread.publications.length >= said.length, "everything is there");

    assert.deepEqual(offsets(thread.publications), said.map((one) => one.offset));
    assert.deepEqual(texts(thread.publications), said.map((one) => one.text));
  });

  test(`centrifuge ${version}: a poll that moved during a cut shows its newest tally afterwards`, async (t) => {
    const server = await serve(t);
    const proxy = await proxyTo(t, server);
    const reader = await connect(t, proxy.websocket, { version });
    const poll = await subscribe(reader, "poll:demo");
    proxy.cut();
    let tally;
    for (let i = 0; i < 5; i++) {
      const voter = await connect(t, server.websocket, { token: tokenFor(`voter-${i}`) });
      ({ tally } = await call(voter, "poll.vote", { poll: "demo", options: [i % 2 ? "con" : "pro"] }));
    }
    proxy.mend();
    const shown = () =>
      [...poll.subscriptions, ...poll.publications].map((one) => one.data).some((data) => data?.version === tally.version);
    await until(shown, "the newest tally");
  });
}

test("a guest gets a device token and is the same guest when it presents it", async (t) => {
  const server = await serve(t);
  const first = await connect(t, server.websocket);
  const token = first.welcome.data.device;
  assert.match(token, /^vd1\./);
  const { choice } = await call(first, "poll.vote", { poll: "demo", options: ["con"] });
  assert.deepEqual(choice, ["con"]);
  const again = await connect(t, server.websocket, { token });
  const { polls } = await call(again, "thread.get", { thread: "demo" });
  assert.deepEqual(polls.find((poll) => poll.id === "demo").choice, ["con"]);
});

test("a vote that is repeated with its key counts once, and changing one's mind moves it", async (t) => {
  const server = await serve(t);
  const voter = await connect(t, server.websocket, { token: tokenFor("voter") });
  const vote = (options, key) => call(voter, "poll.vote", { poll: "demo", options, key });
  const first = await vote(["pro"], "k1");
  const repeated = await vote(["pro"], "k1");
  assert.equal(repeated.tally.voters, first.tally.voters);
  const changed = await vote(["con"], "k2");
  assert.equal(changed.tally.voters, first.tally.voters);
  assert.equal(changed.tally.options.con, first.tally.options.con + 1);
  assert.equal((await refusal(vote(["pro"], "k2"))).code, 413);
  const retracted = await call(voter, "poll.retract", { poll: "demo" });
  assert.deepEqual(retracted.choice, []);
  assert.equal(retracted.tally.voters, first.tally.voters - 1);
});

test("a comment that is repeated with its key is posted once", async (t) => {
  const server = await serve(t);
  const writer = await connect(t, server.websocket, { token: tokenFor("writer") });
  const post = (text) => call(writer, "comment.post", { thread: "demo", text, key: "same" });
  const before = (await call(writer, "thread.get", { thread: "demo" })).counts.comments;
  const first = await post("once");
  assert.deepEqual(await post("once"), first);
  assert.equal((await refusal(post("another text"))).code, 413);
  assert.equal((await call(writer, "thread.get", { thread: "demo" })).counts.comments, before + 1);
});

test("a moderator hides a comment: readers lose its text at once, moderators see why", async (t) => {
  const server = await serve(t);
  const writer = await connect(t, server.websocket, { token: tokenFor("writer") });
  const moderator = await connect(t, server.websocket, { token: tokenFor("mo", { role: "moderator" }) });
  const thread = await subscribe(writer, "thread:demo");
  const queue = await subscribe(moderator, "mod:default");
  const { id } = await call(writer, "comment.post", { thread: "demo", text: "rude words" });
  await until(() => queue.publications.length === 1, "the moderator sees it");

  const decision = { comment: id, action: "hide", reason: "rude" };
  assert.equal((await refusal(call(writer, "mod.decide", decision))).code, 103);
  await call(moderator, "mod.decide", decision);
  const event = await until(() => thread.publications[1], "the reader is told");
  assert.equal(event.data.type, "hidden");
  assert.equal(event.data.comment.text, "");
  assert.doesNotMatch(JSON.stringify(event), /rude/);
  const told = await until(() => queue.publications[1], "the moderator is told");
  assert.equal(told.data.reason, "rude");
  assert.equal(told.data.actor, "mo");
  assert.equal((await refusal(call(moderator, "mod.decide", decision))).code, 415);
});

test("readers may not subscribe to the moderators' stream, and it stays unsubscribed", async (t) => {
  const server = await serve(t);
  const reader = await connect(t, server.websocket, { token: tokenFor("reader") });
  await assert.rejects(subscribe(reader, "mod:default"), /103/);
});

test("saving an article counts once for a reader, and again not at all", async (t) => {
  const server = await serve(t);
  const reader = await connect(t, server.websocket, { token: tokenFor("reader") });
  const save = (on) => call(reader, "save.set", { thread: "demo", on });
  const { saves } = await save(true);
  assert.equal((await save(true)).saves, saves);
  assert.equal((await save(false)).saves, saves - 1);
});

test("hearts of one reader reach another, and a connection is one view, however often it asks", async (t) => {
  const server = await serve(t);
  const giver = await connect(t, server.websocket, { token: tokenFor("giver") });
  const other = await connect(t, server.websocket);
  const counts = await subscribe(other, "counts:demo");
  assert.deepEqual(await call(giver, "tap.add", { thread: "demo", kind: "heart", n: 3 }), {
    thread: "demo",
    kind: "heart",
    n: 3,
  });
  assert.equal((await call(giver, "tap.add", { thread: "demo", kind: "heart" })).n, 1);
  await until(() => counts.publications.at(-1)?.data.hearts === 4, "the hearts reach the other reader");
  for (let n = 0; n < 3; n++) await call(giver, "thread.get", { thread: "demo" });
  await subscribe(giver, "thread:demo");
  await until(() => counts.publications.at(-1)?.data.views === 1, "the view reaches the other reader");
  assert.equal((await refusal(giver.rpc("tap.add", { thread: "demo", kind: "heart", n: 101 }))).code, 107);
  assert.equal((await refusal(giver.rpc("tap.add", { thread: "demo", kind: "view" }))).code, 107);
});

test("history, presence_stats, publish and unknown methods answer as documented", async (t) => {
  const server = await serve(t);
  const client = await connect(t, server.websocket, { token: tokenFor("reader") });
  const thread = await subscribe(client, "thread:demo");
  const { offset } = await call(client, "comment.post", { thread: "demo", text: "one" });
  await until(() => thread.publications.length === 1, "the comment");
  const { epoch } = thread.subscriptions[0];
  const history = await thread.history({ limit: 10, since: { offset: offset - 1, epoch } });
  assert.equal(history.publications[0].offset, offset);
  assert.equal((await thread.presenceStats()).numClients, 1);
  assert.equal((await refusal(thread.publish({ a: 1 }))).code, 108);
  assert.equal((await refusal(client.rpc("no.such", {}))).code, 104);
});

test("presence counts a user once, on however many cores their connections are", async (t) => {
  const server = await serve(t, { cores: 4 });
  const tabs = await Promise.all(
    Array.from({ length: 12 }, () => connect(t, server.websocket, { token: tokenFor("mina") })),
  );
  const other = await connect(t, server.websocket, { token: tokenFor("juno") });
  const all = await Promise.all([...tabs, other].map((client) => subscribe(client, "thread:demo")));
  const { numClients, numUsers } = await all[0].presenceStats();
  assert.deepEqual({ numClients, numUsers }, { numClients: 13, numUsers: 2 });
});
