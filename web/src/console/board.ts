// The console itself: head, filters, the list, and the log of who did what.
import { newKey, type Client, type Link } from "../connection/client";
import { CallError, Code } from "../connection/errors";
import type { Author, Comment, Decision } from "../connection/protocol";
import { h, setText } from "../ui/dom";
import { icon } from "../ui/icons";
import { ask } from "../ui/dialog";
import { explain, number } from "../ui/words";
import { Activity } from "./activity";
import { Feed, type Filter } from "./feed";
import { List } from "./list";
import { shortcuts } from "./shortcuts";
import { Titles } from "./titles";
import type { ConsoleWords, View } from "./words";

const outcomeOf: Record<Decision, Comment["state"]> = {
  hide: "hidden",
  restore: "visible",
  remove: "rejected",
  approve: "visible",
};

export interface BoardHooks {
  signOut(problem?: string): void;
  otherLanguage(): void;
}

export class Board {
  readonly element: HTMLElement;
  private readonly feed: Feed;
  private readonly list: List;
  private readonly activity: Activity;
  private readonly titles: Titles;
  private readonly notice = h("p", { class: "notice", role: "status" });
  private readonly fresh = h("button", { class: "fresh-button", type: "button", hidden: true });
  private readonly older = h("button", { class: "older", type: "button", hidden: true });
  private readonly threadField: HTMLInputElement;
  private readonly tabs = new Map<View, HTMLButtonElement>();
  private readonly reported = h("span", { class: "count number", hidden: true });
  private readonly linkText = h("span");
  private readonly link = h("span", { class: "link", role: "status" }, this.linkText);
  private filter: Filter = { view: "all", thread: "" };

  constructor(
    private readonly client: Client,
    private readonly me: Author,
    private readonly words: ConsoleWords,
    private readonly hooks: BoardHooks,
  ) {
    this.titles = new Titles(client.server, () => this.list.refresh());
    this.list = new List(words, {
      decide: (comment, action, reason) => this.decide(comment, action, reason),
      titleOf: (thread) => this.titles.of(thread),
      nameOf: (user) => this.nameOf(user),
      waiting: (count) => this.showWaiting(count),
    });
    this.activity = new Activity(words, (user) => this.nameOf(user), (id) => this.list.focus(id));
    this.feed = new Feed(client, {
      reset: (comments, lost) => this.reset(comments, lost),
      older: (comments) => this.list.addOlder(comments, (id) => this.feed.decisionOn(id)),
      arrived: (comment) => this.list.arrived(comment, this.feed.decisionOn(comment.id)),
      changed: (comment) => this.list.changed(comment, this.feed.decisionOn(comment.id)),
      decision: (event) => this.activity.add(event),
      unrecalled: (error) => this.activity.incomplete(explain(error, words.common)),
      stale: (error) => this.showStale(error),
      reported: (count, more) => this.showReported(count, more),
    });
    this.threadField = h("input", { type: "search", placeholder: words.thread, "aria-label": words.thread });
    this.element = this.layout();
    this.listen();
    void this.open();
  }

  private layout(): HTMLElement {
    const { words } = this;
    for (const view of Object.keys(words.views) as View[]) {
      const press = () => this.apply({ ...this.filter, view });
      this.tabs.set(view, h("button", { class: "tab", type: "button", onclick: press }, words.views[view]));
    }
    this.tabs.get("reported")!.append(" ", this.reported);
    const help = h("button", { class: "quiet help", type: "button", "aria-label": words.keysTitle, onclick: () => this.help() }, "?");
    const language = h("button", { class: "quiet", type: "button", onclick: () => this.hooks.otherLanguage() }, words.otherLanguage);
    const leave = h("button", { class: "quiet", type: "button", onclick: () => this.hooks.signOut() }, words.signOut);
    const tabs = h("div", { class: "tabs", role: "group" }, ...this.tabs.values());
    return h(
      "div",
      { class: "board" },
      h(
        "header",
        { class: "bar" },
        h("div", { class: "wide" }, h("h1", {}, words.title), this.link, h("span", { class: "me" }, this.me.name || this.me.id, this.me.name && h("small", { class: "id" }, this.me.id)), help, language, leave),
      ),
      h(
        "div",
        { class: "wide columns" },
        h(
          "main",
          {},
          h("div", { class: "filters" }, tabs, this.threadField),
          this.notice,
          h("div", { class: "fresh-place" }, this.fresh),
          this.list.element,
          this.older,
        ),
        this.activity.element,
      ),
    );
  }

  private listen(): void {
    setText(this.older, this.words.more);
    this.older.addEventListener("click", () => void this.showOlder());
    this.fresh.addEventListener("click", () => this.list.showWaiting());
    this.threadField.addEventListener("change", () => this.apply({ ...this.filter, thread: this.threadField.value.trim() }));
    this.client.watch((link) => this.showLink(link));
    shortcuts(document, {
      move: (by) => this.list.move(by),
      decide: (action) => this.list.current?.begin(action),
      showNew: () => this.list.showWaiting(),
      search: () => this.threadField.focus(),
      help: () => this.help(),
    });
    setInterval(() => this.list.tick(), 20_000);
  }

  private async open(): Promise<void> {
    try {
      await this.feed.open(this.filter);
    } catch (reason) {
      const error = CallError.from(reason);
      if (error.code === 103) this.hooks.signOut(this.words.forbidden);
      else setText(this.notice, explain(error, this.words.common));
    }
  }

  private apply(filter: Filter): void {
    this.filter = filter;
    void this.open();
  }

  private reset(comments: Comment[], lost: boolean): void {
    for (const [view, tab] of this.tabs) tab.setAttribute("aria-pressed", String(view === this.filter.view));
    this.list.reset(comments, (id) => this.feed.decisionOn(id));
    this.older.hidden = !this.feed.hasOlder;
    setText(this.notice, lost ? this.words.reloaded : "");
  }

  // Of who decides only the id is known, unless it is this moderator.
  private nameOf(user: string | null): string {
    return user === this.me.id ? this.words.you : user ?? "";
  }

  // The list changes by the event that follows, whoever decided.
  private async decide(comment: Comment, action: Decision, reason: string): Promise<void> {
    try {
      await this.client.write("mod.decide", { comment: comment.id, action, reason, key: newKey() });
    } catch (failure) {
      const error = CallError.from(failure);
      // Another moderator took the same decision first.
      const settled = this.feed.get(comment.id)?.state === outcomeOf[action];
      if (error.code === Code.invalidStateChange && settled) return;
      throw new Error(`${this.words.failed}: ${explain(error, this.words.common)}`);
    }
  }

  private async showOlder(): Promise<void> {
    this.older.disabled = true;
    try {
      await this.feed.older();
    } catch (reason) {
      setText(this.notice, explain(reason, this.words.common));
    } finally {
      this.older.disabled = false;
      this.older.hidden = !this.feed.hasOlder;
    }
  }

  private showStale(error: CallError): void {
    const { words } = this;
    const again = h("button", { class: "quiet", type: "button", onclick: () => void this.feed.recover() }, words.common.retry);
    this.notice.replaceChildren(`${words.stale}: ${explain(error, words.common)} `, again);
  }

  private showWaiting(count: number): void {
    this.fresh.hidden = count === 0;
    this.fresh.replaceChildren(icon("arrow"), this.words.newComments(number(count, this.words.common)));
  }

  private showReported(count: number, more: boolean): void {
    this.reported.hidden = count === 0;
    setText(this.reported, `${number(count, this.words.common)}${more ? "+" : ""}`);
  }

  private showLink(link: Link): void {
    this.link.dataset.link = link;
    setText(this.linkText, this.words.common.link[link]);
    if (link === "refused") this.hooks.signOut(this.words.expired);
  }

  private help(): void {
    if (document.querySelector("dialog[open]")) return;
    const lines = this.words.keys.flatMap(([key, meaning]) => [h("dt", {}, h("kbd", {}, key)), h("dd", {}, meaning)]);
    const hint = h("dl", { class: "keys" }, ...lines);
    void ask(document.body, this.words.common, { title: this.words.keysTitle, hint, yes: this.words.common.close, only: true });
  }
}
