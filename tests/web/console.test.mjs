// The moderators' console.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Proxy } from "../system/lib/proxy.mjs";
import { launch, openPage, picture } from "./lib/browser.mjs";
import { crowd } from "./lib/crowd.mjs";
import { openSite } from "./lib/site.mjs";
import { onTheWire } from "./lib/wire.mjs";

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

test("before signing in, the console speaks the browser's language, or the one that was chosen before", async (t) => {
  const site = await openSite(t);
  const browser = await launch(t);
  const page = await openPage(t, browser, `${site.http}/moderate`, { locale: "en-GB" });
  await page.getByRole("heading", { name: "Sign in as a moderator" }).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.lang), "en");
  await page.getByRole("button", { name: "한국어" }).click();
  await page.getByRole("heading", { name: "운영자로 들어가기" }).waitFor();
  await page.reload();
  await page.getByRole("heading", { name: "운영자로 들어가기" }).waitFor();
  await page.getByLabel("운영자 토큰").fill(site.moderatorToken);
  await page.getByRole("button", { name: "들어가기" }).click();
  await page.locator(".link[data-link=online]", { hasText: "실시간" }).waitFor();

  const german = await openPage(t, browser, `${site.http}/moderate`, { locale: "de-DE" });
  await german.getByRole("heading", { name: "Sign in as a moderator" }).waitFor();
  const korean = await openPage(t, browser, `${site.http}/moderate`, { locale: "ko-KR" });
  await korean.getByRole("button", { name: "English" }).waitFor();
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

test("who decided what, and why, is there again after a reload, whatever came since", async (t) => {
  const site = await openSite(t);
  const [writer] = await crowd(t, site, 1);
  await writer.say("까닭이 있는 댓글");
  const page = await openConsole(t, site);
  const act = async (name, chip) => {
    await row(page, "까닭이 있는 댓글").locator(`.act.${name}`).click();
    await page.locator(".chip").nth(chip).click();
    await page.keyboard.press("Enter");
  };
  await act("hide", 3);
  await row(page, "까닭이 있는 댓글").locator(".state.hidden").waitFor();
  await page.keyboard.press("r");
  await row(page, "까닭이 있는 댓글").locator(".state.visible").waitFor();
  for (let i = 0; i < 120; i++) await writer.say(`그 뒤의 댓글 ${i}`); // more than one page of the log
  await page.reload();
  const log = page.locator(".activity li");
  await log.filter({ hasText: "허위 사실" }).waitFor();
  assert.deepEqual(await log.evaluateAll((items) => items.map((item) => item.className)), ["restored", "hidden"]);
  assert.match(await log.last().textContent(), /나 가림/);
});

test("a site of another name is watched live as well", async (t) => {
  const site = await openSite(t, { config: '[site]\nid = "news"\n' });
  const [writer] = await crowd(t, site, 1);
  const page = await openConsole(t, site);
  await page.locator(".columns").waitFor();
  await writer.say("다른 이름의 사이트");
  await row(page, "다른 이름의 사이트").waitFor();
  assert.equal(await page.locator(".notice").textContent(), "");
});

test("a stream that is refused is said, and may be asked for again", async (t) => {
  const site = await openSite(t);
  const [writer] = await crowd(t, site, 1);
  const page = await openPage(t, await launch(t), "about:blank");
  let refusing = true;
  await onTheWire(page, {
    command: (message, answer) => {
      if (!refusing || !message.subscribe) return message;
      answer({ id: message.id, error: { code: 102, message: "unknown channel" } });
    },
  });
  await page.goto(site.console);
  await page.locator(".notice", { hasText: "목록이 최신이 아닙니다" }).waitFor();
  await page.locator(".activity", { hasText: "이전 조치를 불러오지 못했습니다" }).waitFor();
  await writer.say("그 사이의 댓글");
  refusing = false;
  await page.locator(".notice button").click();
  await row(page, "그 사이의 댓글").waitFor();
  await writer.say("그 뒤의 댓글");
  await row(page, "그 뒤의 댓글").waitFor();
});

test("what was missed is loaded again until that succeeds, and the page says so", async (t) => {
  const site = await openSite(t);
  const [writer] = await crowd(t, site, 1);
  await writer.say("놓친 댓글");
  const page = await openPage(t, await launch(t), "about:blank");
  let lists = 0;
  let failing = true;
  await onTheWire(page, {
    command: (message, answer) => {
      // The position is one of another epoch, as after a loss of the store: nothing can be recovered.
      if (message.subscribe && lists === 1) return { ...message, subscribe: { ...message.subscribe, epoch: "gone" } };
      if (message.rpc?.method !== "mod.list" || message.rpc.data.reported) return message;
      if (++lists === 1 || !failing) return message;
      answer({ id: message.id, error: { code: 100, message: "internal error", temporary: true } });
    },
  });
  await page.goto(site.console);
  await page.locator(".notice", { hasText: "목록이 최신이 아닙니다" }).waitFor();
  failing = false;
  await page.locator(".notice", { hasText: "목록을 새로 불러왔습니다" }).waitFor();
  await writer.say("다시 이어진 댓글");
  await row(page, "다시 이어진 댓글").waitFor();
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
