// Every page under axe-core's rules for WCAG 2.2 AA and good practice, in the states that readers and
// moderators see: empty and filled, voted, writing, light and dark, wide and narrow.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { launch, openPage } from "./lib/browser.mjs";
import { crowd } from "./lib/crowd.mjs";
import { openSite } from "./lib/site.mjs";
import { shares } from "./lib/page.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

async function filled(t) {
  const site = await openSite(t);
  const [first, second, third] = await crowd(t, site, 3);
  const id = await first.say("밤에 갈 곳이 필요해요.", { name: "정다온" });
  await second.say("잠도 필요해요.", { parent: id });
  await Promise.all([first.vote("pro"), second.vote("con"), third.like(id)]);
  return site;
}

const readsArticle = async (page) => {
  await shares(page);
  await page.locator("voxpop-comments .comment").first().waitFor();
};
const takesPart = async (page) => {
  await readsArticle(page);
  await page.locator("voxpop-poll .choice.con").click();
  await page.locator("voxpop-poll .choice.con[aria-pressed=true][aria-busy=false]").waitFor();
  await page.locator("voxpop-comments .writing textarea").fill("한 줄");
  await page.locator("voxpop-comments .comment").first().getByRole("button", { name: "답글" }).click();
};
const looksForAPoll = async (page) => {
  await readsArticle(page);
  await page.locator("voxpop-poll").evaluate((card) => card.setAttribute("poll", "never-made"));
  await page.locator("voxpop-poll .absence:not(:empty)").waitFor();
};
const hides = async (page) => {
  await page.locator(".row").first().waitFor();
  for (const key of ["j", "h"]) await page.keyboard.press(key);
};

const scenes = [
  ["an article", "/", { colorScheme: "light" }, takesPart],
  ["an article in the dark", "/", { colorScheme: "dark" }, takesPart],
  ["an article in English, on a phone", "/en", { ...phone, colorScheme: "light" }, readsArticle],
  ["an article in the dark whose poll is not there", "/", { colorScheme: "dark" }, looksForAPoll],
  ["a story without comments", "/story/roof-bees", {}, (page) => page.locator("voxpop-comments .empty-title").waitFor()],
  ["the console, with a reason being given", "console", { colorScheme: "light" }, hides],
  ["the console in the dark", "console", { colorScheme: "dark" }, hides],
  ["the console before signing in", "/moderate", {}, (page) => page.locator(".sign-in").waitFor()],
];

test("nothing that axe-core knows stands in anybody's way", { timeout: 180_000 }, async (t) => {
  const site = await filled(t);
  const browser = await launch(t);
  for (const [name, path, options, prepare] of scenes) {
    await t.test(name, async (t) => {
      const page = await openPage(t, browser, path === "console" ? site.console : site.http + path, options);
      await prepare(page);
      await page.evaluate(() => Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => {}))));
      await page.evaluate(axe);
      const { violations } = await page.evaluate((values) => globalThis.axe.run(document, { runOnly: values }), rules);
      const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
      assert.deepEqual(found, []);
    });
  }
});
