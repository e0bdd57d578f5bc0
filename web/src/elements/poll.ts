// <voxpop-poll poll="ID">: a poll whose bars move as others vote. While there is no such poll (the store may have lost
// it) the card says that alone, and shows the poll once it is there.
//
// Attributes: poll; question and label-OPTION, where the page's words differ from the poll's; layout, "duel"
// or "list" (two options of which one may be chosen are a duel by themselves). Slot "above". Event
// voxpop-tally with {poll, state, voters, options, choice, leader} on every change; state is null when it is gone.
import { explain, number } from "../ui/words";
import { h, setText } from "../ui/dom";
import { onOtherTabs } from "../connection/ballots";
import type { Link } from "../connection/client";
import { CallError, Code } from "../connection/errors";
import type { Poll, PollUpdate } from "../connection/protocol";
import { followWidth } from "../ui/width";
import { Duel } from "../poll/duel";
import { List } from "../poll/list";
import { PollModel, type ShownPoll } from "../poll/model";
import { hint, results, totals, type PollView } from "../poll/view";
import { VoxpopElement } from "./base";
import style from "../../styles/poll.css" with { type: "text" };

const askAgainMs = { first: 2_000, longest: 60_000 }; // for a poll that is not there

export class PollElement extends VoxpopElement {
  static observedAttributes = ["poll", "question", "lang", "layout"];

  private readonly card = h("section", { class: "card", part: "card", "aria-labelledby": "question" });
  private readonly question = h("h3", { id: "question", part: "question" });
  private readonly badge = h("span", { class: "badge", part: "badge" });
  private readonly body = h("div", { class: "body" });
  private readonly live = h("span", { class: "live" });
  private readonly total = h("span", { class: "total number", part: "total" });
  private readonly hint = h("span", { class: "aside" });
  private readonly problem = h("p", { class: "problem", role: "alert" }); // of the reader's last action
  private readonly spoken = h("p", { class: "unseen", role: "status" }); // what came of it, while that is what is shown
  private readonly whole = h("div");
  private readonly absence = h("p", { class: "absence", role: "status" }); // why there is no poll, in its place
  private model?: PollModel;
  private view?: PollView;
  private toldLast = "";
  private standing = ""; // what a problem may be about
  private asking = false;
  private askAgainIn = askAgainMs.first;
  private timer?: ReturnType<typeof setTimeout>;
  private unlisten?: () => void;
  private generation = 0; // of what is shown; answers for an older one come too late

  constructor() {
    super(style);
  }

  protected override render(): void {
    this.generation++;
    this.toldLast = "";
    this.asking = false;
    this.askAgainIn = askAgainMs.first;
    for (const text of [this.problem, this.spoken]) setText(text, "");
    setText(this.question, this.getAttribute("question") ?? "");
    const pulse = h("span", { class: "pulse" });
    this.live.replaceChildren(pulse, this.badge);
    this.whole.replaceChildren(
      h("slot", { name: "above" }),
      h("div", { class: "inner" }, this.question, this.body, h("div", { class: "foot" }, this.total, this.hint, this.live)),
      this.problem,
      this.spoken,
    );
    this.card.replaceChildren(this.whole, this.absence);
    this.stand(true);
    this.root.append(this.card);
    this.atEnd(followWidth(this));
    this.body.replaceChildren(h("div", { class: "waiting", "aria-hidden": "true" }));
    this.atEnd(this.client.watch((link) => {
      pulse.dataset.link = link;
      this.showBadge(link);
      if (link === "online") setText(this.problem, "");
    }));
    this.atEnd(() => {
      clearTimeout(this.timer);
      this.unlisten?.();
      this.unlisten = this.model = this.view = undefined;
    });
    const id = this.getAttribute("poll");
    if (!id) return;
    this.atEnd(onOtherTabs(id, () => void this.load(id)));
    this.atEnd(this.client.onReturn(() => void this.load(id)));
    void this.load(id);
  }

  private async load(id: string): Promise<void> {
    if (this.asking && !this.model) return; // and that answer is shown whole
    this.asking = true;
    const { generation } = this;
    const poll = await this.client.read<Poll>("poll.get", { poll: id }).catch(CallError.from);
    if (generation !== this.generation || !this.isConnected) return;
    this.asking = false;
    if (poll instanceof CallError) return this.cannotShow(id, poll);
    if (!this.model) return this.begin(this.named(poll));
    // Results may be shown to those only who have voted: the server looks at the ballot when one subscribes.
    if (this.model.replace(this.named(poll))) this.client.renew(`poll:${id}`);
  }

  private cannotShow(id: string, error: CallError): void {
    if (this.client.link === "refused") return this.leave(); // the banner says it for the whole page
    if (!this.model || isGone(error)) this.showAbsence(id, error);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (document.visibilityState === "visible") void this.load(id); // else once it is looked at
    }, this.askAgainIn * (0.5 + Math.random() / 2));
    this.askAgainIn = Math.min(this.askAgainIn * 2, askAgainMs.longest);
  }

  private showAbsence(id: string, error: CallError): void {
    this.model = this.view = undefined;
    this.stand(false, explain(error, this.words));
    this.toggleAttribute("closed", false);
    if (this.toldLast) this.tellNews({ poll: id, state: null, voters: null, options: null, choice: [], leader: null });
  }

  // The poll, or in its place why there is none.
  private stand(there: boolean, why = ""): void {
    this.card.hidden = false;
    this.whole.hidden = !there;
    this.toggleAttribute("absent", !there);
    setText(this.absence, why);
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
    clearTimeout(this.timer);
    this.askAgainIn = askAgainMs.first;
    this.stand(true);
    this.show();
    this.listen(poll.id);
  }

  // From now on, also where it was listened to before the poll was gone: what was told meanwhile is not known.
  private listen(id: string): void {
    this.unlisten?.();
    this.unlisten = this.client.listen<PollUpdate>(`poll:${id}`, {
      value: (update, anew) => {
        if (!this.model || this.model.update(update, anew)) void this.load(id);
      },
      refused: () => void this.load(id),
    });
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
    const { model } = this;
    setText(this.problem, "");
    const failed = await model?.cast(options).then(() => undefined, CallError.from);
    if (!model || model !== this.model) return; // another poll is shown by now, or none
    if (!failed) setText(this.spoken, this.sentences(model.shown));
    else if (isGone(failed)) this.cannotShow(model.shown.id, failed);
    else setText(this.problem, explain(failed, this.words));
  }

  private show(): void {
    const poll = this.model?.shown;
    if (!poll) return;
    this.view?.show(poll);
    setText(this.total, totals(poll, this.words));
    setText(this.hint, hint(poll, this.words));
    this.showBadge(this.client.link);
    this.toggleAttribute("closed", poll.state === "closed");
    this.dropWhatIsOver(poll);
    this.tellTally(poll);
  }

  // An error of an action when the poll or the ballot is another since, and words that are not the shown ones any more.
  private dropWhatIsOver(poll: ShownPoll): void {
    const standing = JSON.stringify([poll.state, poll.round, poll.choice]);
    if (standing !== this.standing) setText(this.problem, "");
    this.standing = standing;
    if (this.spoken.textContent !== this.sentences(poll)) setText(this.spoken, "");
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
    this.tellNews(detail);
  }

  private tellNews(detail: object): void {
    // A vote is shown at once, then answered, then pushed: one piece of news, three times.
    const news = JSON.stringify(detail);
    if (news === this.toldLast) return;
    this.toldLast = news;
    this.tell("voxpop-tally", detail);
  }

  // Said after one's own vote only: a poll that speaks at every stranger's vote cannot be listened to.
  private sentences(poll: ShownPoll): string {
    if (!poll.tally) return "";
    const sentences = results(poll).map(({ label, percent, votes }) =>
      this.words.pollResult(label, percent, number(votes, this.words)),
    );
    return [...sentences, totals(poll, this.words)].join(". ");
  }
}

function isGone({ code }: CallError): boolean {
  return code === Code.pollNotFound;
}
