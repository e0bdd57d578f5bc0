// Polls of every kind, as readers meet them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { launch, openPage, picture } from "./lib/browser.mjs";
import { crowd } from "./lib/crowd.mjs";
import { openSite } from "./lib/site.mjs";
import { onTheWire } from "./lib/wire.mjs";
import { textOf, waitForText } from "./lib/page.mjs";

const options = [
  { id: "a", label: "걷기" },
  { id: "b", label: "버스" },
  { id: "c", label: "자전거" },
];
const own = { skip: process.env.VOXPOP_BASE_URL ? "needs a server of its own, to make polls on" : false };

// The demo page with another poll in the place of its own.
async function openPoll(t, site, poll) {
  const page = await openPage(t, await launch(t), site.http);
  await page.evaluate((id) => {
    const element = document.querySelector("voxpop-poll");
    for (const { name } of [...element.attributes]) if (name !== "theme") element.removeAttribute(name);
    element.setAttribute("poll", id);
  }, poll);
  await page.locator("voxpop-poll").scrollIntoViewIfNeeded();
  return page;
}

test("several choices: percentages sum to 100, with voters and selections", own, async (t) => {
  const site = await openSite(t);
  await site.createPoll({ id: "how", question: "어떻게 오시나요?", options, min: 1, max: 2, policy: "retractable", results: "always" });
  const people = await crowd(t, site, 3);
  await people[0].call("poll.vote", { poll: "how", options: ["a"] });
  await people[1].call("poll.vote", { poll: "how", options: ["b"] });
  await people[2].call("poll.vote", { poll: "how", options: ["c"] });
  const page = await openPoll(t, site, "how");
  await page.locator("voxpop-poll .row").nth(2).waitFor();
  assert.deepEqual(await page.locator("voxpop-poll .percent").allTextContents(), ["34%", "33%", "33%"]);

  const send = page.locator("voxpop-poll .solid");
  assert.ok(await send.isDisabled());
  await page.getByRole("checkbox", { name: /걷기/ }).click();
  await page.getByRole("checkbox", { name: /자전거/ }).click();
  await picture(page, "poll-several");
  await send.click();
  await waitForText(page, "voxpop-poll .total", "총 4명 참여 · 선택 5개");
  await page.getByRole("button", { name: "투표 취소" }).click();
  await waitForText(page, "voxpop-poll .total", "총 3명 참여 · 선택 3개");
});

test("results that are shown after voting are not in the page before", own, async (t) => {
  const site = await openSite(t);
  await site.createPoll({ id: "secret", question: "비밀?", options: options.slice(0, 2), min: 1, max: 1, policy: "changeable", results: "after_vote" });
  const [person] = await crowd(t, site, 1);
  await person.vote("a", "secret");
  const page = await openPoll(t, site, "secret");
  await waitForText(page, "voxpop-poll .total", "결과는 투표한 뒤에 볼 수 있습니다");
  assert.deepEqual(await page.locator("voxpop-poll .share").allTextContents(), ["?", "?"]);
  await page.locator("voxpop-poll .choice.con").click();
  await waitForText(page, "voxpop-poll .score.pro .share", "50%");
});

test("a poll that closes shows its final result and takes no more votes", own, async (t) => {
  const site = await openSite(t);
  await site.createPoll({ id: "end", question: "끝?", options: options.slice(0, 2), min: 1, max: 1, policy: "retractable", results: "always" });
  const page = await openPoll(t, site, "end");
  await page.locator("voxpop-poll .choice.pro").click();
  await page.locator("voxpop-poll .choice.pro[aria-pressed=true][aria-busy=false]").waitFor();
  await site.api("/api/v1/polls/end/close");
  await waitForText(page, "voxpop-poll .badge", "최종 결과");
  assert.ok(await page.locator("voxpop-poll .choice.con").isDisabled());
  assert.equal(await textOf(page, "voxpop-poll .score.pro .share"), "100%");
});

test("a ballot taken back in one tab is gone in the other, and the results with it", own, async (t) => {
  const site = await openSite(t);
  const poll = { id: "tabs", question: "탭?", options: options.slice(0, 2), min: 1, max: 1, policy: "retractable", results: "after_vote" };
  await site.createPoll(poll);
  const first = await openPoll(t, site, "tabs");
  const second = await first.context().newPage();
  await second.goto(`${first.url()}`);
  await second.evaluate(() => {
    const element = document.querySelector("voxpop-poll");
    for (const { name } of [...element.attributes]) if (name !== "theme") element.removeAttribute(name);
    element.setAttribute("poll", "tabs");
  });
  await second.locator("voxpop-poll .choice.pro").waitFor();
  await first.locator("voxpop-poll .choice.pro").click();
  await second.locator("voxpop-poll .choice.pro[aria-pressed=true]").waitFor();
  await waitForText(second, "voxpop-poll .score.pro .share", "100%");

  await first.locator("voxpop-poll .choice.pro[aria-busy=false]").click();
  await second.locator("voxpop-poll .choice.pro[aria-pressed=false]").waitFor();
  await waitForText(second, "voxpop-poll .score.pro .share", "?");
  const [stranger] = await crowd(t, site, 1);
  await stranger.vote("b", "tabs");
  await site.api("/api/v1/polls/tabs/pause"); // told to everybody, after the stranger's vote
  await second.locator("voxpop-poll .choice.con:disabled").waitFor();
  assert.deepEqual(await second.locator("voxpop-poll .share").allTextContents(), ["?", "?"]);
});

test("a refused vote is taken back and explained", async (t) => {
  const site = await openSite(t);
  const page = await openPage(t, await launch(t), site.http);
  // The page is told that the poll is open after all: what a reader sees who votes as it closes.
  await page.routeWebSocket(/connection\/websocket/, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((message) => server.send(String(message).replace('"options":["con"]', '"options":["nothing"]')));
  });
  await page.reload();
  await page.locator("voxpop-poll .choice.con").click();
  await page.locator("voxpop-poll .problem:not(:empty)").waitFor();
  assert.equal(await page.locator("voxpop-poll .choice.con").getAttribute("aria-pressed"), "false");
  assert.deepEqual(await page.locator("voxpop-poll .share").allTextContents(), ["–", "–"]);
});

test("what went wrong is forgotten once the poll is another, or the next press goes well", own, async (t) => {
  const site = await openSite(t);
  const page = await openPage(t, await launch(t), "about:blank");
  let wrong = true;
  await onTheWire(page, {
    command: (message) => {
      if (wrong && message.rpc?.data?.options) message.rpc.data.options = ["nothing"];
      return message;
    },
  });
  await page.goto(site.http);
  const problem = page.locator("voxpop-poll .problem:not(:empty)");
  await page.locator("voxpop-poll .choice.con").click();
  await problem.waitFor();
  await site.api("/api/v1/polls/demo/pause");
  await page.locator("voxpop-poll .choice.con:disabled").waitFor();
  assert.equal(await problem.count(), 0);

  await site.api("/api/v1/polls/demo/open");
  await page.locator("voxpop-poll .choice.con:not(:disabled)").click();
  await problem.waitFor();
  wrong = false;
  await page.locator("voxpop-poll .choice.con").click();
  await page.locator("voxpop-poll .choice.con[aria-pressed=true][aria-busy=false]").waitFor();
  assert.equal(await problem.count(), 0);
});

test("what is said of one's vote to those who listen is never other than what is seen", async (t) => {
  const site = await openSite(t);
  const page = await openPage(t, await launch(t), site.http);
  const said = page.locator("voxpop-poll .unseen[role=status]");
  await page.locator("voxpop-poll .choice.pro").click();
  await said.filter({ hasText: "100%, 1표" }).waitFor({ state: "attached" });
  const [stranger] = await crowd(t, site, 1);
  await stranger.vote("con");
  await waitForText(page, "voxpop-poll .total", "총 2명 참여");
  assert.equal(await said.textContent(), "");
  assert.match(await page.locator("voxpop-poll .choice.pro").getAttribute("aria-label"), /50%, 1표/);
});

test("one change is told once to whoever listens, and a side without votes has no bar", async (t) => {
  const site = await openSite(t);
  const page = await openPage(t, await launch(t), site.http);
  await page.locator("voxpop-poll .choice.pro:not(:disabled)").waitFor();
  await page.evaluate(() => {
    window.told = [];
    document.addEventListener("voxpop-tally", ({ detail }) => window.told.push(detail));
  });
  await page.locator("voxpop-poll .choice.pro").click();
  await page.locator("voxpop-poll .choice.pro[aria-pressed=true][aria-busy=false]").waitFor();
  const [stranger] = await crowd(t, site, 1);
  await stranger.vote("pro");
  await waitForText(page, "voxpop-poll .total", "총 2명 참여");
  const told = await page.evaluate(() => window.told.map(({ voters, choice }) => [voters, ...choice]));
  assert.deepEqual(told, [[1, "pro"], [2, "pro"]]);

  const segments = await page.locator("voxpop-poll .bar .segment").evaluateAll((parts) => parts.map((part) => part.getBoundingClientRect()));
  const bar = await page.locator("voxpop-poll .bar").evaluate((element) => element.getBoundingClientRect());
  assert.equal(segments[1].width, 0);
  assert.equal(segments[0].right, bar.right);
});
