// The site's comments as moderators see them: a backlog by pages, and every event after it. No DOM in here.
import type { Client } from "../connection/client";
import type { Stream } from "../connection/channel";
import type { Comment, CommentPage, CommentState, EventType, ModerationEvent } from "../connection/protocol";
import type { View } from "./words";

const site = "default";
const pageSize = 50;
const activitySize = 100;
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
  // How many comments were reported and not decided on; `more`: at least.
  reported(count: number, more: boolean): void;
}

export class Feed {
  private readonly comments = new Map<string, Comment>();
  private readonly decisions = new Map<string, ModerationEvent>();
  private readonly reported = new Set<string>();
  private moreReported = false;
  private stream?: Stream<ModerationEvent>;
  private cursor = "";
  private filter: Filter = { view: "all", thread: "" };

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
    if (this.stream) return;
    this.stream = this.client.follow<ModerationEvent>(`mod:${site}`, page, {
      event: (event) => this.event(event),
      lost: () => void this.recover(),
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
    const page = await this.page(filter, "");
    this.filter = filter;
    this.cursor = page.next;
    this.comments.clear();
    for (const comment of page.comments) this.comments.set(comment.id, comment);
    this.hooks.reset(page.comments, lost);
    return page;
  }

  private page({ view, thread }: Filter, cursor: string): Promise<CommentPage> {
    const states = statesOf[view];
    const reported = view === "reported";
    return this.client.write<CommentPage>("mod.list", {
      limit: pageSize,
      ...(states.length > 0 && { states }),
      ...(reported && { reported }),
      ...(thread && { thread }),
      ...(cursor && { cursor }),
    });
  }

  private event(event: ModerationEvent): void {
    const { comment, type } = event;
    this.noteReports(comment);
    if (decided.has(type)) {
      this.decisions.set(comment.id, event);
      this.hooks.decision(event);
    }
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

  private async recover(): Promise<void> {
    const page = await this.load(this.filter, true);
    this.stream?.resume(page);
    void this.countReported();
  }

  // What was decided before the console was opened.
  private async recall(): Promise<void> {
    try {
      const events = (await this.stream?.newest(activitySize)) ?? [];
      for (const event of events) {
        if (!decided.has(event.type)) continue;
        const known = this.decisions.get(event.comment.id);
        if (known && known.at_ms >= event.at_ms) continue;
        this.decisions.set(event.comment.id, event);
        this.hooks.decision(event);
        const comment = this.comments.get(event.comment.id);
        if (comment) this.hooks.changed(comment);
      }
    } catch {
      // The log begins empty, then.
    }
  }
}
