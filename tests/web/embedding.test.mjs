// A site of another origin that includes the script, as docs/EMBED.md says.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { once } from "node:events";
import { test } from "node:test";
import { tokenFor } from "../system/lib/jwt.mjs";
import { launch, openPage } from "./lib/browser.mjs";
import { openSite } from "./lib/site.mjs";
import { post, shares, waitForText } from "./lib/page.mjs";

// A news site at its own address, with one page.
async function newsSite(t, page, routes = {}) {
  const server = createServer((request, response) => {
    const route = routes[request.url];
    response.setHeader("content-type", route ? "text/plain" : "text/html; charset=utf-8");
    response.end(route ? route() : page);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  return `http://localhost:${server.address().port}/`;
}

const body = `<voxpop-counts thread="demo"></voxpop-counts><voxpop-poll poll="demo"></voxpop-poll>
  <voxpop-comments thread="demo"></voxpop-comments><voxpop-save thread="demo"></voxpop-save>`;

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

test("a reader whose only token has expired is told, and the page stops knocking", async (t) => {
  const site = await openSite(t);
  const token = tokenFor("u-17", { ttl: -60 });
  const address = await newsSite(
    t,
    `<!doctype html><html lang="ko"><meta name="voxpop-token" content="${token}">
     <script type="module" src="${site.http}/embed.js"></script>${body}`,
  );
  const page = await openPage(t, await launch(t), "about:blank");
  let knocks = 0;
  page.on("websocket", () => knocks++);
  await page.goto(address);
  await page.locator("voxpop-banner .banner.shown", { hasText: "서버가 연결을 거절했습니다" }).waitFor();
  assert.equal(knocks, 1);
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
