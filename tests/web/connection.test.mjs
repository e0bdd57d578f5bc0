// A connection that breaks: the reader is told, nothing is missed, and nothing is sent twice.
import assert from "node:assert/strict";
import { cpSync, rmSync } from "node:fs";
import { test } from "node:test";
import { durable, redisServer } from "../system/lib/redis.mjs";
import { Proxy } from "../system/lib/proxy.mjs";
import { launch, openPage, picture } from "./lib/browser.mjs";
import { crowd } from "./lib/crowd.mjs";
import { openSite } from "./lib/site.mjs";
import { onTheWire } from "./lib/wire.mjs";
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

// A page whose server has lost its store, until `back` is called: everything that needs it gets a temporary error.
async function withoutStore(page) {
  let away = true;
  await onTheWire(page, {
    command: (message, answer) => {
      if (!away || message.connect || !message.id) return message;
      answer({ id: message.id, error: { code: 420, message: "the store is unavailable", temporary: true } });
    },
  });
  return { leave: () => (away = true), back: () => (away = false) };
}

test("a page that is loaded while the store is away says so, and goes live by itself", async (t) => {
  const site = await openSite(t);
  const page = await openPage(t, await launch(t), "about:blank");
  const store = await withoutStore(page);
  await page.goto(site.http);
  const banner = page.locator("voxpop-banner .banner.shown");
  await banner.filter({ hasText: "투표와 댓글을 잠시 쉬고 있습니다" }).waitFor();
  await page.locator("voxpop-poll .live", { hasText: "잠시 쉬는 중" }).waitFor();
  assert.equal(await page.locator("voxpop-poll .pulse").getAttribute("data-link"), "paused");

  store.back();
  await banner.filter({ hasText: "다시 투표하고" }).waitFor({ timeout: 30_000 });
  await page.locator("voxpop-poll .live", { hasText: "실시간" }).waitFor();
  await post(page, "다시 이어졌다");
  await banner.waitFor({ state: "detached" });
});

test("the same with a Redis that is gone and comes back", async (t) => {
  const redis = await redisServer(t, durable);
  const site = await openSite(t, { store: redis.url });
  await redis.kill();
  const page = await openPage(t, await launch(t), site.http);
  const banner = page.locator("voxpop-banner .banner.shown");
  await banner.filter({ hasText: "투표와 댓글을 잠시 쉬고 있습니다" }).waitFor();
  await redis.start();
  await banner.filter({ hasText: "다시 투표하고" }).waitFor({ timeout: 30_000 });
  await post(page, "Redis가 돌아왔다");
});

test("a new epoch takes lost votes and saves off the pages that were connected all the while", async (t) => {
  const redis = await redisServer(t, durable);
  const site = await openSite(t, { store: redis.url });
  const backup = `${site.server.folder}/backup`;
  await redis.kill();
  cpSync(redis.folder, backup, { recursive: true });
  await redis.start();
  const page = await openPage(t, await launch(t), site.http);
  await page.locator("voxpop-poll .choice.pro").click();
  await page.locator("voxpop-poll .choice.pro[aria-pressed=true][aria-busy=false]").waitFor({ timeout: 30_000 });
  await page.locator(".head voxpop-save button").click();
  await waitForText(page, ".head voxpop-counts .saves .value", "1");
  let sockets = 0;
  page.on("websocket", () => sockets++);

  await redis.kill();
  rmSync(redis.folder, { recursive: true });
  cpSync(backup, redis.folder, { recursive: true });
  await redis.start();
  await page.locator("voxpop-poll .choice.pro[aria-pressed=false]").waitFor({ timeout: 30_000 });
  await page.locator(".head voxpop-save button[aria-pressed=false]").waitFor();
  assert.equal(sockets, 0);
});

test("a page that waits for the store waits as long as it takes", async (t) => {
  const site = await openSite(t);
  const page = await openPage(t, await launch(t), "about:blank");
  await page.clock.install();
  const store = await withoutStore(page);
  await page.goto(site.http);
  await page.clock.runFor(5_000);
  for (let minute = 0; minute < 10; minute++) await page.clock.runFor(30_000);
  store.back();
  for (let tries = 0; tries < 40 && (await page.locator("voxpop-comments .writing textarea").count()) === 0; tries++) {
    await page.clock.runFor(1_000);
  }
  await page.locator("voxpop-comments .writing textarea").waitFor();
  await page.locator("voxpop-poll .choice.pro:not(:disabled)").waitFor();
});

test("a vote while the store is away is held, said, and counts once it is back", async (t) => {
  const site = await openSite(t);
  const page = await openPage(t, await launch(t), "about:blank");
  const store = await withoutStore(page);
  store.back();
  await page.goto(site.http);
  await shares(page);
  store.leave();
  await page.locator("voxpop-poll .choice.pro").click();
  await page.locator("voxpop-banner .banner.shown", { hasText: "잠시 쉬고 있습니다" }).waitFor();
  store.back();
  await page.locator("voxpop-poll .choice.pro[aria-pressed=true][aria-busy=false]").waitFor({ timeout: 30_000 });
  await page.locator("voxpop-poll .live", { hasText: "실시간" }).waitFor();
});

test("after the store has lost something, a page shows the reader's own vote, save and like as they are now", async (t) => {
  const site = await openSite(t);
  const [writer] = await crowd(t, site, 1);
  await writer.say("복구 전의 댓글");
  await site.server.stop();
  const backup = `${site.server.folder}/backup`;
  cpSync(site.server.data, backup, { recursive: true });
  await site.server.start();

  const page = await openPage(t, await launch(t), site.http);
  await page.locator("voxpop-poll .choice.pro").click();
  await page.locator("voxpop-poll .choice.pro[aria-pressed=true][aria-busy=false]").waitFor();
  await page.locator(".head voxpop-save button").click();
  await waitForText(page, ".head voxpop-counts .saves .value", "1");
  const like = commentIn(page, "복구 전의 댓글").locator(".act[aria-label^='공감']");
  await like.click();
  await waitForText(page, "voxpop-comments .act[aria-label^='공감'] .number", "1");

  await site.server.stop();
  rmSync(site.server.data, { recursive: true });
  cpSync(backup, site.server.data, { recursive: true });
  await site.server.start();
  await page.locator("voxpop-poll .choice.pro[aria-pressed=false]").waitFor({ timeout: 30_000 });
  await page.locator(".head voxpop-save button[aria-pressed=false]").waitFor();
  await commentIn(page, "복구 전의 댓글").locator(".act[aria-label^='공감'][aria-pressed=false]").waitFor();
  await page.locator("voxpop-poll .choice.pro").click();
  await waitForText(page, "voxpop-poll .total", "총 1명 참여");
});
