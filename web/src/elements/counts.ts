// <voxpop-counts thread="ID">: how many comments, saves and readers an article has.
//
// Attributes: thread; show, any of "comments saves viewers" (default "comments saves"); compact: numbers
// with icons alone, for lists of articles.
import type { Counts } from "../connection/protocol";
import { h, setText } from "../ui/dom";
import { icon, type IconName } from "../ui/icons";
import { number } from "../ui/words";
import { VoxpopElement } from "./base";
import style from "../../styles/counts.css" with { type: "text" };

const kinds = { comments: "comment", saves: "bookmark", viewers: "eye" } as const satisfies Record<string, IconName>;
const nothing: Counts = { version: 0, comments: 0, saves: 0, viewers: 0, hearts: 0, claps: 0, views: 0 };
type Kind = keyof typeof kinds;

export class CountsElement extends VoxpopElement {
  static observedAttributes = ["thread", "show", "lang", "compact"];

  private readonly values = new Map<Kind, { item: HTMLElement; value: HTMLElement; spoken: HTMLElement }>();
  private version = -1;

  constructor() {
    super(style);
  }

  protected override render(): void {
    this.values.clear();
    this.version = -1;
    const wanted = (this.getAttribute("show") ?? "comments saves").split(/\s+/);
    const list = h("ul", { part: "list" });
    for (const kind of Object.keys(kinds) as Kind[]) {
      if (wanted.includes(kind)) list.append(this.item(kind));
    }
    this.root.append(list);
    const thread = this.getAttribute("thread");
    if (!thread) return;
    this.atEnd(
      this.client.listen<Counts>(`counts:${thread}`, {
        value: (counts, anew) => this.show(counts, anew),
        refused: () => this.show(nothing, false),
      }),
    );
  }

  private item(kind: Kind): HTMLElement {
    const value = h("span", { class: "value number", "aria-hidden": "true" }, "–");
    const label = h("span", { class: "label", "aria-hidden": "true" }, this.words[kind]);
    const spoken = h("span", { class: "unseen" });
    const item = h("li", { class: kind, part: `item ${kind}` }, icon(kinds[kind]), label, value, spoken);
    this.values.set(kind, { item, value, spoken });
    return item;
  }

  private show(counts: Counts, anew: boolean): void {
    if (!anew && counts.version < this.version) return;
    this.version = counts.version;
    const sentences = {
      comments: this.words.countComments,
      saves: this.words.countSaves,
      viewers: this.words.countViewers,
    };
    for (const [kind, { item, value, spoken }] of this.values) {
      const text = number(counts[kind], this.words);
      if (value.textContent !== text && value.textContent !== "–") flash(item);
      setText(value, text);
      setText(spoken, sentences[kind](text));
    }
    this.tell("voxpop-counts", counts);
  }
}

function flash(item: HTMLElement): void {
  item.classList.remove("moved");
  void item.offsetWidth; // begins the animation anew
  item.classList.add("moved");
}
