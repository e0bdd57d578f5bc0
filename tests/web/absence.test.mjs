// A poll that is not there: lost by the store, or not made yet. The card says that alone, and shows the poll as soon as
// it is there.
import assert from "node:assert/strict";
import { cpSync } from "node:fs";
import { test } from "node:test";
import { Proxy } from "../system/lib/proxy.mjs";
import { durable, redisServer } from "../system/lib/redis.mjs";
import { launch, openPage, picture } from "./lib/browser.mjs";
import { crowd } from "./lib/crowd.mjs";
import { openSite } from "./lib/site.mjs";

const own = { skip: process.env.VOXPOP_BASE_URL ? "needs a server of its own, to make polls on" : false };
const options = [
  { id: "pro", label: "찬성" },
  { id: "con", label: "반대" },
];
const demo = { id: "demo", question: "다시 만든 투표?", options, min: 1, max: 1, policy: "retractable", results: "always" };

const cards = (page) => page.locator("voxpop-poll").all();

// All that a reader sees of the card, what a page has put into its slot included.
const visibleText = (card) => card.locator(".card").evaluate((element) => element.innerText.trim());

async function saysThatAlone(card) {
  await card.locator("p:visible", { hasText: "없는 투표입니다" }).waitFor({ timeout: 30_000 });
  assert.equal(await visibleText(card), "없는 투표입니다.");
  assert.equal(await card.locator("button:visible, .live:visible, .number:visible, .debate:visible").count(), 0);
  assert.equal(await card.locator(".problem").textContent(), "");
}

async function showsAll(card, total) {
  await card.locator(".choice.pro:not(:disabled)").waitFor({ timeout: 30_000 });
  await card.locator(".total", { hasText: total }).waitFor();
  await card.locator(".live:visible", { hasText: "실시간" }).waitFor();
  assert.doesNotMatch(await visibleText(card), /없는 투표입니다/);
  assert.equal(await card.locator(".problem").textContent(), "");
}

async function vote(card) {
  await card.locator(".choice.pro").click();
  await card.locator(".choice.pro[aria-pressed=true][aria-busy=false]").waitFor();
}

test("a poll that Redis has lost is not shown, and is there again with the backup, or when it is made again", own, async (t) => {
  const redis = await redisServer(t, durable);
  const site = await openSite(t, { store: redis.url });
  const proxy = await new Proxy(site.port).start();
  t.after(() => proxy.stop());
  const page = await openPage(t, await launch(t), proxy.websocket.replace("ws:", "http:").replace("/connection/websocket", ""));
  await page.evaluate(() => {
    const card = document.querySelector("voxpop-poll");
    card.after(card.cloneNode()); // both share what they are told
    document.addEventListener("voxpop-tally", ({ detail }) => (window.told = detail));
  });
  const [card, other] = await cards(page);
  await vote(card);
  await card.scrollIntoViewIfNeeded();
  const backup = `${site.server.folder}/backup`;
  await redis.kill();
  cpSync(redis.folder, backup, { recursive: true });
  redis.loseData();
  await redis.start();
  await saysThatAlone(card);
  await saysThatAlone(other);
  assert.deepEqual(await page.evaluate(() => window.told), {
    poll: "demo", state: null, voters: null, options: null, choice: [], leader: null,
  });
  await picture(page, "poll-absent");

  await redis.kill();
  redis.loseData();
  cpSync(backup, redis.folder, { recursive: true });
  await redis.start();
  await showsAll(card, "총 1명 참여");
  await showsAll(other, "총 1명 참여");
  assert.equal(await card.locator(".choice.pro").getAttribute("aria-pressed"), "true");

  await redis.kill();
  redis.loseData();
  await redis.start();
  await saysThatAlone(card);
  const reconnected = page.waitForEvent("websocket", { timeout: 30_000 });
  proxy.cut();
  proxy.mend();
  await (await reconnected).waitForEvent("framereceived", ({ payload }) => payload.includes('"code":401')); // nor is it subscribed to now
  await site.api("/api/v1/threads", { id: "demo", title: "다시" }).catch(() => {}); // a page may have made it by using it
  await site.api("/api/v1/polls", { thread: "demo", ...demo, state: "open" });
  await showsAll(card, "아직 참여한 사람이 없습니다");
  await showsAll(other, "아직 참여한 사람이 없습니다");
  const [stranger] = await crowd(t, site, 1);
  await stranger.vote("con");
  await showsAll(card, "총 1명 참여");
  await showsAll(other, "총 1명 참여");
});

test("a poll that is made after the page was loaded comes by itself", own, async (t) => {
  const site = await openSite(t);
  const page = await openPage(t, await launch(t), site.http);
  await page.evaluate(() => {
    const element = document.querySelector("voxpop-poll");
    for (const { name } of [...element.attributes]) if (name !== "theme") element.removeAttribute(name);
    element.setAttribute("poll", "later");
  });
  const [card] = await cards(page);
  await saysThatAlone(card);
  await site.createPoll({ ...demo, id: "later" });
  await showsAll(card, "아직 참여한 사람이 없습니다");
});

test("a vote on a poll that was lost unnoticed says that there is none", own, async (t) => {
  const redis = await redisServer(t, durable);
  const site = await openSite(t, { store: redis.url });
  const page = await openPage(t, await launch(t), site.http);
  // Without the thread's channels nothing tells the page of a loss.
  await page.evaluate(() => document.querySelectorAll("voxpop-comments, voxpop-counts, voxpop-save, voxpop-tap").forEach((element) => element.remove()));
  const [card] = await cards(page);
  await vote(card);
  await redis.kill();
  redis.loseData();
  await redis.start();
  await card.locator(".choice.con").click();
  await saysThatAlone(card);
});
