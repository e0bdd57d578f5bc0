// The moderators' console: an empty frame that its script fills.
import { html } from "./html.mjs";

export function moderatePage(names) {
  return String(html`<!doctype html>
<html lang="ko">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <meta name="referrer" content="no-referrer">
  <meta name="robots" content="noindex">
  <title>댓글 운영 | Voxpop</title>
  <link rel="icon" href="${names.favicon}">
  <link rel="stylesheet" href="${names["moderate-page"]}">
  <script type="module" src="${names.moderate}"></script>
</head>
<body>
  <div id="console"><noscript>이 화면에는 자바스크립트가 필요합니다. This page needs JavaScript.</noscript></div>
</body>
</html>
`);
}
