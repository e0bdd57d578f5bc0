// <voxpop-poll poll="ID">: a poll whose bars move as others vote.
//
// Attributes: poll; question and label-OPTION, where the page's words differ from the poll's; layout, "duel"
// or "list" (two options of which one may be chosen are a duel by themselves). Slot "above". Event
// voxpop-tally with {poll, state, voters, options, choice, leader} on every change.
import { explain } from "../ui/words";
import { h, setText } from "../ui/dom";
import { onOtherTabs } from "../connection/ballots";
import type { Link } from "../connection/client";
import type { Poll, PollUpdate } from "../connection/protocol";
import { followWidth } from "../ui/width";
import { Duel } from "../poll/duel";
import { List } from "../poll/list";
import { PollModel, type ShownPoll } from "../poll/model";
import { hint, results, totals, type PollView } from "../poll/view";
import { VoxpopElement } from "./base";
import style from "../../styles/poll.css" with { type: "text" };

export class PollElement extends VoxpopElement {
  static observedAttributes = ["poll", "question", "lang", "layout"];

  private readonly card = h("section", { class: "card", part: "card", "aria-labelledby": "question" });
  private readonly question = h("h3", { id: "question", part: "question" });
  private readonly badge = h("span", { class: "badge", part: "badge" });
  private readonly body = h("div", { class: "body" });
  private readonly live = h("span", { class: "live" });
  private readonly total = h("span", { class: "total number", part: "total" });
  private readonly hint = h("span", { class: "aside" });
  private readonly problem = h("p", { class: "problem", role: "alert" });
  private readonly spoken = h("p", { class: "unseen", role: "status" });
  private model?: PollModel;
  private view?: PollView;
  private toldLast = "";
  private generation = 0; // of what is shown; answers for an older one come too late

  constructor() {
    super(style);
  }

  protected override render(): void {
    this.generation++;
    this.toldLast = "";
    setText(this.question, this.getAttribute("question") ?? "");
    const pulse = h("span", { class: "pulse" });
    this.live.replaceChildren(pulse, this.badge);
    this.card.replaceChildren(
      h("slot", { name: "above" }),
      h("div", { class: "inner" }, this.question, this.body, h("div", { class: "foot" }, this.total, this.hint, this.live)),
      this.problem,
      this.spoken,
    );
    this.card.hidden = false;
    this.root.append(this.card);
    this.atEnd(followWidth(this));
    this.body.replaceChildren(h("div", { class: "waiting", "aria-hidden": "true" }));
    this.atEnd(this.client.watch((link) => {
      pulse.dataset.link = link;
      this.showBadge(link);
    }));
    this.atEnd(() => {
      this.model = undefined;
      this.view = undefined;
    });
    void this.load();
  }

  private async load(): Promise<void> {
    const id = this.getAttribute("poll");
    if (!id) return;
    const generation = this.generation;
    try {
      const poll = this.named(await this.client.read<Poll>("poll.get", { poll: id }));
      if (generation !== this.generation || !this.isConnected) return;
      if (!this.model) return this.begin(poll);
      // Results may be shown to those only who have voted: the server looks at the ballot when one subscribes.
      if (this.model.replace(poll)) this.client.renew(`poll:${poll.id}`);
    } catch (reason) {
      if (generation !== this.generation) return;
      if (this.client.link === "refused") this.leave(); // the banner says it for the whole page
      else setText(this.problem, explain(reason, this.words));
    }
  }

  // If there was no poll yet, there will be none: what the page itself has said of it stays.
  private leave(): void {
    if (this.model) return;
    this.body.replaceChildren();
    this.card.hidden = this.question.textContent === "";
  }

  private begin(poll: Poll): void {
    const model = new PollModel(this.client, poll, () => this.show());
    this.model = model;
    const layout = this.getAttribute("layout") ?? (poll.options.length === 2 && poll.max === 1 ? "duel" : "list");
    const View = layout === "duel" && poll.options.length === 2 && poll.max === 1 ? Duel : List;
    this.view = new View(model.shown, this.words, { cast: (options) => void this.cast(options) });
    setText(this.question, poll.question);
    this.body.replaceChildren(this.view.element);
    this.show();
    this.atEnd(onOtherTabs(poll.id, () => void this.load()));
    this.atEnd(this.client.onReturn(() => void this.load()));
    this.atEnd(
      this.client.listen<PollUpdate>(`poll:${poll.id}`, {
        value: (update, anew) => {
          if (model.update(update, anew)) void this.load();
        },
      }),
    );
  }

  // The page may have its own words, in another language than the poll's.
  private named(poll: Poll): Poll {
    return {
      ...poll,
      question: this.getAttribute("question") ?? poll.question,
      options: poll.options.map(({ id, label }) => ({ id, label: this.getAttribute(`label-${id}`) ?? label })),
    };
  }

  private async cast(options: string[]): Promise<void> {
    setText(this.problem, "");
    try {
      await this.model?.cast(options);
      this.speak();
    } catch (reason) {
      setText(this.problem, explain(reason, this.words));
    }
  }

  private show(): void {
    const poll = this.model?.shown;
    if (!poll) return;
    this.view?.show(poll);
    setText(this.total, totals(poll, this.words));
    setText(this.hint, hint(poll, this.words));
    this.showBadge(this.client.link);
    this.toggleAttribute("closed", poll.state === "closed");
    this.tellTally(poll);
  }

  private showBadge(link: Link): void {
    const { words, model } = this;
    const closed = model?.shown.state === "closed";
    this.live.hidden = !model && (link === "online" || link === "refused"); // there are no numbers yet
    setText(this.badge, closed ? words.finalResult : link === "connecting" && !model ? words.loading : words.link[link]);
  }

  private tellTally(poll: ShownPoll): void {
    const { tally, options, choice, state } = poll;
    const ranked = options.map(({ id }) => ({ id, votes: tally?.options[id] ?? 0 })).sort((a, b) => b.votes - a.votes);
    const tied = ranked.length < 2 || ranked[0]!.votes === ranked[1]!.votes;
    const detail = {
      poll: poll.id,
      state,
      voters: tally?.voters ?? null,
      options: tally?.options ?? null,
      choice,
      leader: !tally || tied ? null : ranked[0]!.id,
    };
    // A vote is shown at once, then answered, then pushed: one piece of news, three times.
    const news = JSON.stringify(detail);
    if (news === this.toldLast) return;
    this.toldLast = news;
    this.tell("voxpop-tally", detail);
  }

  // After one's own vote only: a poll that speaks at every stranger's vote cannot be listened to.
  private speak(): void {
    const poll = this.model?.shown;
    if (!poll?.tally) return;
    const sentences = results(poll).map(({ label, percent, votes }) =>
      this.words.pollResult(label, percent, String(votes)),
    );
    setText(this.spoken, [...sentences, totals(poll, this.words)].join(". "));
  }
}
