// How the elements look on pages that are not ours: light and dark, with room around them, in narrow columns.
import assert from "node:assert/strict";
import { test } from "node:test";
import { launch, openPage } from "./lib/browser.mjs";
import { crowd } from "./lib/crowd.mjs";
import { body, newsSite } from "./lib/news.mjs";
import { commentIn, post, shares } from "./lib/page.mjs";
import { openSite } from "./lib/site.mjs";

const white = "rgb(255, 255, 255)";
const nearBlack = "rgb(20, 22, 27)";

const pageWith = (site, head, content = body) =>
  `<!doctype html><html lang="ko"><meta charset="utf-8">${head}<script type="module" src="${site.http}/embed.js"></script>${content}`;

const style = (page, selector, property) =>
  page.locator(selector).first().evaluate((element, name) => getComputedStyle(element)[name], property);

const ground = (page) => style(page, "voxpop-poll .card", "backgroundColor");

for (const [name, system, head, attributes, expected] of [
  ["a page that says nothing stays light, whatever the reader's system", "dark", "", "", white],
  ["so does a white page in a light scheme", "dark", "<style>:root { color-scheme: light } body { background: #fff }</style>", "", white],
  ["a page that declares both follows the reader's system", "dark", "<style>:root { color-scheme: light dark }</style>", "", nearBlack],
  ["also where a meta element declares them", "dark", '<meta name="color-scheme" content="light dark">', "", nearBlack],
  ["but not on white paper, which the page has forgotten to darken", "dark", "<style>:root { color-scheme: light dark } body { background: #fff }</style>", "", white],
  ["a dark page is dark for everybody", "light", "<style>body { background: oklch(0.2 0.02 260) }</style>", "", nearBlack],
  ["a background that hardly covers says nothing", "light", "<style>body { background: #fff } main { background: rgb(0 0 0 / 0.1) }</style>", "", white],
  ["data-theme around an element decides", "light", "<script>document.documentElement.dataset.theme = 'dark'</script>", "", nearBlack],
  ["the attribute decides before anything else", "dark", "<style>:root { color-scheme: dark } body { background: #000 }</style>", "theme=light", white],
]) {
  test(`light or dark: ${name}`, async (t) => {
    const site = await openSite(t);
    const content = `<main><voxpop-poll poll="demo" ${attributes}></voxpop-poll></main>`;
    const page = await openPage(t, await launch(t), await newsSite(t, pageWith(site, head, content)), { colorScheme: system });
    await shares(page);
    assert.equal(await ground(page), expected);
  });
}

test("light or dark: the elements follow when the page changes", async (t) => {
  const site = await openSite(t);
  const head = "<style>body { background: #fff } body.night { background: #101014 }</style>";
  const page = await openPage(t, await launch(t), await newsSite(t, pageWith(site, head)));
  await shares(page);
  assert.equal(await ground(page), white);
  await page.evaluate(() => document.body.classList.add("night"));
  await page.waitForFunction((dark) => {
    const card = document.querySelector("voxpop-poll").shadowRoot.querySelector(".card");
    return getComputedStyle(card).backgroundColor === dark;
  }, nearBlack);
  await page.evaluate(() => document.querySelector("voxpop-poll").setAttribute("theme", "light"));
  await page.waitForFunction((light) => {
    const card = document.querySelector("voxpop-poll").shadowRoot.querySelector(".card");
    return getComputedStyle(card).backgroundColor === light;
  }, white);
});

test("there is room around the elements, and as much as the site wants", async (t) => {
  const site = await openSite(t);
  const content = `<p id="before">…</p><voxpop-poll poll="demo"></voxpop-poll><voxpop-comments thread="demo"></voxpop-comments><p id="after">…</p>`;
  const browser = await launch(t);
  const gaps = async (head) => {
    const page = await openPage(t, browser, await newsSite(t, pageWith(site, `<style>p { margin: 0 }</style>${head}`, content)));
    await shares(page);
    await page.locator("voxpop-comments .empty-title").waitFor();
    return page.evaluate(() => {
      const boxes = ["#before", "voxpop-poll", "voxpop-comments", "#after"].map((name) => document.querySelector(name).getBoundingClientRect());
      return boxes.slice(1).map((box, index) => Math.round(box.top - boxes[index].bottom));
    });
  };
  assert.deepEqual(await gaps(""), [32, 32, 32]);
  assert.deepEqual(await gaps("<style>voxpop-poll { margin: 5px 0 } voxpop-comments { margin: 0 }</style>"), [5, 5, 0]);
});

test("in a flex box the elements keep a width of their own", async (t) => {
  const site = await openSite(t);
  const content = `<div style="display: flex; flex-direction: column; align-items: center">${body}</div>`;
  const page = await openPage(t, await launch(t), await newsSite(t, pageWith(site, "", content)));
  await shares(page);
  assert.ok((await page.locator("voxpop-poll").boundingBox()).width > 250);
  assert.ok((await page.locator("voxpop-comments").boundingBox()).width > 250);
});

test("what one can do with one's own comment stands in one line, on a phone and in a narrow column", async (t) => {
  const site = await openSite(t);
  const browser = await launch(t);
  const column = await newsSite(t, pageWith(site, "", `<div style="width: 330px" lang="en"><voxpop-comments thread="demo"></voxpop-comments></div>`));
  const phone = { viewport: { width: 375, height: 812 }, isMobile: true, hasTouch: true };
  for (const [address, options] of [[`${site.http}/en`, phone], [column, {}]]) {
    const page = await openPage(t, browser, address, options);
    const text = `Mine, ${options.isMobile ? "on a phone" : "in a column"}`;
    await post(page, text);
    const [actions] = await commentIn(page, text).locator(".actions").evaluateAll((rows) =>
      rows.map((row) => [...row.querySelectorAll("button")].filter((button) => button.checkVisibility()).map((button) => button.getBoundingClientRect().top)),
    );
    assert.equal(actions.length, 5);
    assert.equal(new Set(actions).size, 1, `one line: ${actions}`);
    await commentIn(page, text).getByRole("button", { name: "Delete" }).waitFor();
  }
});

test("a long comment is folded until it is asked for", async (t) => {
  const site = await openSite(t);
  const [writer] = await crowd(t, site, 1);
  await writer.say(`${"도서관은 모두의 것이다. ".repeat(100)}끝.`);
  const page = await openPage(t, await launch(t), site.http);
  const text = commentIn(page, "끝.").locator(".text");
  await text.waitFor();
  const folded = (await text.boundingBox()).height;
  await commentIn(page, "끝.").getByRole("button", { name: "이어서 읽기" }).click();
  assert.ok((await text.boundingBox()).height > folded * 1.5);
  assert.equal(await page.locator(".unfold:visible").count(), 0);
});

test("numbers of five digits fit a phone", async (t) => {
  const site = await openSite(t);
  const [writer] = await crowd(t, site, 1);
  await writer.say("모두가 공감한 댓글");
  const page = await openPage(t, await launch(t), "about:blank", { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true });
  await page.routeWebSocket(/connection\/websocket/, (socket) => {
    const server = socket.connectToServer();
    const many = (frame) => frame.replaceAll(/"(likes|dislikes|comments|saves|viewers|hearts)":\d+/g, '"$1":12345');
    server.onMessage((message) => socket.send(many(String(message))));
  });
  await page.goto(site.http);
  const comment = commentIn(page, "모두가 공감한 댓글");
  await comment.getByRole("button", { name: "비공감 12,345" }).waitFor();
  assert.equal(await comment.locator(".act .number").first().textContent(), "1.2만");
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 360);
});
