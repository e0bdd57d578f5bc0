// The console's list, newest first. It moves by itself only while nobody is at work in it.
import type { Comment, ModerationEvent } from "../connection/protocol";
import { h } from "../ui/dom";
import { Row, type RowHooks } from "./row";
import type { ConsoleWords } from "./words";

export interface ListHooks extends RowHooks {
  waiting(count: number): void;
}

const still = matchMedia("(prefers-reduced-motion: reduce)");

type DecisionOf = (id: string) => ModerationEvent | undefined;

export class List {
  readonly element: HTMLElement;
  private readonly rows = new Map<string, Row>();
  private readonly items = h("ol", { class: "rows" });
  private readonly empty: HTMLElement;
  private readonly waiting = new Map<string, Comment>();

  constructor(
    private readonly words: ConsoleWords,
    private readonly hooks: ListHooks,
  ) {
    this.empty = h("div", { class: "empty", hidden: true }, h("b", {}, words.empty), h("p", {}, words.emptyHint));
    this.element = h("div", {}, this.items, this.empty);
  }

  // The row that has the focus, for shortcuts.
  get current(): Row | undefined {
    const focused = document.activeElement?.closest<HTMLElement>(".row");
    return focused ? this.rows.get(focused.dataset.comment ?? "") : undefined;
  }

  reset(comments: Comment[], decisionOf: DecisionOf): void {
    this.rows.clear();
    this.waiting.clear();
    this.items.replaceChildren();
    this.addOlder(comments, decisionOf);
    this.hooks.waiting(0);
  }

  addOlder(comments: Comment[], decisionOf: DecisionOf): void {
    for (const comment of comments) this.items.append(this.row(comment, decisionOf(comment.id)).element);
    this.refreshEmpty();
  }

  arrived(comment: Comment, decision: ModerationEvent | undefined): void {
    if (this.isBusy()) {
      this.waiting.set(comment.id, comment);
      this.hooks.waiting(this.waiting.size);
    } else {
      this.insert(comment, decision);
    }
  }

  changed(comment: Comment, decision: ModerationEvent | undefined): void {
    this.rows.get(comment.id)?.update(comment, decision);
    if (this.waiting.has(comment.id)) this.waiting.set(comment.id, comment);
  }

  showWaiting(): void {
    const first = [...this.waiting.values()].at(-1);
    for (const comment of this.waiting.values()) this.insert(comment, undefined);
    this.waiting.clear();
    this.hooks.waiting(0);
    if (first) this.focus(first.id);
  }

  focus(id: string): void {
    const row = this.rows.get(id)?.element;
    row?.focus({ preventScroll: true });
    row?.scrollIntoView({ block: "nearest", behavior: still.matches ? "auto" : "smooth" });
  }

  move(by: 1 | -1): void {
    const all = [...this.items.children] as HTMLElement[];
    const at = all.indexOf(document.activeElement?.closest(".row") as HTMLElement);
    const next = all[at < 0 ? 0 : Math.min(Math.max(at + by, 0), all.length - 1)];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  }

  tick(): void {
    for (const row of this.rows.values()) row.tick();
  }

  // Titles of articles have come.
  refresh(): void {
    for (const { element } of this.rows.values()) {
      const where = element.querySelector<HTMLElement>(".where");
      if (where) where.textContent = this.hooks.titleOf(where.title);
    }
  }

  // Somebody reads further down, or is at a row.
  private isBusy(): boolean {
    return scrollY > 80 || this.current !== undefined;
  }

  private insert(comment: Comment, decision: ModerationEvent | undefined): void {
    const { element } = this.row(comment, decision);
    element.classList.add("fresh");
    // Ids sort by time.
    const next = [...this.items.children].find((item) => (item as HTMLElement).dataset.comment! < comment.id);
    this.items.insertBefore(element, next ?? null);
    this.refreshEmpty();
  }

  private row(comment: Comment, decision: ModerationEvent | undefined): Row {
    const row = new Row(comment, decision, this.words, this.hooks);
    this.rows.set(comment.id, row);
    return row;
  }

  private refreshEmpty(): void {
    this.empty.hidden = this.rows.size > 0;
  }
}
