// Two options against each other: two buttons, two numbers and one bar that they share.
import type { Messages } from "../i18n";
import { h, setText } from "../ui/dom";
import { icon } from "../ui/icons";
import { number } from "../ui/words";
import type { ShownPoll } from "./model";
import { isOpen, isSettled, results, type OptionResult, type PollActions, type PollView } from "./view";

interface Side {
  id: string;
  share: HTMLElement;
  votes: HTMLElement;
  segment: HTMLElement;
  button: HTMLButtonElement;
}

export class Duel implements PollView {
  readonly element: HTMLElement;
  private readonly sides: Side[];
  private readonly scores: HTMLElement;
  private readonly bar: HTMLElement;
  private poll?: ShownPoll;

  constructor(
    poll: ShownPoll,
    private readonly words: Messages,
    private readonly actions: PollActions,
  ) {
    this.sides = results(poll).map((option) => this.side(option));
    const scores = this.sides.map(({ share, votes }, index) =>
      h("div", { class: `score ${index === 0 ? "pro" : "con"}` }, share, votes),
    );
    this.bar = h("div", { class: "bar", part: "bar", "aria-hidden": "true" }, ...this.sides.map((side) => side.segment));
    const buttons = h("div", { class: "choices", role: "group", "aria-labelledby": "question" });
    buttons.append(...this.sides.map((side) => side.button));
    this.scores = h("div", { class: "scores" }, ...scores);
    this.element = h("div", { class: "duel" }, this.scores, this.bar, buttons);
  }

  show(poll: ShownPoll): void {
    this.poll = poll;
    const known = poll.tally !== undefined;
    const options = results(poll);
    for (const part of [this.scores, this.bar]) part.classList.toggle("none", !known || poll.tally!.voters === 0);
    this.bar.classList.toggle("whole", options.some(({ share }) => share === 1)); // the other side has nothing to show
    options.forEach((option, index) => this.showSide(this.sides[index]!, option, poll, known));
  }

  private side({ id, label, side }: OptionResult): Side {
    const button = h(
      "button",
      { class: `choice ${side}`, part: `choice ${side}`, type: "button", "aria-pressed": "false" },
      h("span", { class: "tick" }, icon("check")),
      h("span", { class: "label" }, label),
    );
    button.addEventListener("click", () => this.press(id));
    return {
      id,
      button,
      share: h("span", { class: "share number" }, "–"),
      votes: h("span", { class: "votes number" }),
      segment: h("span", { class: `segment ${side}`, part: `segment ${side}` }),
    };
  }

  private showSide(side: Side, option: OptionResult, poll: ShownPoll, known: boolean): void {
    const votes = number(option.votes, this.words);
    setText(side.share, known ? option.percent : "?");
    setText(side.votes, known ? this.words.votes(votes) : "");
    side.share.classList.toggle("leads", known && option.share > 0.5);
    side.segment.style.flexGrow = String(known && poll.tally!.voters > 0 ? option.share : 0.5);
    side.button.setAttribute("aria-pressed", String(option.chosen));
    side.button.setAttribute("aria-busy", String(poll.busy && option.chosen));
    side.button.disabled = !isOpen(poll) || isSettled(poll);
    const spoken = known ? this.words.pollResult(option.label, option.percent, votes) : option.label;
    side.button.setAttribute("aria-label", spoken);
  }

  private press(id: string): void {
    const poll = this.poll;
    if (!poll || poll.busy) return;
    if (!poll.choice.includes(id)) return this.actions.cast([id]);
    if (poll.policy === "retractable") this.actions.cast([]);
  }
}
