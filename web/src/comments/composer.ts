// Where a comment is written: a growing field with a counter. It never sends while an input method is
// composing a syllable, and a text that may have been sent already is sent again under the same key.
import { newKey } from "../connection/client";
import type { Messages } from "../i18n";
import { h, setText } from "../ui/dom";
import { countGraphemes, explain, number } from "../ui/words";

const showCounterFrom = 0.75;

export interface Draft {
  text: string;
  name: string;
  key: string;
}

export interface ComposerOptions {
  graphemesMax: number;
  label: string;
  placeholder: string;
  submit: string;
  text?: string;
  name?: string | null; // null: the reader has a name, and is not asked for one
  writingAs?: string;
  send(draft: Draft): Promise<void>;
  cancel?(): void;
}

let composers = 0;

export class Composer {
  readonly element: HTMLElement;
  private readonly field: HTMLTextAreaElement;
  private readonly nameField: HTMLInputElement | undefined;
  private readonly counter = h("span", { class: "counter number" });
  private readonly problem = h("p", { class: "problem", role: "alert" });
  private readonly submit: HTMLButtonElement;
  private busy = false;
  private attempt?: Draft; // what was sent last, without a good answer

  constructor(
    private readonly words: Messages,
    private readonly options: ComposerOptions,
  ) {
    const id = `composer-${++composers}`;
    this.field = h("textarea", {
      id,
      rows: 1,
      placeholder: options.placeholder,
      part: "textarea",
      enterkeyhint: "enter",
      "aria-label": options.label,
      "aria-describedby": `${id}-hint`,
    });
    this.field.value = options.text ?? "";
    this.submit = h("button", { class: "solid", type: "button", part: "submit" }, options.submit);
    if (options.name !== null) this.nameField = this.nameInput(options.name ?? "");
    this.element = this.layout(id);
    this.listen();
    this.refresh();
  }

  get text(): string {
    return this.field.value;
  }

  get hasFocus(): boolean {
    return this.element.matches(":focus-within");
  }

  focus(): void {
    this.field.focus();
    this.field.setSelectionRange(this.field.value.length, this.field.value.length);
  }

  private nameInput(name: string): HTMLInputElement {
    const label = this.words.yourName;
    const field = h("input", { class: "name", maxlength: 32, placeholder: label, "aria-label": label, autocomplete: "nickname" });
    field.value = name;
    return field;
  }

  private layout(id: string): HTMLElement {
    const hint = h("span", { class: "aside hint", id: `${id}-hint` }, this.words.sendHint);
    const who = this.nameField ?? (this.options.writingAs ? h("span", { class: "aside as" }, this.options.writingAs) : null);
    const cancel = this.options.cancel
      ? h("button", { class: "quiet", type: "button", onclick: () => this.options.cancel?.() }, this.words.cancel)
      : null;
    return h(
      "div",
      { class: "composer", part: "composer" },
      this.field,
      h("div", { class: "tools" }, who, hint, this.counter, cancel, this.submit),
      this.problem,
    );
  }

  private listen(): void {
    this.field.addEventListener("input", () => this.refresh());
    this.field.addEventListener("keydown", (event) => {
      // 229: what browsers report for keys that an input method keeps to itself.
      if (event.isComposing || event.keyCode === 229) return;
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        void this.send();
      } else if (event.key === "Escape" && this.options.cancel) {
        event.stopPropagation();
        this.options.cancel();
      }
    });
    this.submit.addEventListener("click", () => void this.send());
  }

  private refresh(): void {
    const used = countGraphemes(this.field.value);
    const { graphemesMax } = this.options;
    const over = used > graphemesMax;
    this.counter.hidden = used < graphemesMax * showCounterFrom;
    this.counter.classList.toggle("over", over);
    const most = number(graphemesMax, this.words);
    setText(this.counter, `${number(used, this.words)} / ${most}`);
    this.counter.setAttribute("aria-label", this.words.counter(String(used), String(graphemesMax)));
    this.field.setAttribute("aria-invalid", String(over));
    this.submit.disabled = this.busy || over || this.field.value.trim() === "";
    this.element.classList.toggle("filled", this.field.value !== "");
    if (over) setText(this.problem, this.words.tooLong(most));
    else if (!this.attempt) setText(this.problem, "");
    this.grow();
  }

  private grow(): void {
    this.field.style.height = "auto";
    if (this.field.scrollHeight > 0) this.field.style.height = `${this.field.scrollHeight + 2}px`;
  }

  private async send(): Promise<void> {
    if (this.submit.disabled) return;
    const draft = this.draft();
    this.attempt = draft;
    this.setBusy(true);
    setText(this.problem, "");
    try {
      await this.options.send(draft);
      this.attempt = undefined;
      this.field.value = "";
    } catch (reason) {
      setText(this.problem, explain(reason, this.words));
    } finally {
      this.setBusy(false);
    }
  }

  // The same text as in the last attempt keeps that one's key: if it arrived after all, it counts once.
  private draft(): Draft {
    const text = this.field.value;
    const name = this.nameField?.value.trim() ?? "";
    const again = this.attempt?.text === text && this.attempt.name === name;
    return again ? this.attempt! : { text, name, key: newKey() };
  }

  private setBusy(busy: boolean): void {
    this.busy = busy;
    this.field.readOnly = busy;
    this.element.setAttribute("aria-busy", String(busy));
    setText(this.submit, busy ? this.words.sending : this.options.submit);
    this.refresh();
  }
}
