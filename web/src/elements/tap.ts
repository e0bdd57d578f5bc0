// <voxpop-tap thread="ID" kind="heart">: a heart (or a clap) for the article, as often as a reader likes.
//
// Presses are gathered for a moment and sent as one number. The reader sees them at once; the server's
// total, which holds everybody's, is the truth and comes a moment later.
import type { Counts, TapKind } from "../connection/protocol";
import { explain, number } from "../ui/words";
import { h, setText } from "../ui/dom";
import { icon } from "../ui/icons";
import { VoxpopElement } from "./base";
import pill from "../../styles/pill.css" with { type: "text" };
import style from "../../styles/tap.css" with { type: "text" };

const gatherMs = 400;
const callMax = 100; // what one call may add

export class TapElement extends VoxpopElement {
  static observedAttributes = ["thread", "kind", "lang"];

  private readonly value = h("span", { class: "value number" });
  private readonly button = h("button", { type: "button", part: "button" });
  private readonly problem = h("p", { class: "problem", role: "alert" });
  private version = -1;
  private total = 0; // the server's
  private shown = 0; // never less than the total, and ahead of it by what is on its way
  private gathered = 0;

  constructor() {
    super(pill, style);
    this.button.addEventListener("click", () => this.press());
  }

  protected override render(): void {
    this.button.className = `pill tap ${this.kind}`;
    this.button.replaceChildren(icon(this.kind), this.value);
    this.root.append(this.button, this.problem);
    this.version = -1;
    this.settle(0);
    const thread = this.getAttribute("thread");
    if (!thread) return;
    this.atEnd(this.client.listen<Counts>(`counts:${thread}`, { value: (counts, anew) => this.take(counts, anew) }));
  }

  private get kind(): TapKind {
    return this.getAttribute("kind") === "clap" ? "clap" : "heart";
  }

  private take(counts: Counts, anew: boolean): void {
    if (!anew && counts.version < this.version) return;
    this.version = counts.version;
    this.total = this.kind === "clap" ? counts.claps : counts.hearts;
    this.settle(anew ? this.total + this.gathered : Math.max(this.shown, this.total));
  }

  private press(): void {
    if (this.gathered >= callMax) return;
    setText(this.problem, "");
    this.settle(this.shown + 1);
    pop(this.button);
    if (++this.gathered === 1) setTimeout(() => void this.send(), gatherMs);
  }

  private async send(): Promise<void> {
    const thread = this.getAttribute("thread");
    const n = this.gathered;
    this.gathered = 0;
    try {
      // Once: a tap has no key, so one that was repeated after a lost reply might count twice.
      await this.client.call("tap.add", { thread, kind: this.kind, n });
    } catch (reason) {
      this.settle(this.total + this.gathered);
      setText(this.problem, explain(reason, this.words));
    }
  }

  private settle(shown: number): void {
    this.shown = shown;
    const text = number(shown, this.words);
    setText(this.value, text);
    const { heartButton, clapButton } = this.words;
    this.button.setAttribute("aria-label", (this.kind === "clap" ? clapButton : heartButton)(text));
  }
}

function pop(button: HTMLElement): void {
  button.classList.remove("popped");
  void button.offsetWidth; // begins the animation anew
  button.classList.add("popped");
}
