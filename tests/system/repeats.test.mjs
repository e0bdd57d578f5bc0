// A client that lost an answer asks again with the same key: it gets the first answer, whatever has happened
// since, and nothing happens twice.
import test from "node:test";
import assert from "node:assert/strict";
import { tokenFor } from "./lib/jwt.mjs";
import { reader } from "./lib/reader.mjs";
import { serve } from "./lib/server.mjs";

const moderator = (t, server) => reader(t, server, tokenFor("mod", { role: "moderator" }));
const code = { noComment: 402, windowOver: 410, threadClosed: 411, keyReused: 413 };

for (const store of [undefined, "memory:"]) {
  const where = store ?? "sqlite";

  test(`${where}: a post comes again after its thread was closed`, async (t) => {
    const server = await serve(t, { store });
    const ann = await reader(t, server);
    const post = { thread: "demo", text: "once", key: "k" };
    const first = await ann.rpc("comment.post", post);
    assert.ok(first.id);
    const closed = await server.api("PATCH", "/api/v1/threads/demo", { body: { state: "closed" } });
    assert.equal(closed.status, 200);
    assert.deepEqual(await ann.rpc("comment.post", post), first);
    assert.equal((await ann.rpc("comment.post", { ...post, key: "k2" })).code, code.threadClosed);
    assert.equal((await ann.rpc("comment.post", { ...post, text: "twice" })).code, code.keyReused);
    assert.equal((await ann.rpc("thread.get", { thread: "demo" })).comments.length, 1);
  });

  test(`${where}: a reply comes again after what it replies to was removed`, async (t) => {
    const server = await serve(t, { store });
    const [ann, mod] = [await reader(t, server), await moderator(t, server)];
    const { id: parent } = await ann.rpc("comment.post", { thread: "demo", text: "root", key: "k" });
    const reply = { thread: "demo", text: "reply", parent, key: "k2" };
    const first = await ann.rpc("comment.post", reply);
    assert.equal((await mod.rpc("mod.decide", { comment: parent, action: "remove" })).state, "rejected");
    assert.deepEqual(await ann.rpc("comment.post", reply), first);
    assert.equal((await ann.rpc("comment.post", { ...reply, key: "k3" })).code, code.noComment);
  });

  test(`${where}: an edit, a decision and a deletion come again, and are told once`, async (t) => {
    const server = await serve(t, { store });
    const [ann, mod] = [await reader(t, server), await moderator(t, server)];
    assert.ok((await mod.subscribe("mod:default")).recoverable);
    const { id: comment } = await ann.rpc("comment.post", { thread: "demo", text: "first", key: "k" });
    const twice = async (who, method, data) => {
      const first = await who.rpc(method, data);
      assert.ok(first.version, JSON.stringify(first));
      assert.deepEqual(await who.rpc(method, data), first, method);
    };
    await twice(ann, "comment.edit", { comment, text: "second", key: "k-edit" });
    await twice(mod, "mod.decide", { comment, action: "hide", reason: "why", key: "k-hide" });
    await twice(mod, "mod.decide", { comment, action: "restore", key: "k-restore" });
    await twice(ann, "comment.delete", { comment, key: "k-delete" });
    assert.ok((await ann.rpc("comment.edit", { comment, text: "second", key: "k-edit" })).version, "long after");

    await mod.untilPushed(({ type }) => type === "deleted", "the moderator hears of the deletion");
    const told = mod.pushes().map(({ type }) => type);
    assert.deepEqual(told, ["posted", "edited", "hidden", "restored", "deleted"]);
  });
}
