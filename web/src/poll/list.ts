// Any number of options, one below the other, each with a bar of its own; with several choices the reader
// ticks them first and then votes.
import type { Messages } from "../i18n";
import { h, setText } from "../ui/dom";
import { icon } from "../ui/icons";
import { number } from "../ui/words";
import type { ShownPoll } from "./model";
import { isOpen, isSettled, results, type OptionResult, type PollActions, type PollView } from "./view";

interface Row {
  id: string;
  button: HTMLButtonElement;
  fill: HTMLElement;
  percent: HTMLElement;
  votes: HTMLElement;
}

export class List implements PollView {
  readonly element: HTMLElement;
  private readonly rows: Row[];
  private readonly send: HTMLButtonElement;
  private readonly retract: HTMLButtonElement;
  private ticked?: Set<string>; // not sent yet; nothing while the ballot is what is shown
  private poll?: ShownPoll;

  constructor(
    poll: ShownPoll,
    private readonly words: Messages,
    private readonly actions: PollActions,
  ) {
    this.rows = results(poll).map((option) => this.row(option, poll.max > 1));
    this.send = h("button", { class: "solid", type: "button", part: "send" });
    this.send.addEventListener("click", () => this.cast());
    this.retract = h("button", { class: "quiet", type: "button" }, words.retract);
    this.retract.addEventListener("click", () => this.actions.cast([]));
    const group = h("div", { class: "rows", role: "group", "aria-labelledby": "question" });
    group.append(...this.rows.map(({ button }) => button));
    const buttons = h("div", { class: "below", hidden: poll.max === 1 }, this.send, this.retract);
    this.element = h("div", { class: "list" }, group, buttons);
  }

  show(poll: ShownPoll): void {
    this.poll = poll;
    if (poll.busy) this.ticked = undefined;
    const known = poll.tally !== undefined;
    results(poll).forEach((option, index) => this.showRow(this.rows[index]!, option, poll, known));
    const chosen = this.selection().size;
    const changed = this.ticked !== undefined;
    this.send.disabled = !isOpen(poll) || isSettled(poll) || !changed || chosen < poll.min || chosen > poll.max;
    setText(this.send, poll.choice.length > 0 ? this.words.changeVote : this.words.vote);
    this.retract.disabled = poll.busy;
    this.retract.hidden = poll.policy !== "retractable" || poll.choice.length === 0 || !isOpen(poll);
  }

  private selection(): Set<string> {
    return this.ticked ?? new Set(this.poll?.choice);
  }

  private row({ id, label }: OptionResult, several: boolean): Row {
    const fill = h("span", { class: "fill", part: "fill" });
    const percent = h("span", { class: "percent number" });
    const votes = h("span", { class: "votes number" });
    const button = h(
      "button",
      {
        class: several ? "row several" : "row",
        part: "row",
        type: "button",
        role: several ? "checkbox" : null,
        [several ? "aria-checked" : "aria-pressed"]: "false",
      },
      fill,
      h("span", { class: "tick" }, icon("check")),
      h("span", { class: "label" }, label),
      votes,
      percent,
    );
    button.addEventListener("click", () => this.press(id));
    return { id, button, fill, percent, votes };
  }

  private showRow(row: Row, option: OptionResult, poll: ShownPoll, known: boolean): void {
    const votes = number(option.votes, this.words);
    setText(row.percent, known ? option.percent : "");
    setText(row.votes, known ? this.words.votes(votes) : "");
    row.fill.style.transform = `scaleX(${known ? option.share : 0})`;
    const chosen = String(this.selection().has(option.id));
    row.button.setAttribute(poll.max > 1 ? "aria-checked" : "aria-pressed", chosen);
    row.button.disabled = !isOpen(poll) || isSettled(poll);
    row.button.setAttribute(
      "aria-label",
      known ? this.words.pollResult(option.label, option.percent, votes) : option.label,
    );
  }

  private press(id: string): void {
    const poll = this.poll;
    if (!poll || poll.busy) return;
    if (poll.max === 1) {
      if (!poll.choice.includes(id)) return this.actions.cast([id]);
      if (poll.policy === "retractable") this.actions.cast([]);
      return;
    }
    const ticked = new Set(this.selection());
    if (!ticked.delete(id)) ticked.add(id);
    this.ticked = ticked;
    this.show(poll);
  }

  private cast(): void {
    this.actions.cast([...this.selection()]);
  }
}
