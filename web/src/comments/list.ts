// The comments on the page and their order, which stays as it is while somebody reads: what others post
// meanwhile waits behind a button.
import type { Comment, Sort, ThreadEvent, ThreadPage } from "../connection/protocol";
import { h } from "../ui/dom";
import { Branch } from "./branch";
import type { CommentContext } from "./context";

export interface ListHooks {
  // How many new comments wait.
  waiting(count: number): void;
  // Whether there is anything to read now.
  filled(any: boolean): void;
}

export class CommentList {
  readonly element = h("ol", { class: "comments", part: "comments" });
  private readonly branches = new Map<string, Branch>();
  private readonly waiting = new Set<string>(); // oldest first
  private cursor = "";
  sort: Sort = "newest";

  constructor(
    private readonly context: CommentContext,
    private readonly hooks: ListHooks,
  ) {}

  // The cursor of the page after the last one.
  get next(): string {
    return this.cursor;
  }

  get hasMore(): boolean {
    return this.cursor !== "";
  }

  // Begins anew with a first page. A reply that is being written goes on where its comment stands now.
  reset(page: ThreadPage, sort: Sort): void {
    const drafts = [...this.branches.values()].flatMap((branch) => branch.draft ?? []);
    this.sort = sort;
    this.branches.clear();
    this.waiting.clear();
    this.element.replaceChildren();
    this.context.store.clear();
    this.add(page);
    for (const draft of drafts) this.branches.get(draft.to.root)?.openComposer(draft.to, draft);
    this.hooks.waiting(0);
  }

  // Adds a page at the end. Gives its first comment.
  add(page: ThreadPage): Branch | undefined {
    const known = page.comments.map((comment) => this.context.store.put(comment));
    const fresh = known.filter(({ id, root }) => id === root && !this.branches.has(id));
    const added = fresh.map((comment) => {
      const replies = known.filter(({ id, root }) => root === comment.id && id !== root);
      this.waiting.delete(comment.id);
      return this.place(comment, replies, "end");
    });
    this.cursor = page.next;
    this.refresh();
    return added[0];
  }

  // What happened to a comment. Others' new comments are shown at once only where nobody can be reading.
  event({ type, comment }: ThreadEvent): void {
    const changed = this.context.store.apply(type, comment);
    if (!changed) return;
    const branch = this.branches.get(changed.root);
    if (branch) {
      branch.update(changed, changed.author?.id === this.context.me.id && changed.parent !== null);
    } else if (changed.id === changed.root) {
      this.newComment(changed);
    }
  }

  // The reader's own, as soon as the server has it.
  own(comment: Comment): void {
    if (this.branches.has(comment.id)) return;
    this.waiting.delete(comment.id);
    const branch = this.place(comment, [], "start");
    branch.highlight();
    this.refresh();
  }

  // Every comment on the page, with its root.
  shown(): Map<string, string> {
    const roots = [...this.branches.values()];
    return new Map(roots.flatMap((branch) => branch.shown.map((id) => [id, branch.id] as const)));
  }

  changed(comment: Comment): void {
    this.branches.get(comment.root)?.update(comment);
  }

  openReply(to: Comment): void {
    this.branches.get(to.root)?.openComposer(to);
  }

  // Puts what waits on top, and the reader there.
  showWaiting(): void {
    let top: Branch | undefined;
    for (const id of this.waiting) {
      const comment = this.context.store.get(id);
      if (!comment) continue;
      top = this.place(comment, [], "start");
      top.highlight();
    }
    this.waiting.clear();
    this.refresh();
    top?.focus();
  }

  tick(now: number): void {
    for (const branch of this.branches.values()) branch.tick(now);
  }

  private newComment(comment: Comment): void {
    if (comment.state !== "visible") {
      this.waiting.delete(comment.id);
    } else if (comment.author?.id === this.context.me.id) {
      return this.own(comment);
    } else if (this.sort === "newest" && !this.isBeingRead()) {
      this.place(comment, [], "start");
    } else {
      this.waiting.add(comment.id);
    }
    this.refresh();
  }

  // Below the window nobody sees the list move.
  private isBeingRead(): boolean {
    return this.branches.size > 0 && this.element.getBoundingClientRect().top < innerHeight;
  }

  private place(comment: Comment, replies: Comment[], where: "start" | "end"): Branch {
    const branch = new Branch(comment, replies, this.context);
    this.branches.set(comment.id, branch);
    if (where === "start") this.element.prepend(branch.element);
    else this.element.append(branch.element);
    return branch;
  }

  private refresh(): void {
    this.hooks.waiting(this.waiting.size);
    this.hooks.filled(this.branches.size > 0);
  }
}
