// The site's comments as moderators see them: a backlog by pages, and every event after it. No DOM in here.
import type { Client } from "../connection/client";
import type { Stream } from "../connection/channel";
import { CallError } from "../connection/errors";
import type { Comment, CommentPage, CommentState, EventType, ModerationEvent } from "../connection/protocol";
import type { View } from "./words";

const pageSize = 50;
const recallSize = 100; // decisions; and events of one page: longer pages might be more than a connection may be sent
const recallPagesMax = 10;
const retryMs = 5_000;
const reportedMax = 200; // what one page may hold

const statesOf: Record<View, CommentState[]> = {
  all: [],
  reported: [],
  waiting: ["pending", "held"],
  visible: ["visible"],
  hidden: ["hidden"],
  rejected: ["rejected"],
};
const decided: ReadonlySet<EventType> = new Set(["hidden", "restored", "removed", "approved"]);

export interface Filter {
  view: View;
  thread: string;
}

export interface FeedHooks {
  // The list began anew; `lost`: because too much was missed.
  reset(comments: Comment[], lost: boolean): void;
  older(comments: Comment[]): void;
  // Not in the list yet, and passes the filter.
  arrived(comment: Comment): void;
  changed(comment: Comment): void;
  decision(event: ModerationEvent): void;
  // What was decided before is not known.
  unrecalled(error: CallError): void;
  // What is shown is not what there is, until `reset`.
  stale(error: CallError): void;
  // How many comments were reported and not decided on; `more`: at least.
  reported(count: number, more: boolean): void;
}

export class Feed {
  private readonly comments = new Map<string, Comment>();
  private readonly decisions = new Map<string, ModerationEvent>();
  private readonly heard = new Set<string>(); // decisions
  private readonly reported = new Set<string>();
  private moreReported = false;
  private stream?: Stream<ModerationEvent>;
  private live = true; // nothing is missed
  private cursor = "";
  private filter: Filter = { view: "all", thread: "" };
  private retry?: ReturnType<typeof setTimeout>;

  constructor(
    private readonly client: Client,
    private readonly hooks: FeedHooks,
  ) {}

  get hasOlder(): boolean {
    return this.cursor !== "";
  }

  get(id: string): Comment | undefined {
    return this.comments.get(id);
  }

  // The last decision about a comment, as far as this console has heard of it.
  decisionOn(id: string): ModerationEvent | undefined {
    return this.decisions.get(id);
  }

  async open(filter: Filter): Promise<void> {
    const page = await this.load(filter, false);
    if (this.stream) return this.live ? undefined : this.goOn(page);
    this.stream = this.client.follow<ModerationEvent>(`mod:${this.client.site}`, page, {
      event: (event) => this.event(event),
      lost: () => void this.recover(),
      refused: (error) => this.fallBehind(error),
    });
    void this.recall();
    void this.countReported();
  }

  async older(): Promise<void> {
    const page = await this.page(this.filter, this.cursor);
    this.cursor = page.next;
    const fresh = page.comments.filter(({ id }) => !this.comments.has(id));
    for (const comment of fresh) this.comments.set(comment.id, comment);
    this.hooks.older(fresh);
  }

  private async load(filter: Filter, lost: boolean): Promise<CommentPage> {
    const page = await this.page(filter, "", lost);
    this.filter = filter;
    this.cursor = page.next;
    this.comments.clear();
    for (const comment of page.comments) this.comments.set(comment.id, comment);
    this.hooks.reset(page.comments, lost);
    return page;
  }

  private page({ view, thread }: Filter, cursor: string, once = false): Promise<CommentPage> {
    const states = statesOf[view];
    const reported = view === "reported";
    const wanted = {
      limit: pageSize,
      ...(states.length > 0 && { states }),
      ...(reported && { reported }),
      ...(thread && { thread }),
      ...(cursor && { cursor }),
    };
    return once ? this.client.call("mod.list", wanted) : this.client.write("mod.list", wanted);
  }

  private event(event: ModerationEvent): void {
    const { comment } = event;
    this.noteReports(comment);
    this.noteDecision(event);
    const known = this.comments.get(comment.id);
    if (known && comment.version < known.version) return;
    if (!known && !this.passes(comment)) return;
    this.comments.set(comment.id, comment);
    if (known) this.hooks.changed(comment);
    else this.hooks.arrived(comment);
  }

  private noteReports({ id, reports = 0 }: Comment): void {
    const before = this.reported.size;
    if (reports > 0) this.reported.add(id);
    else this.reported.delete(id);
    if (this.reported.size !== before) this.hooks.reported(this.reported.size, this.moreReported);
  }

  private async countReported(): Promise<void> {
    try {
      const page = await this.client.write<CommentPage>("mod.list", { reported: true, limit: reportedMax });
      this.reported.clear();
      for (const { id } of page.comments) this.reported.add(id);
      this.moreReported = page.next !== "";
      this.hooks.reported(this.reported.size, this.moreReported);
    } catch {
      // The number stays what events have told.
    }
  }

  private passes({ state, thread, reports = 0 }: Comment): boolean {
    if (this.filter.view === "reported" && reports === 0) return false;
    const states = statesOf[this.filter.view];
    const inState = states.length === 0 || states.includes(state);
    return inState && (this.filter.thread === "" || this.filter.thread === thread);
  }

  // Everything again, as often as it takes.
  async recover(): Promise<void> {
    clearTimeout(this.retry);
    try {
      this.goOn(await this.load(this.filter, true));
    } catch (reason) {
      this.fallBehind(CallError.from(reason));
      this.retry = setTimeout(() => void this.recover(), retryMs);
    }
  }

  private fallBehind(error: CallError): void {
    this.live = false;
    this.hooks.stale(error);
  }

  private goOn(page: CommentPage): void {
    clearTimeout(this.retry);
    this.live = true;
    this.stream!.resume(page);
    void this.recall();
    void this.countReported();
  }

  // What was decided before the console was opened, or while it heard nothing.
  private async recall(): Promise<void> {
    try {
      let pages = 0;
      const before = this.heard.size;
      for await (const events of this.stream!.back(recallSize)) {
        for (const event of events) {
          if (!this.noteDecision(event)) continue;
          const comment = this.comments.get(event.comment.id);
          if (comment) this.hooks.changed(comment);
        }
        if (this.heard.size - before >= recallSize || ++pages === recallPagesMax) break;
      }
    } catch (reason) {
      this.hooks.unrecalled(CallError.from(reason));
    }
  }

  // Old ones may come after newer ones. False: it is no decision, or was heard before. What the log keeps of an event
  // is when and why, beside the comment as it is now: so its version tells nothing.
  private noteDecision(event: ModerationEvent): boolean {
    const { type, comment, at_ms } = event;
    const name = `${comment.id} ${type} ${at_ms}`;
    if (!decided.has(type) || this.heard.has(name)) return false;
    this.heard.add(name);
    this.hooks.decision(event);
    const last = this.decisions.get(comment.id);
    if (!last || last.at_ms <= at_ms) this.decisions.set(comment.id, event);
    return true;
  }
}
