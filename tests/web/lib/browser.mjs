// Debian's Chromium. A reader is a context of its own: other storage, so another guest.
import { mkdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const flags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export const output =
  process.env.VOXPOP_TEST_OUTPUT ?? fileURLToPath(new URL("../../../build/test-output", import.meta.url));
mkdirSync(output, { recursive: true });

export async function launch(t) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: flags,
  });
  t.after(() => browser.close());
  return browser;
}

const ordinary = /WebSocket connection|ERR_CONNECTION|Failed to load resource/;

// A page that fails its test when a script fails, or something breaks the page's security policy; `expected` errors
// of the console aside.
export async function openPage(t, browser, url, { expected = ordinary, ...options } = {}) {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    locale: "ko-KR",
    timezoneId: "Asia/Seoul",
    reducedMotion: "reduce",
    ...options,
  });
  const page = await context.newPage();
  const problems = [];
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("console", (message) => {
    const text = message.text();
    if (message.type() === "error" && !ordinary.test(text) && !expected.test(text)) problems.push(text);
  });
  page.setDefaultTimeout(15_000);
  t.after(async () => {
    await context.close();
    if (problems.length > 0) throw new Error(`${url}: ${problems.join("; ")}`);
  });
  await page.goto(url);
  return page;
}

export async function picture(page, name, options = {}) {
  await page.screenshot({ path: path.join(output, `${name}.png`), animations: "disabled", ...options });
}
