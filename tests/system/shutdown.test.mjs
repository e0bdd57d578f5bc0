// SIGTERM: clients are told to come back (3001), what was acknowledged is on disk, and the exit code is 0.
import test from "node:test";
import assert from "node:assert/strict";
import { call, connect } from "./lib/clients.mjs";
import { rawClient } from "./lib/raw.mjs";
import { serve } from "./lib/server.mjs";
import { tokenFor } from "./lib/jwt.mjs";
import { until } from "./lib/wait.mjs";

test("SIGTERM: every client gets 3001, and all that was acknowledged is there after a restart", async (t) => {
  const server = await serve(t);
  const clients = await Promise.all(Array.from({ length: 20 }, () => rawClient(t, server)));
  const writer = await connect(t, server.websocket, { token: tokenFor("writer") });
  const acknowledged = [];
  const posting = Array.from({ length: 300 }, (_, i) =>
    call(writer, "comment.post", { thread: "demo", text: `comment ${i}` })
      .then(({ id }) => acknowledged.push(id))
      .catch(() => {}),
  );
  await until(() => acknowledged.length >= 50, "some comments are stored");
  assert.equal(await server.stop(), 0, server.output);
  for (const client of clients) assert.equal(await client.untilClosed(), 3001);
  writer.disconnect();
  await Promise.all(posting);

  const { code, output } = await server.verify();
  assert.equal(code, 0, output);
  await server.start();
  const stored = new Set();
  let cursor = "";
  do {
    const page = await server.api("GET", `/api/v1/threads/demo/comments?limit=200&cursor=${cursor}`);
    assert.equal(page.status, 200, JSON.stringify(page.body));
    for (const comment of page.body.comments) stored.add(comment.id);
    cursor = page.body.next ?? "";
  } while (cursor);
  assert.deepEqual(acknowledged.filter((id) => !stored.has(id)), []);
});

test("SIGTERM: hearts that were acknowledged from memory are stored before the server leaves", async (t) => {
  const server = await serve(t);
  const giver = await connect(t, server.websocket, { token: tokenFor("giver") });
  for (let n = 0; n < 10; n++) await call(giver, "tap.add", { thread: "demo", kind: "heart", n: 2 });
  assert.equal(await server.stop(), 0, server.output);
  giver.disconnect();
  await server.start();
  const { body } = await server.api("GET", "/api/v1/counts?threads=demo");
  assert.equal(body.threads.demo.hearts, 20);
});

test("a client that reconnects after a restart recovers what it missed", async (t) => {
  const server = await serve(t);
  const reader = await connect(t, server.websocket);
  const subscription = reader.newSubscription("thread:demo");
  const seen = [];
  const subscriptions = [];
  subscription.on("publication", (publication) => seen.push(publication.offset));
  subscription.on("subscribed", (context) => subscriptions.push(context));
  subscription.subscribe();
  await until(() => subscriptions.length === 1, "the subscription");
  const first = await connect(t, server.websocket, { token: tokenFor("writer") });
  const { offset } = await call(first, "comment.post", { thread: "demo", text: "before" });
  await until(() => seen.includes(offset), "the comment before the restart");
  first.disconnect();

  await server.stop();
  await server.start();
  await until(() => subscriptions.length === 2, "the subscription after the restart");
  assert.equal(subscriptions[1].recovered, true);
  const second = await connect(t, server.websocket, { token: tokenFor("writer") });
  const after = await call(second, "comment.post", { thread: "demo", text: "after" });
  assert.equal(after.offset, offset + 1, "offsets go on where they were");
  await until(() => seen.at(-1) === after.offset, "the comment after the restart");
  assert.deepEqual(seen, [offset, after.offset]);
});

test("SIGTERM while nobody is connected ends the server", async (t) => {
  const server = await serve(t);
  assert.equal(await server.stop(), 0);
});
