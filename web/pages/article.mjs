// The demo newspaper: an article with everything, and short ones with counts and comments.
import { html, raw } from "./html.mjs";
import { bear, owl } from "./mascots.mjs";

export function articlePage(content, other, names) {
  const { article } = content;
  return page(content, names, {
    title: article.title,
    otherUrl: other.home,
    main: html`${head(content, article)}
      <figure class="hero">
        <img src="${names.library}" width="1200" height="600" alt="${article.figure.alt}">
        <figcaption>${article.figure.caption}</figcaption>
      </figure>
      <section class="summary" aria-labelledby="summary">
        <h2 id="summary">${content.summary}</h2>
        <ol>${article.points.map((point) => html`<li>${point}</li>`)}</ol>
      </section>
      <div class="body">${article.body.map(block)}</div>
      ${poll(content)}`,
    thread: article.thread,
    related: content.stories,
  });
}

export function storyPage(content, other, story, names) {
  return page(content, names, {
    title: story.title,
    otherUrl: other.story(story.slug),
    main: html`${head(content, { ...content.article, ...story, thread: threadOf(story) })}
      <div class="body">${story.body.map(block)}</div>
      <p class="back"><a href="${content.home}">${content.back}</a></p>`,
    thread: threadOf(story),
    related: content.stories.filter((one) => one !== story),
  });
}

function threadOf(story) {
  return `demo-${story.slug}`;
}

function page(content, names, { title, otherUrl, main, thread, related }) {
  const { otherLanguage } = content;
  return String(html`<!doctype html>
<html lang="${content.lang}">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>${title} | ${content.paper}</title>
  <link rel="icon" href="${names.favicon}">
  <link rel="alternate" hreflang="${otherLanguage.lang}" href="${otherUrl}">
  <link rel="stylesheet" href="${names["article-page"]}">
  <script type="module" src="${names.article}"></script>
  <script type="module" src="/embed.js"></script>
</head>
<body>
  <a class="skip" href="#article">${content.skip}</a>
  <header class="masthead">
    <div class="wide">
      <p class="edition">${content.edition}</p>
      <a class="paper" href="${content.home}">${content.paper}</a>
      <div class="switches">
        <a class="switch" href="${otherUrl}" lang="${otherLanguage.lang}" hreflang="${otherLanguage.lang}">${otherLanguage.label}</a>
        <button class="switch" type="button" id="theme" aria-pressed="false">${content.theme}</button>
      </div>
    </div>
    <nav aria-label="${content.navigation}">
      <ul class="wide">${content.sections.map((section) => html`<li${section === content.current ? raw(' class="current"') : ""}>${section}</li>`)}</ul>
    </nav>
  </header>
  <div class="wide columns">
    <main id="article" tabindex="-1">
      <article>${main}</article>
      <voxpop-comments thread="${thread}"></voxpop-comments>
    </main>
    <aside aria-labelledby="related">
      <h2 id="related">${content.related}</h2>
      <ol>${related.map((story) => relatedItem(content, story))}</ol>
    </aside>
  </div>
  <footer><div class="wide"><span class="paper">${content.paper}</span> <span>${content.motto}</span><p>${content.demoNote}</p></div></footer>
</body>
</html>
`);
}

function head(content, { category, title, deck, byline, published, publishedIso, thread }) {
  return html`<header class="head">
        <p class="category">${category}</p>
        <h1>${title}</h1>
        <p class="deck">${deck}</p>
        <div class="under">
          <p class="byline"><span>${byline}</span> <time datetime="${publishedIso}">${published}</time></p>
          <div class="meters">
            <voxpop-counts thread="${thread}" show="comments saves viewers"></voxpop-counts>
            <voxpop-tap thread="${thread}" kind="heart"></voxpop-tap>
            <voxpop-save thread="${thread}"></voxpop-save>
          </div>
        </div>
      </header>`;
}

function block(part) {
  if (typeof part === "string") return html`<p>${part}</p>`;
  if (part.heading) return html`<h2>${part.heading}</h2>`;
  return html`<figure class="quote"><blockquote>${part.quote}</blockquote><figcaption>${part.by}</figcaption></figure>`;
}

function poll({ debate, labels }) {
  const words = labels
    ? html` question="${labels.question}" label-pro="${labels.pro}" label-con="${labels.con}"`
    : "";
  return html`<voxpop-poll poll="demo"${words}>
        <div class="debate" slot="above" role="img" aria-label="${debate.label}: ${debate.pro.tied} ${debate.con.tied}" data-lead="tied">
          ${speaker("pro", debate.pro, raw(owl))}
          ${speaker("con", debate.con, raw(bear))}
        </div>
      </voxpop-poll>`;
}

// All that a mascot may say; the style sheet shows what fits the tally.
function speaker(side, lines, picture) {
  return html`<div class="speaker ${side}">
            <p class="bubble"><b>${lines.name}</b><span class="tied">${lines.tied}</span><span class="leads">${lines.leads}</span><span class="trails">${lines.trails}</span></p>
            ${picture}
          </div>`;
}

function relatedItem(content, story) {
  return html`<li>
          <a href="${content.story(story.slug)}"><span class="category">${story.category}</span><span class="title">${story.title}</span></a>
          <voxpop-counts thread="${threadOf(story)}" show="comments saves" compact></voxpop-counts>
        </li>`;
}
