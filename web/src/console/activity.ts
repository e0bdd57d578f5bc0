// Who decided what, newest first.
import type { ModerationEvent } from "../connection/protocol";
import { h, setText } from "../ui/dom";
import { fullTime } from "../ui/words";
import type { ConsoleWords } from "./words";

const shownMax = 100;

export class Activity {
  readonly element: HTMLElement;
  private readonly items = h("ol", {});
  private readonly empty: HTMLElement;

  constructor(
    private readonly words: ConsoleWords,
    private readonly nameOf: (user: string | null) => string,
    private readonly show: (comment: string) => void,
  ) {
    this.empty = h("p", { class: "quiet-note" }, words.noActivity);
    this.element = h("aside", { class: "activity", "aria-labelledby": "activity" }, h("h2", { id: "activity" }, words.activity), this.empty, this.items);
  }

  add({ type, comment, actor, reason, at_ms }: ModerationEvent): void {
    this.empty.hidden = true;
    const time = new Date(at_ms).toLocaleTimeString(this.words.common.locale, { hour: "2-digit", minute: "2-digit" });
    const item = h(
      "li",
      { class: type, "data-at": at_ms },
      h("p", {}, h("b", {}, this.nameOf(actor)), ` ${this.words.events[type]}`, h("time", { title: fullTime(at_ms, this.words.common) }, time)),
      h("button", { class: "excerpt", type: "button", onclick: () => this.show(comment.id) }, excerpt(comment.text)),
      reason && h("p", { class: "why" }, reason),
    );
    const older = Array.from(this.items.children).find((other) => Number((other as HTMLElement).dataset.at) <= at_ms);
    this.items.insertBefore(item, older ?? null);
    while (this.items.children.length > shownMax) this.items.lastElementChild?.remove();
  }

  // What was before is not to be had.
  incomplete(why: string): void {
    setText(this.empty, `${this.words.notRecalled}: ${why}`);
    this.empty.hidden = false;
  }
}

function excerpt(text: string): string {
  const characters = Array.from(text);
  return characters.length > 60 ? `${characters.slice(0, 60).join("")}…` : text || "–";
}
