// What holds for every page: it fits a phone, controls can be hit with a thumb, the page does not jump while
// it fills, everything has a name, and the sources are sound.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { launch, openPage } from "./lib/browser.mjs";
import { crowd } from "./lib/crowd.mjs";
import { openSite } from "./lib/site.mjs";
import { post, shares, waitForText } from "./lib/page.mjs";

const phone = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true };

// Every visible control of the page and its elements' shadows.
const controls = () => {
  const found = [];
  const look = (root) => {
    for (const element of root.querySelectorAll("*")) {
      if (element.shadowRoot) look(element.shadowRoot);
      if (!element.matches("button, select, input, textarea, a.switch")) continue;
      const { width, height } = element.getBoundingClientRect();
      if (width === 0 || !element.checkVisibility()) continue;
      const name = element.getAttribute("aria-label") || element.textContent.trim() || element.labels?.[0]?.textContent;
      found.push({ tag: element.tagName, name: name?.slice(0, 40), width, height });
    }
  };
  look(document);
  return found;
};

for (const path of ["/", "/en", "/story/roof-bees"]) {
  test(`${path} fits a phone of 360 pixels, and its controls a thumb`, async (t) => {
    const site = await openSite(t);
    const page = await openPage(t, await launch(t), site.http + path, phone);
    await post(page, "가나다라마바사아자차카타파하".repeat(12));
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 360);
    for (const { tag, name, width, height } of await page.evaluate(controls)) {
      assert.ok(name, `a ${tag} without a name`);
      assert.ok(height >= 44 && width >= 44, `${tag} "${name}" is ${width} × ${height}`);
    }
  });
}

test("the console's views keep their words whole on a phone, in English too", async (t) => {
  const site = await openSite(t);
  const page = await openPage(t, await launch(t), "about:blank", { ...phone, locale: "en-GB" });
  await page.routeWebSocket(/connection\/websocket/, () => {}); // nobody answers: the longest word in the head
  await page.goto(site.console);
  await page.locator(".link", { hasText: "Reconnecting…" }).waitFor();
  await page.locator(".tab", { hasText: "Removed" }).waitFor();
  const heights = await page.locator(".tab").evaluateAll((tabs) => tabs.map((tab) => tab.getBoundingClientRect().height));
  assert.deepEqual(heights, heights.map(() => 44));
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 360);
});

test("the console fits a phone", async (t) => {
  const site = await openSite(t);
  const [writer, reader] = await crowd(t, site, 2);
  const comment = await writer.say("가나다라마바사아자차카타파하".repeat(12));
  await reader.call("comment.report", { comment, reason: "other" });
  const page = await openPage(t, await launch(t), site.console, phone);
  await page.locator(".row").first().waitFor();
  await page.locator(".tab .count", { hasText: "1" }).waitFor();
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 360);
});

test("the page does not jump while it fills", async (t) => {
  const site = await openSite(t);
  const people = await crowd(t, site, 5);
  for (const person of people) {
    await person.vote("pro");
    await person.say("자리를 지키는 댓글");
  }
  const page = await openPage(t, await launch(t), "about:blank");
  await page.addInitScript(() => {
    window.shift = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
  });
  for (const anchor of ["", "#article"]) {
    await page.goto(site.http + anchor);
    await shares(page);
    await page.locator("voxpop-comments .comment").nth(4).waitFor();
    assert.ok((await page.evaluate(() => window.shift)) < 0.02, `it shifted by ${await page.evaluate(() => window.shift)}`);
  }
});

test("a poll can be voted on with the keyboard alone, and says its result", async (t) => {
  const site = await openSite(t);
  const page = await openPage(t, await launch(t), site.http);
  await shares(page);
  await page.locator("voxpop-poll .choice.pro").focus();
  await page.keyboard.press("Space");
  await waitForText(page, "voxpop-poll .score.pro .share", "100%");
  await page.locator("voxpop-poll [role=status]", { hasText: "찬성 100%, 1표" }).waitFor({ state: "attached" });
  const outline = await page.locator("voxpop-poll .choice.pro").evaluate((button) => getComputedStyle(button).outlineStyle);
  assert.equal(outline, "solid");
});

test("the page speaks English where it is asked to", async (t) => {
  const site = await openSite(t);
  const page = await openPage(t, await launch(t), site.http);
  await page.getByRole("link", { name: "English" }).click();
  await page.getByRole("heading", { name: "Should the library stay open all night?" }).waitFor();
  await waitForText(page, "voxpop-poll h3", "Should the city library be open 24 hours?");
  await shares(page); // the question is the page's own and there before the poll
  assert.deepEqual(await page.locator("voxpop-poll .choice .label").allTextContents(), ["For", "Against"]);
  assert.equal(await page.locator(".writing textarea").getAttribute("placeholder"), "What do you make of it?");
  assert.equal(await page.evaluate(() => document.documentElement.lang), "en");
});

test("the sources pass the type checker", async () => {
  const web = fileURLToPath(new URL("../../web", import.meta.url));
  const checker = fileURLToPath(new URL("node_modules/typescript/bin/tsc", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [checker, "-p", web]).catch((error) => error);
  assert.equal(stdout, "");
});
