// The page of a run, opened in a browser that has no network: it asks for nothing, each of its figures is the one in
// the JSON file, and it can be read in light and in dark, at a desk and on a phone.
import test, { after, before, describe } from "node:test";
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { pathToFileURL } from "node:url";
import path from "node:path";
import { chromium } from "playwright-core";
import { Server } from "../system/lib/server.mjs";
import { here, load } from "./tool.mjs";

const screenshots = path.join(here, "../../build/screenshots");

function valueAt(json, dotted) {
  return dotted.split(".").reduce((value, key) => value?.[key], json);
}

// "12,345" and "12345" are the same number; other texts are themselves.
function plain(text) {
  return /^[\d,]+(\.\d+)?$/.test(text) ? text.replaceAll(",", "") : text;
}

describe("the page of a run", () => {
  const server = new Server();
  let browser;
  let run;

  before(async () => {
    browser = await chromium.launch({
      executablePath: process.env.CHROMIUM_BIN ?? "/usr/bin/chromium",
      args: ["--no-sandbox"],
    });
    await server.start();
    // A requirement that cannot be met, so that there is more to show.
    const requirements = ["--require", "lost==0", "--require", "vote.p99_ms<0.001"];
    const words = ["--connections", "40", "--duration", "3", "--rate", "60", ...requirements];
    run = await load(server, "hot-article", ...words);
    assert.equal(run.code, 1, run.output);
  });
  after(() => Promise.all([browser?.close(), server.remove()]));

  async function open(t, { colorScheme = "light", width = 1200 } = {}) {
    const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 } });
    t.after(() => context.close());
    await context.setOffline(true);
    const page = await context.newPage();
    page.requests = [];
    page.problems = [];
    page.on("request", (request) => page.requests.push(request.url()));
    page.on("pageerror", (error) => page.problems.push(String(error)));
    page.on("console", (message) => message.type() === "error" && page.problems.push(message.text()));
    await page.goto(pathToFileURL(run.files.html).href);
    return page;
  }

  test("needs no network, and its figures are the JSON's", async (t) => {
    const page = await open(t);
    const outside = page.requests.filter((url) => !url.startsWith("file:") && !url.startsWith("data:"));
    assert.deepEqual(outside, []);
    assert.deepEqual(page.problems, []);

    const figures = await page.$$eval("[data-json]", (elements) =>
      elements.map((e) => ({ path: e.dataset.json, text: e.textContent })),
    );
    assert.ok(figures.length > 40, `only ${figures.length} figures`);
    for (const { path: where, text } of figures) {
      const value = valueAt(run.json, where);
      const shown = typeof value === "boolean" ? (value ? "yes" : "no") : String(value);
      assert.equal(plain(text), shown, where);
    }
    const inside = await page.$eval("#result", (e) => JSON.parse(e.textContent));
    assert.deepEqual(inside, run.json);
  });

  test("draws every plot", async (t) => {
    const page = await open(t);
    const titles = await page.$$eval("figcaption", (captions) => captions.map((c) => c.firstChild.textContent.trim()));
    for (const wanted of ["p99 of each second", "by percentile", "Commands", "Deliveries", "Connections", "Errors", "CPU"]) {
      assert.ok(titles.some((title) => title.includes(wanted)), `${wanted} in ${titles}`);
    }
    const drawn = await page.$$eval("svg path", (paths) => paths.map((p) => p.getAttribute("d")));
    assert.ok(drawn.length >= titles.length && drawn.every((d) => d && !d.includes("NaN")), "a plot is broken");
  });

  for (const colorScheme of ["light", "dark"]) {
    for (const [device, width] of [["desktop", 1200], ["phone", 390]]) {
      test(`can be read in ${colorScheme} on a ${device}`, async (t) => {
        const page = await open(t, { colorScheme, width });
        const [ink, paper] = await page.$eval("body", (body) => {
          const style = getComputedStyle(body);
          return [style.color, style.backgroundColor];
        });
        assert.ok(contrast(ink, paper) > 7, `${ink} on ${paper}`);
        const [red] = paper.match(/\d+/g).map(Number);
        assert.equal(red > 128 ? "light" : "dark", colorScheme);
        const fits = await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);
        assert.ok(fits, "wider than the window");
        mkdirSync(screenshots, { recursive: true });
        const file = `load-report-${colorScheme}-${device}.png`;
        await page.screenshot({ path: path.join(screenshots, file), fullPage: true });
      });
    }
  }
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
