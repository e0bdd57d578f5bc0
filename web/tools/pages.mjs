// The HTML pages: the demo newspaper in both languages, and the moderators' console.
import { articlePage, storyPage } from "../pages/article.mjs";
import { moderatePage } from "../pages/moderate.mjs";
import { en } from "../pages/content/en.mjs";
import { ko } from "../pages/content/ko.mjs";

// `names`: the bundled files by entry. Gives [{url, bytes}].
export function pages(names) {
  const list = [{ url: "/moderate", html: moderatePage(names) }];
  for (const [content, other] of [
    [ko, en],
    [en, ko],
  ]) {
    list.push({ url: content.home, html: articlePage(content, other, names) });
    for (const story of content.stories) {
      list.push({ url: content.story(story.slug), html: storyPage(content, other, story, names) });
    }
  }
  return list.map(({ url, html }) => ({ url, bytes: Buffer.from(html) }));
}
