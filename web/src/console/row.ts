// One comment in the console: what it says, where, in what state, who decided that, and what can be done.
import type { Comment, Decision, ModerationEvent } from "../connection/protocol";
import { avatar, nameOf } from "../comments/names";
import { h, setText } from "../ui/dom";
import { icon, type IconName } from "../ui/icons";
import { ago, fullTime, number } from "../ui/words";
import { ReasonBox } from "./reason_box";
import type { ConsoleWords } from "./words";

export const keyOf: Record<Decision, string> = { approve: "a", hide: "h", restore: "r", remove: "x" };
const icons: Record<Decision, IconName> = { approve: "approve", hide: "hide", restore: "restore", remove: "remove" };
const needsReason: ReadonlySet<Decision> = new Set(["hide", "remove"]);

export interface RowHooks {
  decide(comment: Comment, action: Decision, reason: string): Promise<void>;
  titleOf(thread: string): string;
  nameOf(user: string | null): string;
}

export function possible({ state, reports = 0 }: Comment): Decision[] {
  const can: Decision[] = [];
  if (state === "pending" || state === "held" || (state === "visible" && reports > 0)) can.push("approve");
  if (state === "visible" || state === "pending" || state === "held") can.push("hide");
  if (state === "hidden" || state === "rejected") can.push("restore");
  if (state !== "deleted" && state !== "rejected") can.push("remove");
  return can;
}

export class Row {
  readonly element = h("li", { class: "row", tabindex: -1 });
  private readonly time = h("time");
  private readonly problem = h("p", { class: "problem", role: "alert" });
  private readonly below = h("div");
  private box?: ReasonBox;
  private busy = false;

  constructor(
    private comment: Comment,
    private decision: ModerationEvent | undefined,
    private readonly words: ConsoleWords,
    private readonly hooks: RowHooks,
  ) {
    this.element.dataset.comment = comment.id;
    this.build();
  }

  get isDeciding(): boolean {
    return this.box !== undefined;
  }

  update(comment: Comment, decision: ModerationEvent | undefined): void {
    this.comment = comment;
    this.decision = decision;
    this.closeBox();
    this.build();
  }

  tick(): void {
    setText(this.time, ago(this.comment.created_ms, this.words.common));
  }

  // Begins what a key or button asks for; at once where no reason is needed.
  begin(action: Decision): void {
    if (this.busy || !possible(this.comment).includes(action)) return;
    this.closeBox();
    if (!needsReason.has(action)) return void this.decide(action, "");
    this.box = new ReasonBox(action, this.words, {
      confirm: (reason) => void this.decide(action, reason),
      cancel: () => {
        this.closeBox();
        this.element.focus();
      },
    });
    this.below.replaceChildren(this.box.element);
    this.box.focus();
  }

  private async decide(action: Decision, reason: string): Promise<void> {
    this.busy = true;
    setText(this.problem, "");
    this.element.setAttribute("aria-busy", "true");
    const hadFocus = this.element.contains(document.activeElement);
    try {
      await this.hooks.decide(this.comment, action, reason);
      this.closeBox();
    } catch (error) {
      setText(this.problem, (error as Error).message);
    } finally {
      this.busy = false;
      this.element.removeAttribute("aria-busy");
      if (hadFocus) this.element.focus();
    }
  }

  private build(): void {
    const { comment, words } = this;
    const { state, author, reports = 0 } = comment;
    this.element.dataset.state = state;
    const hadFocus = this.element.contains(document.activeElement);
    this.time.dateTime = new Date(comment.created_ms).toISOString();
    this.time.title = fullTime(comment.created_ms, words.common);
    const name = author ? nameOf(author, words.common) : "–";
    const head = h(
      "header",
      {},
      h("b", {}, name),
      author && h("small", { class: "id", title: author.id }, author.id),
      h("span", { class: `state ${state}` }, words.states[state]),
      reports > 0 && h("span", { class: "state reported" }, words.reports(number(reports, words.common))),
      comment.parent !== null && h("span", { class: "reply" }, words.reply),
      this.time,
      h("span", { class: "where", title: comment.thread }, this.hooks.titleOf(comment.thread)),
    );
    const main = h("div", { class: "main" }, head, h("p", { class: "text" }, comment.text), this.verdict(), this.problem, this.below);
    this.element.replaceChildren(avatar(author), main, this.buttons());
    this.tick();
    if (hadFocus) this.element.focus({ preventScroll: true });
  }

  private verdict(): HTMLElement | null {
    const { decision, words } = this;
    if (!decision) return null;
    const parts = [`${this.hooks.nameOf(decision.actor)} · ${words.events[decision.type]}`];
    if (decision.reason) parts.push(decision.reason);
    parts.push(ago(decision.at_ms, words.common));
    return h("p", { class: "verdict" }, parts.join(" · "));
  }

  private buttons(): HTMLElement {
    const group = h("div", { class: "buttons" });
    for (const action of possible(this.comment)) {
      // A reported comment is public: approving it is to leave it so.
      const keeps = action === "approve" && this.comment.state === "visible";
      const label = keeps ? this.words.keep : this.words.decisions[action];
      const key = keyOf[action].toUpperCase();
      group.append(
        h(
          "button",
          { type: "button", class: `act ${action}`, "aria-keyshortcuts": key, onclick: () => this.begin(action) },
          icon(icons[action]),
          h("span", {}, label),
          h("kbd", { "aria-hidden": "true" }, key),
        ),
      );
    }
    return group;
  }

  private closeBox(): void {
    this.box = undefined;
    this.below.replaceChildren();
  }
}
