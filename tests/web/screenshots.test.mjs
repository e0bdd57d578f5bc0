// Pictures of every page as people see it, for people to look at: desktop and phone, light and dark, both
// languages, the console. They fail when a page cannot be shown, not when it looks different.
import { test } from "node:test";
import { launch, openPage, picture } from "./lib/browser.mjs";
import { crowd } from "./lib/crowd.mjs";
import { openSite } from "./lib/site.mjs";

const desktop = { width: 1280, height: 900 };
const votes = { pro: 17, con: 11 };
const opinions = [
  {
    name: "정다온",
    text: "야간 근무 끝나고 갈 데가 정말 없어요. 한 층이라도 불이 켜져 있으면 그게 어딘가요.\n조용히 책 한 장 넘기다 집에 가고 싶습니다.",
    likes: 14,
    replies: [
      { name: "밤산책", text: "저도 교대 근무인데 카페는 새벽 두 시면 다 닫더라고요. 응원합니다." },
      { name: "김버들", text: "마음은 알지만 여름밤에 창문을 열면 말소리가 다 들립니다. 방음 대책부터 세웠으면 해요." },
    ],
  },
  { name: "책벌레", text: "같은 돈이면 새 책 2천 권이라는 대목에서 멈칫했네요. 어느 쪽이 더 많은 사람에게 갈까요? 📚", likes: 9 },
  { name: "", text: "금·토만 먼저 해 보고 정해도 늦지 않아요.", likes: 6, replies: [{ name: "한여울토박이", text: "이게 제일 현실적이네요." }] },
  { name: "Mina", text: "In my home town the night library closed after a year, but everybody still misses it.", likes: 3 },
];

async function fill(t, site) {
  const people = await crowd(t, site, votes.pro + votes.con);
  await Promise.all(people.map((person, index) => person.vote(index < votes.pro ? "pro" : "con")));
  for (const [slug, count] of [["slow-bus", 3], ["roof-bees", 1], ["name-the-bridge", 5]]) {
    for (let n = 0; n < count; n++) {
      await people[n].say("잘 읽었습니다.", { thread: `demo-${slug}` });
      await people[n].call("save.set", { thread: `demo-${slug}`, on: true });
    }
  }
  for (const [index, { name, text, likes, replies = [] }] of [...opinions].reverse().entries()) {
    const id = await people[index].say(text, { name });
    for (const [at, reply] of replies.entries()) {
      await people[10 + at].say(reply.text, { name: reply.name, parent: id });
    }
    await Promise.all(people.slice(0, likes).map((person) => person.like(id)));
  }
  for (const person of people.slice(0, 8)) await person.call("save.set", { thread: "demo", on: true });
  return people;
}

async function settled(page) {
  await page.locator("voxpop-comments .comment").nth(3).waitFor();
  await page.locator("voxpop-poll .share").first().waitFor();
  await page.evaluate(() => document.fonts.ready);
}

// The two of docs/images/: an article's head, and its poll with what is said below.
async function readmePictures(page) {
  await page.setViewportSize({ width: 800, height: 1060 });
  await page.locator("voxpop-counts .viewers .value", { hasText: /[1-9]/ }).waitFor();
  await page.evaluate(() => scrollTo(0, 0));
  await picture(page, "readme-article");
  await page.locator("voxpop-poll").evaluate((element) => scrollTo(0, element.getBoundingClientRect().top + scrollY - 24));
  await picture(page, "readme-poll");
  await page.setViewportSize(desktop);
}

test("the pages, as pictures", { timeout: 180_000 }, async (t) => {
  const site = await openSite(t);
  const browser = await launch(t);
  const empty = await openPage(t, browser, site.http);
  await empty.locator("voxpop-comments .empty-title").waitFor();
  await picture(empty, "article-ko-empty", { fullPage: true });
  await empty.close();

  const people = await fill(t, site);
  const phone = { width: 360, height: 780 };
  const looks = [
    ["article-ko-desktop-light", "/", { viewport: desktop, colorScheme: "light" }],
    ["article-ko-desktop-dark", "/", { viewport: desktop, colorScheme: "dark" }],
    ["article-en-desktop-light", "/en", { viewport: desktop, colorScheme: "light" }],
    ["article-ko-phone-light", "/", { viewport: phone, colorScheme: "light", deviceScaleFactor: 2, hasTouch: true, isMobile: true }],
    ["article-ko-phone-dark", "/", { viewport: phone, colorScheme: "dark", deviceScaleFactor: 2, hasTouch: true, isMobile: true }],
    ["story-ko-desktop-light", "/story/name-the-bridge", { viewport: desktop, colorScheme: "light" }],
  ];
  for (const [name, path, options] of looks) {
    const page = await openPage(t, browser, site.http + path, options);
    if (path.startsWith("/story")) await page.locator("voxpop-comments .comment").first().waitFor();
    else await settled(page);
    if (name === "article-ko-desktop-light") {
      await page.locator("voxpop-poll .choice.pro").click();
      await page.locator("voxpop-poll .choice.pro[aria-pressed=true][aria-busy=false]").waitFor();
      await picture(page, "article-ko-desktop-top");
      await readmePictures(page);
    }
    await picture(page, name, { fullPage: true });
    await page.close();
  }

  for (const [name, options] of [
    ["console-desktop-light", { viewport: desktop, colorScheme: "light" }],
    ["console-desktop-dark", { viewport: desktop, colorScheme: "dark" }],
    ["console-phone-light", { viewport: phone, colorScheme: "light", deviceScaleFactor: 2 }],
  ]) {
    const page = await openPage(t, browser, site.console, options);
    await page.locator(".row").nth(3).waitFor();
    if (name === "console-desktop-light") {
      await people[0].say("지금 바로 클릭! 무료 쿠폰 http://spam.example", { name: "쿠폰왕" });
      await page.locator(".row", { hasText: "쿠폰왕" }).waitFor();
      for (const key of ["j", "h", "1"]) await page.keyboard.press(key);
      await picture(page, "console-reason");
      await page.keyboard.press("Enter");
      await page.locator(".row[data-state=hidden]").waitFor();
    }
    await picture(page, name);
    await page.close();
  }
});
