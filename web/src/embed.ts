// What /embed.js starts on a site's page, with the server that it came from. For pages that sign their readers
// in by script:
//
//   import { setTokenProvider } from "https://SERVER/embed.js";
//   setTokenProvider(async () => (await fetch("/my/voxpop-token")).text());
import { setServerBase } from "./connection/server";
import { addBanner, defineElements } from "./elements/index";

export { setTokenProvider } from "./connection/identity";

// After the page's own modules, so that a token provider is there before the first connection; at once where
// the script itself came late. Both are harmless twice.
export function start(server: URL): void {
  setServerBase(server);
  if (document.readyState === "complete") {
    queueMicrotask(begin);
  } else {
    document.addEventListener("DOMContentLoaded", begin);
    addEventListener("load", begin);
  }
}

function begin(): void {
  defineElements();
  addBanner();
}
