// A connection that breaks: the reader is told, nothing is missed, and nothing is sent twice.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Proxy } from "../system/lib/proxy.mjs";
import { launch, openPage, picture } from "./lib/browser.mjs";
import { crowd } from "./lib/crowd.mjs";
import { openSite } from "./lib/site.mjs";
import { commentIn, composer, post, shares, waitForText } from "./lib/page.mjs";

async function throughProxy(t, site) {
  const proxy = await new Proxy(site.port).start();
  t.after(() => proxy.stop());
  return { proxy, http: proxy.websocket.replace("ws:", "http:").replace("/connection/websocket", "") };
}

test("a lost connection is said, and what was missed comes after it", async (t) => {
  const site = await openSite(t);
  const { proxy, http } = await throughProxy(t, site);
  const page = await openPage(t, await launch(t), http);
  const [other] = await crowd(t, site, 1);
  await shares(page);
  await post(page, "끊기기 전");

  proxy.cut();
  const banner = page.locator("voxpop-banner .banner.shown");
  await banner.filter({ hasText: "연결이 끊겼습니다" }).waitFor();
  await picture(page, "article-offline");
  await other.say("끊긴 동안 온 댓글");
  await other.vote("con");

  proxy.mend();
  await banner.filter({ hasText: "다시 연결됐습니다" }).waitFor({ timeout: 30_000 });
  await waitForText(page, "voxpop-poll .score.con .share", "100%");
  await page.locator("voxpop-comments .fresh-button").or(commentIn(page, "끊긴 동안 온 댓글")).first().waitFor();
  await banner.waitFor({ state: "detached" });
});

// How many likes the page shows at its one comment.
const waitForLikes = (page, likes) =>
  waitForText(page, "voxpop-comments .comment .act[aria-label^='공감'] .number", String(likes));

test("likes that were given during a cut stand there after it, in old comments and in opened replies", async (t) => {
  const site = await openSite(t);
  const { proxy, http } = await throughProxy(t, site);
  const [other] = await crowd(t, site, 1);
  const root = await other.say("오래된 댓글");
  const page = await openPage(t, await launch(t), http);
  await commentIn(page, "오래된 댓글").waitFor();
  const reply = await other.say("열어 본 답글", { parent: root });
  await page.locator("voxpop-comments .more").click();
  await commentIn(page, "열어 본 답글").waitFor();

  proxy.cut();
  await page.locator("voxpop-banner .banner.shown").waitFor();
  await other.like(root);
  await other.like(reply);
  proxy.mend();
  await waitForLikes(page, 1);
  await waitForText(page, ".replies .comment .act[aria-label^='공감'] .number", "1");
});

test("likes that no node has watched are read again after a cut", async (t) => {
  const site = await openSite(t);
  const { proxy, http } = await throughProxy(t, site);
  const [before] = await crowd(t, site, 1);
  const comment = await before.say("오래된 댓글");
  const page = await openPage(t, await launch(t), http);
  await commentIn(page, "오래된 댓글").waitFor();

  proxy.cut();
  await page.locator("voxpop-banner .banner.shown").waitFor();
  await site.server.stop();
  await site.server.start(); // and knows of no like that anybody has given
  const [after] = await crowd(t, site, 1);
  await after.like(comment);
  proxy.mend();
  await waitForLikes(page, 1);
});

test("what is sent without a connection arrives once it is back, and once only", async (t) => {
  const site = await openSite(t);
  const { proxy, http } = await throughProxy(t, site);
  const page = await openPage(t, await launch(t), http);
  await shares(page);
  await post(page, "이미 있는 댓글");
  proxy.cut();
  await composer(page).fill("끊긴 채로 보낸 댓글");
  await page.locator("voxpop-comments .writing .solid").click();
  await page.locator("voxpop-comments .writing .composer[aria-busy=true]").waitFor();
  await page.locator("voxpop-poll .choice.pro").click();
  await page.locator("voxpop-poll .choice.pro[aria-pressed=true]").waitFor();

  proxy.mend();
  await commentIn(page, "끊긴 채로 보낸 댓글").waitFor({ timeout: 30_000 });
  await page.locator("voxpop-poll .choice.pro[aria-busy=false]").waitFor({ timeout: 30_000 });
  const fresh = await openPage(t, await launch(t), site.http);
  await commentIn(fresh, "끊긴 채로 보낸 댓글").waitFor();
  assert.equal(await commentIn(fresh, "끊긴 채로 보낸 댓글").count(), 1);
  assert.deepEqual(await shares(fresh), ["100%", "0%"]);
});

test("a write whose reply was lost is repeated with its key, and counts once", async (t) => {
  const site = await openSite(t);
  const { proxy, http } = await throughProxy(t, site);
  const page = await openPage(t, await launch(t), http);
  await shares(page);
  // The command reaches the server; the connection dies before the answer is back.
  let sent = 0;
  page.on("websocket", (socket) => socket.on("framesent", ({ payload }) => (sent += String(payload).includes("comment.post") ? 1 : 0)));
  await page.reload();
  await shares(page);
  for (const pair of proxy.pairs) pair.far.unpipe(pair.near);
  await composer(page).fill("답을 잃은 댓글");
  await page.locator("voxpop-comments .writing .solid").click();
  const [other] = await crowd(t, site, 1);
  await waitForComment(other, "답을 잃은 댓글");
  proxy.cut();
  proxy.mend();
  await page.locator("voxpop-comments .writing .composer[aria-busy=false]").waitFor({ timeout: 30_000 });
  await commentIn(page, "답을 잃은 댓글").waitFor();
  assert.ok(sent >= 2, "it was repeated");
  const { comments } = await other.call("thread.get", { thread: "demo" });
  assert.equal(comments.filter(({ text }) => text === "답을 잃은 댓글").length, 1);
});

async function waitForComment(person, text) {
  for (let tries = 0; tries < 200; tries++) {
    const { comments } = await person.call("thread.get", { thread: "demo" });
    if (comments.some((comment) => comment.text === text)) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error("the comment never reached the server");
}
