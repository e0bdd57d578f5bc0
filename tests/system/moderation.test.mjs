// What passes by the moderators before readers see it, and what readers bring before them.
import test from "node:test";
import assert from "node:assert/strict";
import { tokenFor } from "./lib/jwt.mjs";
import { reader } from "./lib/reader.mjs";
import { serve } from "./lib/server.mjs";

const moderator = (t, server) => reader(t, server, tokenFor("mod", { role: "moderator" }));

test("an approved comment that is edited waits for approval again", async (t) => {
  const server = await serve(t);
  const [ann, ben, mod] = [await reader(t, server), await reader(t, server), await moderator(t, server)];
  await server.api("PATCH", "/api/v1/threads/demo", { body: { premoderated: true } });
  const { id: comment, state } = await ann.rpc("comment.post", { thread: "demo", text: "harmless", key: "k" });
  assert.equal(state, "pending");
  await mod.rpc("mod.decide", { comment, action: "approve" });
  await ben.subscribe("thread:demo");

  const edited = await ann.rpc("comment.edit", { comment, text: "not harmless", key: "k2" });
  assert.equal(edited.state, "pending");
  await ben.untilPushed(({ type }) => type === "edited", "ben loses what he saw");
  assert.ok(!JSON.stringify(ben.lines).includes("not harmless"));
  assert.equal((await ben.rpc("thread.get", { thread: "demo" })).counts.comments, 0);
  const [waiting] = (await mod.rpc("mod.list", { states: ["pending"] })).comments;
  assert.deepEqual([waiting.id, waiting.text], [comment, "not harmless"]);

  await mod.rpc("mod.decide", { comment, action: "approve" });
  await ben.untilPushed((data) => data.comment?.text === "not harmless", "ben sees what was approved");
});

test("reports are counted once a reader, told to moderators live, and settled by a decision", async (t) => {
  const server = await serve(t);
  const [ann, ben, cho, mod] = [await reader(t, server), await reader(t, server), await reader(t, server), await moderator(t, server)];
  await mod.subscribe("mod:default");
  await ben.subscribe("thread:demo");
  const { id: comment } = await ann.rpc("comment.post", { thread: "demo", text: "buy this", key: "k" });
  const report = (who, reason) => who.rpc("comment.report", { comment, reason });
  assert.deepEqual(await report(ben, "spam"), { comment, reported: true });
  await report(ben, "abuse"); // another reason is no second report
  await report(cho, "spam");
  await mod.untilPushed((data) => data.comment.reports === 2, "the moderator hears of both");
  const told = mod.pushes().filter(({ type }) => type === "reported");
  assert.deepEqual(told.map(({ actor, reason, comment: { reports } }) => [actor, reason, reports]), [
    [null, "spam", 1],
    [null, "spam", 2],
  ]);
  const listed = async () => (await mod.rpc("mod.list", { reported: true })).comments.map(({ id, reports }) => [id, reports]);
  assert.deepEqual(await listed(), [[comment, 2]]);
  assert.equal((await mod.rpc("mod.list", { reported: true, states: ["visible"] })).code, 107);

  assert.equal((await mod.rpc("mod.decide", { comment, action: "approve" })).state, "visible");
  assert.deepEqual(await listed(), []);
  assert.ok(!JSON.stringify(ben.pushes()).includes("report"), "readers hear nothing of it");
  const page = await ben.rpc("thread.get", { thread: "demo" });
  assert.ok(!JSON.stringify(page).includes('"reports"'));
});
