// Two readers in two browsers, and a moderator in a third: what one does, the others see.
import assert from "node:assert/strict";
import { test } from "node:test";
import { launch, openPage, picture } from "./lib/browser.mjs";
import { crowd } from "./lib/crowd.mjs";
import { openSite } from "./lib/site.mjs";
import { commentIn, post, shares, textOf, waitForText } from "./lib/page.mjs";

test("a vote in one browser moves the bars, the total and the mascots in the other", async (t) => {
  const site = await openSite(t);
  const mina = await openPage(t, await launch(t), site.http);
  const juno = await openPage(t, await launch(t), site.http);
  assert.deepEqual(await shares(juno), ["–", "–"]);
  assert.match(await textOf(juno, "voxpop-poll .total"), /아직 참여한 사람이 없습니다/);

  await mina.locator("voxpop-poll .choice.pro").click();
  await waitForText(juno, "voxpop-poll .score.pro .share", "100%");
  assert.match(await textOf(juno, "voxpop-poll .total"), /총 1명/);
  await juno.locator('.debate[data-lead="pro"]').waitFor();

  await juno.locator("voxpop-poll .choice.con").click();
  await waitForText(mina, "voxpop-poll .score.con .share", "50%");
  await mina.locator('.debate[data-lead="tied"]').waitFor();

  // Pressing one's own choice again takes it back.
  await mina.locator("voxpop-poll .choice.pro").click();
  await waitForText(juno, "voxpop-poll .score.con .share", "100%");
  assert.equal(await mina.locator("voxpop-poll .choice.pro").getAttribute("aria-pressed"), "false");
});

test("a Korean comment is seen in the other browser, and gone from it once a moderator hides it", async (t) => {
  const site = await openSite(t);
  const mina = await openPage(t, await launch(t), site.http);
  const juno = await openPage(t, await launch(t), site.http);
  const text = "밤에 문 여는 도서관, 꼭 생겼으면 좋겠어요! 🦉";
  await post(mina, text, { name: "미나" });
  await commentIn(juno, text).waitFor();
  assert.equal(await commentIn(juno, text).locator(".author").textContent(), "미나");
  await waitForText(juno, "voxpop-comments .total", "1");
  await waitForText(juno, ".head voxpop-counts .comments .value", "1");

  const moderator = await openPage(t, await launch(t), site.console);
  const row = moderator.locator(".row", { hasText: text });
  await row.locator(".act.hide").click();
  assert.ok(await row.locator(".solid").isDisabled(), "no reason, no hiding");
  await row.locator(".chip", { hasText: "주제와 무관" }).click();
  await picture(moderator, "console-hiding");
  await row.locator(".solid").click();
  await row.locator(".state.hidden").waitFor();
  await moderator.locator(".activity", { hasText: "주제와 무관" }).waitFor();

  await commentIn(juno, text).waitFor({ state: "detached" });
  await juno.locator(".stone", { hasText: "운영자가 가린 댓글입니다" }).waitFor();
  await waitForText(juno, "voxpop-comments .total", "0");
  assert.ok(!(await juno.content()).includes(text));
  await picture(juno, "article-hidden-comment", { fullPage: true });

  await row.locator(".act.restore").click();
  await commentIn(juno, text).waitFor();
});

test("while somebody reads the list stays as it is, and new comments wait behind a button", async (t) => {
  const site = await openSite(t);
  const reader = await openPage(t, await launch(t), site.http);
  const [writer] = await crowd(t, site, 1);
  await writer.say("먼저 온 댓글");
  await commentIn(reader, "먼저 온 댓글").scrollIntoViewIfNeeded();
  const before = await commentIn(reader, "먼저 온 댓글").boundingBox();
  await writer.say("나중 댓글 하나");
  await writer.say("나중 댓글 둘");
  const button = reader.locator("voxpop-comments .fresh-button");
  await waitForText(reader, "voxpop-comments .fresh-button", "새 댓글 2개");
  assert.equal((await commentIn(reader, "먼저 온 댓글").boundingBox()).y, before.y, "nothing moved");
  assert.equal(await commentIn(reader, "나중 댓글 하나").count(), 0);
  await picture(reader, "article-new-comments");
  await button.click();
  await commentIn(reader, "나중 댓글 둘").waitFor();
  const order = await reader.locator("voxpop-comments .branch > .comment .text").allTextContents();
  assert.deepEqual(order, ["나중 댓글 둘", "나중 댓글 하나", "먼저 온 댓글"]);
});

test("replies, likes, saves and hearts travel as well", async (t) => {
  const site = await openSite(t);
  const browser = await launch(t);
  const mina = await openPage(t, browser, site.http);
  const juno = await openPage(t, browser, site.http);
  await post(mina, "첫 댓글");
  const there = commentIn(juno, "첫 댓글");
  await there.getByRole("button", { name: /^공감/ }).click();
  await waitForText(mina, "voxpop-comments .comment .act[aria-label^='공감'] .number", "1");
  await there.getByRole("button", { name: "답글" }).click();
  await juno.locator(".reply-composer textarea").fill("답글입니다");
  await juno.keyboard.press("Control+Enter");
  await juno.locator(".replies .comment", { hasText: "답글입니다" }).waitFor();
  await mina.locator("voxpop-comments .more", { hasText: "새 답글 1개" }).click();
  await mina.locator(".replies .comment", { hasText: "답글입니다" }).waitFor();

  await juno.locator(".head voxpop-save button").click();
  await waitForText(mina, ".head voxpop-counts .saves .value", "1");
  const heart = juno.locator(".head voxpop-tap button");
  for (let n = 0; n < 3; n++) await heart.click();
  await waitForText(juno, ".head voxpop-tap .value", "3");
  await waitForText(mina, ".head voxpop-tap .value", "3");
  await juno.reload();
  await waitForText(juno, ".head voxpop-tap .value", "3");
  await juno.locator(".head voxpop-save button[aria-pressed=true]").waitFor();
  // The same guest as before: the like and the reply are still the reader's own.
  await commentIn(juno, "첫 댓글").locator(".act[aria-label^='공감'][aria-pressed=true]").waitFor();
  await juno.locator(".replies .mine").waitFor();
});

test("a list of articles shows each one's counts live", async (t) => {
  const site = await openSite(t);
  const reader = await openPage(t, await launch(t), site.http);
  const [writer] = await crowd(t, site, 1);
  await writer.say("느린 버스 응원해요", { thread: "demo-slow-bus" });
  await waitForText(reader, 'aside voxpop-counts[thread="demo-slow-bus"] .comments .value', "1");
});
