// How people look who may have no name.
import type { Author, Comment } from "../connection/protocol";
import type { Messages } from "../i18n";
import { h, svg } from "../ui/dom";

function hash(text: string): number {
  let value = 2166136261;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 16777619);
  return value >>> 0;
}

// A guest without a name is told from others by four digits.
export function nameOf(author: Author, words: Messages): string {
  return author.name || `${words.guest} ${1000 + (hash(author.id) % 9000)}`;
}

export function avatar(author: Author | null): HTMLElement {
  const element = h("span", { class: "avatar", "aria-hidden": "true" });
  if (!author) {
    element.classList.add("nobody");
    return element;
  }
  element.style.setProperty("--hue", String(hash(author.id) % 360));
  const initial = Array.from(author.name.trim())[0];
  element.append(initial ? initial.toUpperCase() : figure());
  return element;
}

function figure(): SVGElement {
  return svg(
    "svg",
    { viewBox: "0 0 24 24", width: 20, height: 20 },
    svg("circle", { cx: 12, cy: 9.2, r: 3.6, fill: "currentColor" }),
    svg("path", { d: "M4.8 20.5a7.2 7.2 0 0 1 14.4 0z", fill: "currentColor" }),
  );
}

export function tombstone(comment: Comment, words: Messages): string {
  return comment.state === "visible" ? "" : words.tombstone[comment.state];
}
