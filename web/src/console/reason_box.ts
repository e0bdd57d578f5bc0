// Why a comment is hidden or removed: one of five reasons by key, or one's own words.
import type { Decision } from "../connection/protocol";
import { h } from "../ui/dom";
import type { ConsoleWords } from "./words";

export interface ReasonHooks {
  confirm(reason: string): void;
  cancel(): void;
}

export class ReasonBox {
  readonly element: HTMLElement;
  private readonly field: HTMLInputElement;
  private readonly yes: HTMLButtonElement;
  private readonly chips: HTMLButtonElement[];

  constructor(
    action: Decision,
    private readonly words: ConsoleWords,
    private readonly hooks: ReasonHooks,
  ) {
    const label = words.reasonFor[action];
    this.field = h("input", { maxlength: 200, placeholder: words.ownReason, "aria-label": label, autocomplete: "off" });
    this.yes = h("button", { class: `solid ${action}`, type: "button" }, words.confirm(words.decisions[action]));
    this.chips = words.reasons.map((reason, index) =>
      h(
        "button",
        { class: "chip", type: "button", onclick: () => this.choose(reason) },
        h("kbd", { "aria-hidden": "true" }, index + 1),
        reason,
      ),
    );
    const no = h("button", { class: "quiet", type: "button", onclick: () => hooks.cancel() }, words.cancel);
    this.element = h(
      "div",
      { class: "reason-box", role: "group", "aria-label": label, tabindex: -1 },
      h("p", { class: "reason-title" }, label),
      h("div", { class: "chips" }, ...this.chips),
      h("div", { class: "own" }, this.field, no, this.yes),
    );
    this.listen();
  }

  focus(): void {
    this.chips[0]?.focus();
    this.element.scrollIntoView({ block: "nearest" });
  }

  private listen(): void {
    this.yes.disabled = true;
    this.yes.addEventListener("click", () => this.confirm());
    this.field.addEventListener("input", () => (this.yes.disabled = this.field.value.trim() === ""));
    this.element.addEventListener("keydown", (event) => {
      event.stopPropagation(); // the console's shortcuts rest meanwhile
      if (event.isComposing || event.keyCode === 229) return;
      const reason = this.words.reasons[Number(event.key) - 1];
      if (event.key === "Escape") {
        this.hooks.cancel();
      } else if (event.key === "Enter" && event.target === this.field) {
        this.confirm();
      } else if (reason && event.target !== this.field && !event.ctrlKey && !event.metaKey && !event.altKey) {
        event.preventDefault();
        this.choose(reason);
      }
    });
  }

  // One key decides nothing yet: the reason is filled in, and Enter confirms.
  private choose(reason: string): void {
    this.field.value = reason;
    this.yes.disabled = false;
    this.field.focus();
  }

  private confirm(): void {
    const reason = this.field.value.trim();
    if (reason !== "") this.hooks.confirm(reason);
  }
}
