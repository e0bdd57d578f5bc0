// A site of another origin that includes the script, as docs/EMBED.md says.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, request } from "node:http";
import { test } from "node:test";
import { tokenFor } from "../system/lib/jwt.mjs";
import { launch, openPage, picture } from "./lib/browser.mjs";
import { body, newsSite } from "./lib/news.mjs";
import { openSite } from "./lib/site.mjs";
import { post, shares, waitForText } from "./lib/page.mjs";

test("one script tag brings all elements, which talk to the script's server over one socket", async (t) => {
  const site = await openSite(t);
  const address = await newsSite(t, `<!doctype html><html lang="ko"><script type="module" src="${site.http}/embed.js"></script>${body}`);
  const browser = await launch(t);
  const page = await openPage(t, browser, "about:blank");
  const sockets = [];
  page.on("websocket", (socket) => sockets.push(socket.url()));
  await page.goto(address);
  assert.deepEqual(await shares(page), ["–", "–"]);
  await post(page, "다른 사이트에서 쓴 댓글");
  await waitForText(page, "voxpop-counts .comments .value", "1");
  assert.deepEqual(sockets, [site.websocket]);
});

test("a reader whom the site vouches for writes under the site's name", async (t) => {
  const site = await openSite(t);
  const token = tokenFor("u-17", { name: "서연" });
  let asked = 0;
  const routes = { "/my/token": () => (asked++, token) };
  const address = await newsSite(
    t,
    `<!doctype html><html lang="ko"><meta name="voxpop-token-url" content="/my/token">
     <script type="module" src="${site.http}/embed.js"></script>${body}`,
    routes,
  );
  const page = await openPage(t, await launch(t), address);
  await page.locator(".writing .as", { hasText: "서연" }).waitFor();
  assert.equal(await page.locator(".writing .name").count(), 0);
  await post(page, "회원이 쓴 댓글");
  await page.locator(".comment .author", { hasText: "서연" }).waitFor();
  assert.equal(asked, 1);
});

test("a refused token is said once, with what the reader can do, and to developers with the reason", async (t) => {
  const site = await openSite(t);
  const token = tokenFor("u-17", { ttl: -60 });
  const address = await newsSite(
    t,
    `<!doctype html><html lang="ko"><meta name="voxpop-token" content="${token}">
     <script type="module" src="${site.http}/embed.js"></script>${body}`,
  );
  const page = await openPage(t, await launch(t), "about:blank");
  let knocks = 0;
  const warnings = [];
  page.on("websocket", () => knocks++);
  page.on("console", (message) => message.type() === "warning" && warnings.push(message.text()));
  await page.goto(address);
  const banner = page.locator("voxpop-banner .banner.shown", { hasText: "로그인하거나 새로고침하면" });
  await banner.waitFor();
  await page.waitForTimeout(2_000); // whatever else would be said is said by then
  assert.deepEqual(await saidBy(page), []);
  assert.equal(knocks, 1);
  assert.equal(warnings.length, 1);
  assert.match(warnings[0], /unauthorized \(1\)\. The token is no good, or has expired.*docs\/EMBED\.md/);
  await page.evaluate(() => (window.before = true));
  await banner.getByRole("button", { name: "새로고침" }).click();
  await page.waitForFunction(() => window.before === undefined);
});

// What the elements say, or still promise, to those who look at them.
const saidBy = (page) =>
  page.evaluate(() =>
    [...document.querySelectorAll("voxpop-poll, voxpop-comments, voxpop-counts, voxpop-save")]
      .flatMap((element) => [...element.shadowRoot.querySelectorAll(".problem, .live, .waiting, .absence")])
      .filter((part) => part.checkVisibility() && (part.textContent || part.matches(".waiting")))
      .map((part) => part.className + part.textContent),
  );

// All that the banner says, from the beginning.
const listenToBanner = (page) =>
  page.addInitScript(() => {
    window.banner = [];
    setInterval(() => {
      const text = document.querySelector("voxpop-banner")?.shadowRoot.querySelector(".shown span:not(.pulse)")?.textContent;
      if (text && window.banner.at(-1) !== text) window.banner.push(text);
    }, 50);
  });

test("a page that is not on the list is told so, once, and what to do stands in the console", async (t) => {
  const site = await openSite(t, { dev: false, config: '[site]\norigins = ["https://news.example"]\n' });
  const address = await newsSite(t, `<!doctype html><html lang="ko"><script type="module" src="${site.http}/embed.js"></script>${body}`);
  const page = await openPage(t, await launch(t), "about:blank", { expected: /blocked by CORS policy/ });
  await listenToBanner(page);
  let knocks = 0;
  const warnings = [];
  page.on("websocket", () => knocks++);
  page.on("console", (message) => message.type() === "warning" && warnings.push(message.text()));
  await page.goto(address);
  await page.locator("voxpop-banner .banner.shown", { hasText: "이 페이지에서는 투표와 댓글을 쓸 수 없습니다." }).waitFor();
  await picture(page, "page-not-listed");
  await page.waitForTimeout(2_500); // whatever else would be said is said by then
  assert.deepEqual(await page.evaluate(() => window.banner), ["이 페이지에서는 투표와 댓글을 쓸 수 없습니다."]);
  assert.equal(await page.locator("voxpop-banner button:visible").count(), 0);
  assert.deepEqual(await saidBy(page), []);
  assert.ok(knocks <= 2, `${knocks} knocks`);
  assert.equal(warnings.length, 1);
  assert.match(warnings[0], new RegExp(`add "${new URL(address).origin}" to site\\.origins.*docs/EMBED\\.md`));
});

test("a listed page that gets no connection is not taken for one that may have none", async (t) => {
  const site = await openSite(t);
  const front = await withoutSockets(t, site);
  const address = await newsSite(t, `<!doctype html><html lang="ko"><script type="module" src="${front}/embed.js"></script>${body}`);
  const page = await openPage(t, await launch(t), "about:blank");
  await listenToBanner(page);
  await page.goto(address);
  await page.locator("voxpop-banner .banner.shown").waitFor();
  await page.waitForTimeout(1_500);
  assert.deepEqual(await page.evaluate(() => window.banner), ["아직 연결되지 않았습니다. 다시 시도하는 중입니다…"]);
});

// A front like one that forgets about WebSockets: all else reaches the site.
async function withoutSockets(t, site) {
  const front = createServer((incoming, outgoing) => {
    const { method, headers } = incoming;
    const passed = request(site.http + incoming.url, { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(passed);
  });
  front.on("upgrade", (_, socket) => socket.end("HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\n\r\n"));
  front.listen(0, "127.0.0.1");
  await once(front, "listening");
  t.after(() => front.close());
  return `http://127.0.0.1:${front.address().port}`;
}

test("what a reader has before the eyes stays there when the connection is refused later", async (t) => {
  const site = await openSite(t);
  const address = await newsSite(
    t,
    `<!doctype html><html lang="ko"><meta name="voxpop-token" content="${tokenFor("u-17", { name: "서연" })}">
     <script type="module" src="${site.http}/embed.js"></script>${body}`,
  );
  const page = await openPage(t, await launch(t), "about:blank");
  let end;
  await page.routeWebSocket(/connection\/websocket/, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((message) => socket.send(message));
    end = () => socket.close({ code: 3500, reason: "invalid token" });
  });
  await page.goto(address);
  await shares(page);
  await post(page, "아직 여기 있는 댓글");
  await end();
  await page.locator("voxpop-banner .banner.shown button").waitFor();
  await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange"))); // the poll is asked for again
  await page.locator("voxpop-poll .live", { hasText: "실시간 아님" }).waitFor();
  await page.locator("voxpop-poll .choice.pro").click();
  await page.locator("voxpop-poll .problem", { hasText: "새로고침하면" }).waitFor();
  assert.equal(await page.locator("voxpop-poll .choice.pro").getAttribute("aria-pressed"), "false");
  await page.locator("voxpop-comments .comment", { hasText: "아직 여기 있는 댓글" }).waitFor();
});

test("a site changes colours by custom properties and parts, and an element begins anew with its attributes", async (t) => {
  const site = await openSite(t);
  const address = await newsSite(
    t,
    `<!doctype html><html lang="ko"><style>voxpop-poll { --voxpop-pro: rgb(1, 2, 3) } voxpop-poll::part(question) { text-align: left }</style>
     <script type="module" src="${site.http}/embed.js"></script>${body}`,
  );
  const page = await openPage(t, await launch(t), address);
  await shares(page);
  const look = (selector, property) => page.locator(selector).first().evaluate((element, name) => getComputedStyle(element)[name], property);
  assert.equal(await look("voxpop-poll .score.pro .share", "color"), "rgb(1, 2, 3)");
  assert.equal(await look("voxpop-poll h3", "textAlign"), "left");
  await page.evaluate(() => document.querySelector("voxpop-comments").setAttribute("lang", "en"));
  await page.locator(".writing textarea[placeholder='What do you make of it?']").waitFor();
  assert.equal(await page.locator("voxpop-comments .writing").count(), 1);
});
