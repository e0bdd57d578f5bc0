// Writing: Korean input, limits, one's own comments, and text that stays text.
import assert from "node:assert/strict";
import { test } from "node:test";
import { launch, openPage } from "./lib/browser.mjs";
import { openSite } from "./lib/site.mjs";
import { commentIn, composer, post, textOf } from "./lib/page.mjs";

// What an input method does to a field: it composes, and the Enter that ends a syllable is its own.
async function compose(page, { isComposing, keyCode }) {
  await composer(page).evaluate(
    (field, { isComposing, keyCode }) => {
      field.dispatchEvent(new CompositionEvent("compositionstart", { bubbles: true, composed: true }));
      const init = { key: "Enter", code: "Enter", ctrlKey: true, isComposing, keyCode, bubbles: true, composed: true, cancelable: true };
      field.dispatchEvent(new KeyboardEvent("keydown", init));
    },
    { isComposing, keyCode },
  );
}

test("nothing is sent while an input method composes a syllable", async (t) => {
  const site = await openSite(t);
  const page = await openPage(t, await launch(t), site.http);
  const frames = [];
  page.on("websocket", (socket) => socket.on("framesent", ({ payload }) => frames.push(String(payload))));
  await page.reload();
  await composer(page).fill("아직 쓰는 주");
  await compose(page, { isComposing: true, keyCode: 13 });
  await compose(page, { isComposing: false, keyCode: 229 });
  assert.equal(await composer(page).inputValue(), "아직 쓰는 주");
  assert.ok(!frames.some((frame) => frame.includes("comment.post")));
  // The same key, once the syllable is done, sends.
  await composer(page).focus();
  await page.keyboard.press("Control+Enter");
  await commentIn(page, "아직 쓰는 주").waitFor();
  assert.equal(frames.filter((frame) => frame.includes("comment.post")).length, 1);
  assert.equal(await composer(page).inputValue(), "");
});

test("Enter alone begins a new line, and the lines are kept", async (t) => {
  const site = await openSite(t);
  const page = await openPage(t, await launch(t), site.http);
  await composer(page).pressSequentially("한 줄");
  await page.keyboard.press("Enter");
  await composer(page).pressSequentially("두 줄");
  await page.keyboard.press("Control+Enter");
  const text = commentIn(page, "두 줄").locator(".text");
  assert.equal(await text.textContent(), "한 줄\n두 줄");
  assert.equal(await text.evaluate((element) => getComputedStyle(element).whiteSpace), "pre-wrap");
});

test("the counter counts what readers see, and stops at 2,000", async (t) => {
  const site = await openSite(t);
  const page = await openPage(t, await launch(t), site.http);
  const family = "👨‍👩‍👧‍👦"; // one character to a reader, seven code points
  await composer(page).fill(family.repeat(1500));
  assert.equal(await textOf(page, ".writing .counter"), "1,500 / 2,000");
  assert.ok(await page.locator(".writing .solid").isEnabled());
  await composer(page).fill("가".repeat(2001));
  assert.ok(await page.locator(".writing .solid").isDisabled());
  assert.match(await textOf(page, ".writing .problem"), /2,000자/);
  await composer(page).fill("   ");
  assert.ok(await page.locator(".writing .solid").isDisabled());
});

test("markup in a comment or a name is text", async (t) => {
  const site = await openSite(t);
  const page = await openPage(t, await launch(t), site.http);
  const evil = `<img src=x onerror="window.hit=1"><script>window.hit=1</script>`;
  await post(page, evil, { name: "<b>굵게</b>" });
  assert.equal(await commentIn(page, evil).locator("img, script, b").count(), 0);
  assert.equal(await commentIn(page, evil).locator(".author").textContent(), "<b>굵게</b>");
  assert.equal(await page.evaluate(() => window.hit), undefined);
});

test("one's own comment can be changed and taken back", async (t) => {
  const site = await openSite(t);
  const browser = await launch(t);
  const mine = await openPage(t, browser, site.http);
  const other = await openPage(t, browser, site.http);
  await post(mine, "처음 쓴 글");
  await commentIn(other, "처음 쓴 글").waitFor();
  assert.equal(await commentIn(other, "처음 쓴 글").getByRole("button", { name: "수정" }).count(), 0);

  await commentIn(mine, "처음 쓴 글").getByRole("button", { name: "수정" }).click();
  await mine.locator(".comment textarea").fill("고쳐 쓴 글");
  await mine.getByRole("button", { name: "수정 완료" }).click();
  await commentIn(other, "고쳐 쓴 글").locator(".edited", { hasText: "수정됨" }).waitFor();

  await commentIn(mine, "고쳐 쓴 글").getByRole("button", { name: "삭제" }).click();
  await mine.locator("dialog .danger").click();
  await other.locator(".stone", { hasText: "작성자가 삭제한" }).waitFor();
  assert.equal(await commentIn(other, "고쳐 쓴 글").count(), 0);
});

test("a half-written reply outlives another order of the list", async (t) => {
  const site = await openSite(t);
  const page = await openPage(t, await launch(t), site.http);
  await post(page, "답글을 받을 댓글");
  await commentIn(page, "답글을 받을 댓글").getByRole("button", { name: "답글" }).click();
  await page.locator(".reply-composer textarea").fill("아직 쓰는 답글");
  await page.locator("voxpop-comments .sorting select").selectOption("oldest");
  await page.locator("voxpop-comments .content:not([aria-busy])").waitFor();
  assert.equal(await page.locator(".reply-composer textarea").inputValue(), "아직 쓰는 답글");
  await page.locator(".reply-composer .solid").click();
  await page.locator(".replies .comment", { hasText: "아직 쓰는 답글" }).waitFor();
});

test("a report asks for its reason and is confirmed", async (t) => {
  const site = await openSite(t);
  const browser = await launch(t);
  await post(await openPage(t, browser, site.http), "이상한 광고");
  const page = await openPage(t, browser, site.http);
  await commentIn(page, "이상한 광고").getByRole("button", { name: "신고" }).click();
  const send = page.locator("dialog").getByRole("button", { name: "신고하기" });
  assert.ok(await send.isDisabled());
  await page.getByLabel("광고·도배").check();
  await send.click();
  await page.locator("voxpop-comments [role=status]", { hasText: "신고했습니다" }).waitFor({ state: "attached" });
});

test("how long a comment may be, and for how long it is edited, is the site's to say", async (t) => {
  const site = await openSite(t, { config: '[limits]\ncomment_graphemes = 3000\nedit_window = "0s"\n' });
  const page = await openPage(t, await launch(t), site.http);
  await composer(page).fill("가".repeat(3001));
  await page.locator("voxpop-comments .writing .counter.over", { hasText: "3,001 / 3,000" }).waitFor();
  await composer(page).fill(`${"나".repeat(2998)}끝.`);
  await page.locator("voxpop-comments .writing .solid").click();
  const mine = commentIn(page, "나끝.");
  await mine.locator(".act.remove, .act", { hasText: "삭제" }).waitFor();
  assert.equal(await mine.locator(".act", { hasText: "수정" }).isVisible(), false);
});
