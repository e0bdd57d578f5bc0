// The page of a run, opened in a browser that has no network: it asks for nothing, shows its plots in light and
// in dark, and each of its figures is the one in the JSON file.
import test from "node:test";
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { pathToFileURL } from "node:url";
import path from "node:path";
import { chromium } from "playwright-core";
import { serve } from "../system/lib/server.mjs";
import { here, load } from "./tool.mjs";

const screenshots = path.join(here, "../../build/screenshots");

function valueAt(json, dotted) {
  return dotted.split(".").reduce((value, key) => value?.[key], json);
}

// "12,345" and "12345" are the same number; other texts are themselves.
function plain(text) {
  return /^[\d,]+(\.\d+)?$/.test(text) ? text.replaceAll(",", "") : text;
}

async function open(t, file, colorScheme) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_BIN ?? "/usr/bin/chromium",
    args: ["--no-sandbox"],
  });
  t.after(() => browser.close());
  const context = await browser.newContext({ colorScheme, viewport: { width: 1200, height: 900 } });
  await context.setOffline(true);
  const page = await context.newPage();
  page.requests = [];
  page.problems = [];
  page.on("request", (request) => page.requests.push(request.url()));
  page.on("pageerror", (error) => page.problems.push(String(error)));
  page.on("console", (message) => message.type() === "error" && page.problems.push(message.text()));
  await page.goto(pathToFileURL(file).href);
  return page;
}

test("the page needs no network, and its figures are the JSON's", async (t) => {
  const server = await serve(t);
  const run = await load(
    server, "hot-article", "--connections", "40", "--duration", "3", "--rate", "60", "--require", "lost==0",
  );
  assert.equal(run.code, 0, run.output);

  const page = await open(t, run.files.html, "light");
  const outside = page.requests.filter((url) => !url.startsWith("file:") && !url.startsWith("data:"));
  assert.deepEqual(outside, []);
  assert.deepEqual(page.problems, []);

  const figures = await page.$$eval("[data-json]", (elements) =>
    elements.map((e) => ({ path: e.dataset.json, text: e.textContent })),
  );
  assert.ok(figures.length > 40, `only ${figures.length} figures`);
  for (const { path: where, text } of figures) {
    assert.equal(plain(text), String(valueAt(run.json, where)), where);
  }
  const inside = await page.$eval("#result", (e) => JSON.parse(e.textContent));
  assert.deepEqual(inside, run.json);
  assert.equal(await page.locator("svg").count() >= 5, true);
  const drawn = await page.$$eval("svg path", (paths) => paths.map((p) => p.getTotalLength() >= 0 && p.getAttribute("d")));
  assert.ok(drawn.every((d) => d && !d.includes("NaN")), "a plot is broken");
});

test("the page can be read in light and in dark", async (t) => {
  const server = await serve(t);
  const run = await load(server, "hot-article", "--connections", "20", "--duration", "2", "--rate", "50");
  mkdirSync(screenshots, { recursive: true });
  const backgrounds = [];
  for (const scheme of ["light", "dark"]) {
    const page = await open(t, run.files.html, scheme);
    const [ink, paper] = await page.$eval("body", (body) => {
      const style = getComputedStyle(body);
      return [style.color, style.backgroundColor];
    });
    backgrounds.push(paper);
    assert.ok(contrast(ink, paper) > 7, `${scheme}: ${ink} on ${paper}`);
    const fits = await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);
    assert.ok(fits, `${scheme}: wider than the window`);
    await page.screenshot({ path: path.join(screenshots, `load-report-${scheme}.png`), fullPage: true });
  }
  assert.notEqual(backgrounds[0], backgrounds[1]);
});

// The contrast ratio of WCAG 2.
function contrast(a, b) {
  const luminance = (colour) => {
    const [r, g, b] = colour.match(/\d+/g).map((v) => {
      const c = v / 255;
      return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [bright, dim] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (bright + 0.05) / (dim + 0.05);
}
