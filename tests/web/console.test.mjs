// The moderators' console.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Proxy } from "../system/lib/proxy.mjs";
import { launch, openPage, picture } from "./lib/browser.mjs";
import { crowd } from "./lib/crowd.mjs";
import { openSite } from "./lib/site.mjs";

async function openConsole(t, site, http = site.http) {
  const page = await openPage(t, await launch(t), `${http}/moderate#token=${site.moderatorToken}`);
  await page.locator(".link[data-link=online]").waitFor();
  return page;
}

const row = (page, text) => page.locator(".row", { hasText: text });

test("the token leaves the address bar and is forgotten on leaving", async (t) => {
  const site = await openSite(t);
  const page = await openConsole(t, site);
  assert.ok(!page.url().includes("token"));
  await page.reload();
  await page.locator(".link[data-link=online]").waitFor();
  await page.getByRole("button", { name: "나가기" }).click();
  await page.getByRole("button", { name: "들어가기" }).waitFor();
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
});

test("a token that is not a moderator's, or no token at all, opens nothing", async (t) => {
  const site = await openSite(t);
  const page = await openPage(t, await launch(t), `${site.http}/moderate#token=not-a-token`);
  await page.locator(".problem", { hasText: "토큰이 만료됐거나" }).waitFor();
  assert.equal(await page.locator(".row").count(), 0);
});

test("everything is done by keys, and hiding needs a reason", async (t) => {
  const site = await openSite(t);
  const [writer] = await crowd(t, site, 1);
  await writer.say("첫째 댓글");
  await writer.say("둘째 댓글");
  const page = await openConsole(t, site);
  await row(page, "첫째 댓글").waitFor();
  for (const key of ["j", "j", "h"]) await page.keyboard.press(key);
  await page.locator(".reason-box").waitFor();
  await page.keyboard.press("Escape");
  assert.equal(await page.locator(".reason-box").count(), 0);
  for (const key of ["h", "2", "Enter"]) await page.keyboard.press(key);
  await row(page, "첫째 댓글").locator(".state.hidden").waitFor();
  await row(page, "첫째 댓글").locator(".verdict", { hasText: "욕설·인신공격" }).waitFor();
  await page.keyboard.press("r");
  await row(page, "첫째 댓글").locator(".state.visible").waitFor();
  await page.keyboard.press("k");
  for (const key of ["x", "1", "Enter"]) await page.keyboard.press(key);
  await row(page, "둘째 댓글").locator(".state.rejected").waitFor();
  assert.equal(await page.locator(".activity li").count(), 3);
});

test("comments come as they are posted, and filters show one state", async (t) => {
  const site = await openSite(t);
  const [writer] = await crowd(t, site, 1);
  const page = await openConsole(t, site);
  await writer.say("지금 올라온 댓글");
  await row(page, "지금 올라온 댓글").waitFor();
  await writer.say("다른 기사 댓글", { thread: "demo-slow-bus" });
  await row(page, "다른 기사 댓글").waitFor();

  await row(page, "지금 올라온 댓글").locator(".act.hide").click();
  await page.locator(".chip").first().click();
  await page.keyboard.press("Enter");
  await row(page, "지금 올라온 댓글").locator(".state.hidden").waitFor();
  await page.getByRole("button", { name: "가림", exact: true }).click();
  await row(page, "다른 기사 댓글").waitFor({ state: "detached" });
  assert.equal(await page.locator(".row").count(), 1);
  await page.getByRole("button", { name: "전체", exact: true }).click();
  await page.getByRole("searchbox").fill("demo-slow-bus");
  await page.keyboard.press("Enter");
  await row(page, "지금 올라온 댓글").waitFor({ state: "detached" });
  assert.equal(await page.locator(".row").count(), 1);
});

test("what readers report is counted, listed, and settled by a decision", async (t) => {
  const site = await openSite(t);
  const [writer, reader, other] = await crowd(t, site, 3);
  const comment = await writer.say("신고받을 댓글");
  await writer.say("아무 일 없는 댓글");
  await reader.call("comment.report", { comment, reason: "spam" });
  const page = await openConsole(t, site);
  const tab = page.locator(".tab", { hasText: "신고" });
  await tab.locator(".count", { hasText: "1" }).waitFor();
  await tab.click();
  await row(page, "아무 일 없는 댓글").waitFor({ state: "detached" });
  await other.call("comment.report", { comment, reason: "abuse" });
  await row(page, "신고받을 댓글").locator(".state.reported", { hasText: "신고 2건" }).waitFor();
  const later = await writer.say("나중에 신고받을 댓글");
  await reader.call("comment.report", { comment: later, reason: "hate" });
  await tab.locator(".count", { hasText: "2" }).waitFor();
  await picture(page, "console-reported");

  await row(page, "신고받을 댓글").first().waitFor();
  for (const text of ["나중에 신고받을 댓글", "신고받을 댓글"]) {
    const place = page.locator(".row").filter({ has: page.getByText(text, { exact: true }) });
    await place.getByRole("button", { name: "그대로 두기" }).click();
    await place.locator(".state.reported").waitFor({ state: "detached" });
  }
  await tab.locator(".count").waitFor({ state: "hidden" });
});

test("what was decided before the console was opened is in its log", async (t) => {
  const site = await openSite(t);
  const [writer] = await crowd(t, site, 1);
  await writer.say("먼저 가린 댓글");
  const first = await openConsole(t, site);
  await row(first, "먼저 가린 댓글").locator(".act.hide").click();
  await first.locator(".chip").first().click();
  await first.keyboard.press("Enter");
  await row(first, "먼저 가린 댓글").locator(".state.hidden").waitFor();
  const second = await openConsole(t, site);
  await second.locator(".activity li", { hasText: "먼저 가린 댓글" }).waitFor();
  await row(second, "먼저 가린 댓글").locator(".verdict").waitFor();
});

test("people are shown by their names, with the id beside them", async (t) => {
  const site = await openSite(t);
  const [writer] = await crowd(t, site, 1);
  await writer.say("이름이 있는 댓글", { name: "정다온" });
  const page = await openConsole(t, site);
  const head = row(page, "이름이 있는 댓글").locator("header");
  await head.locator("b", { hasText: "정다온" }).waitFor();
  assert.match(await head.locator("small.id").textContent(), /^g_/);
  assert.match(await page.locator(".me").textContent(), /^하늘/);
});

test("two moderators see each other's decisions", async (t) => {
  const site = await openSite(t);
  const [writer] = await crowd(t, site, 1);
  await writer.say("둘이 보는 댓글");
  const first = await openConsole(t, site);
  const second = await openConsole(t, site);
  await row(first, "둘이 보는 댓글").locator(".act.remove").click();
  await first.locator(".chip").nth(2).click();
  await first.keyboard.press("Enter");
  await row(second, "둘이 보는 댓글").locator(".state.rejected").waitFor();
  await second.locator(".activity li", { hasText: "혐오 표현" }).waitFor();
});

test("after a lost connection the console has what it missed", async (t) => {
  const site = await openSite(t);
  const proxy = await new Proxy(site.port).start();
  t.after(() => proxy.stop());
  const [writer] = await crowd(t, site, 1);
  const page = await openConsole(t, site, proxy.websocket.replace("ws:", "http:").replace("/connection/websocket", ""));
  proxy.cut();
  await page.locator(".link[data-link=connecting]").waitFor();
  await writer.say("끊긴 사이의 댓글");
  proxy.mend();
  await row(page, "끊긴 사이의 댓글").waitFor({ timeout: 30_000 });
  await page.locator(".link[data-link=online]").waitFor();
});
