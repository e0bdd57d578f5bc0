// The elements by name. Defining them twice (two copies of the script on one page) is no error.
import { BannerElement } from "./banner";
import { CommentsElement } from "./comments";
import { CountsElement } from "./counts";
import { PollElement } from "./poll";
import { SaveElement } from "./save";
import { TapElement } from "./tap";

export const elements = {
  "voxpop-poll": PollElement,
  "voxpop-comments": CommentsElement,
  "voxpop-counts": CountsElement,
  "voxpop-save": SaveElement,
  "voxpop-tap": TapElement,
  "voxpop-banner": BannerElement,
};

export function defineElements(): void {
  for (const [name, element] of Object.entries(elements)) {
    if (!customElements.get(name)) customElements.define(name, element);
  }
}

// One banner, in the page's language, unless the page has put its own somewhere or wants none
// (<html data-voxpop-banner="off">).
export function addBanner(): void {
  const off = document.documentElement.dataset.voxpopBanner === "off";
  if (!off && !document.querySelector("voxpop-banner")) document.body.append(document.createElement("voxpop-banner"));
}
