// A top-level comment with its replies, oldest first. Replies that come while somebody reads wait behind
// a button; the reader's own stand at once.
import type { Comment } from "../connection/protocol";
import { h } from "../ui/dom";
import { icon } from "../ui/icons";
import { explain, number } from "../ui/words";
import { CommentView } from "./comment_view";
import { Composer } from "./composer";
import type { CommentContext } from "./context";
import { nameOf } from "./names";

export interface ReplyDraft {
  to: Comment;
  text: string;
  hadFocus: boolean;
}

export class Branch {
  readonly element: HTMLElement;
  private readonly view: CommentView;
  private readonly replies = h("ol", { class: "replies" });
  private readonly views = new Map<string, CommentView>();
  private readonly waiting = new Set<string>();
  private readonly more = h("button", { class: "quiet more", type: "button" });
  private readonly composerPlace = h("div", { class: "reply-composer" });
  private composer?: Composer;
  private answered?: Comment; // by what is being written
  private cursor = "";

  constructor(
    private comment: Comment,
    replies: Comment[],
    private readonly context: CommentContext,
  ) {
    this.view = new CommentView(comment, context);
    this.more.addEventListener("click", () => void this.showMore());
    this.element = h("li", { class: "branch" }, this.view.element, this.replies, this.more, this.composerPlace);
    for (const reply of replies) this.append(reply);
    this.refresh();
  }

  get id(): string {
    return this.comment.id;
  }

  get shown(): string[] {
    return [this.id, ...this.views.keys()];
  }

  focus(): void {
    this.view.focus();
  }

  highlight(): void {
    this.view.highlight();
  }

  tick(now: number): void {
    this.view.tick(now);
    for (const view of this.views.values()) view.tick(now);
  }

  // A comment of this branch changed, or a reply is new. `own`: show it now.
  update(comment: Comment, own = false): void {
    if (comment.id === this.id) {
      this.comment = comment;
      this.view.update(comment);
    } else if (this.views.has(comment.id)) {
      this.views.get(comment.id)!.update(comment);
    } else if (own) {
      this.append(comment).highlight();
      this.waiting.delete(comment.id);
    } else if (comment.state === "visible") {
      this.waiting.add(comment.id);
    } else {
      this.waiting.delete(comment.id);
    }
    this.refresh();
  }

  // A reply that is being written.
  get draft(): ReplyDraft | undefined {
    const { composer, answered: to } = this;
    return composer && to && composer.text !== "" ? { to, text: composer.text, hadFocus: composer.hasFocus } : undefined;
  }

  openComposer(to: Comment, { text = "", hadFocus = true } = {}): void {
    const { words, me, guestName } = this.context;
    this.closeComposer();
    this.answered = to;
    const author = to.author ? nameOf(to.author, words) : "";
    this.composer = new Composer(words, {
      graphemesMax: this.context.limits.graphemes,
      label: words.replyPlaceholder(author),
      placeholder: words.replyPlaceholder(author),
      submit: words.sendReply,
      text,
      name: me.guest ? guestName() : null,
      cancel: () => {
        this.closeComposer();
        (this.views.get(to.id) ?? this.view).element.focus({ preventScroll: true });
      },
      send: async (draft) => {
        const reply = await this.context.post(draft, to);
        this.closeComposer();
        this.update(reply, true);
        this.views.get(reply.id)?.focus();
      },
    });
    this.composerPlace.append(this.composer.element);
    if (hadFocus) this.composer.focus();
  }

  private closeComposer(): void {
    this.composer?.element.remove();
    this.composer = undefined;
  }

  private append(reply: Comment): CommentView {
    const view = new CommentView(reply, this.context);
    this.views.set(reply.id, view);
    this.replies.append(h("li", {}, view.element));
    return view;
  }

  // Those that the page left out, and those that came since.
  private missing(): number {
    let shown = 0;
    for (const id of this.views.keys()) if (this.context.store.get(id)?.state === "visible") shown++;
    const replies = this.context.store.get(this.id)?.replies ?? this.comment.replies;
    return Math.max(this.waiting.size, replies - shown);
  }

  private refresh(): void {
    const { words } = this.context;
    const missing = this.missing();
    const onlyNew = missing > 0 && missing === this.waiting.size;
    const text = (onlyNew ? words.newReplies : words.moreReplies)(number(missing, words));
    this.more.hidden = missing === 0;
    this.more.classList.toggle("new", onlyNew);
    if (this.more.textContent !== text) this.more.replaceChildren(icon("reply"), text);
  }

  private async showMore(): Promise<void> {
    const { context } = this;
    if (this.missing() === this.waiting.size) return this.showWaiting();
    this.more.disabled = true;
    try {
      const page = await context.thread.page({ root: this.id, cursor: this.cursor || undefined, limit: 50 });
      this.cursor = page.next;
      this.appendNew(page.comments.map((reply) => context.store.put(reply)));
    } catch (reason) {
      context.announce(explain(reason, context.words));
    } finally {
      this.more.disabled = false;
      this.refresh();
    }
  }

  // Their events brought them whole.
  private showWaiting(): void {
    const { store } = this.context;
    this.appendNew([...this.waiting].flatMap((id) => store.get(id) ?? []));
    this.refresh();
  }

  private appendNew(replies: Comment[]): void {
    const added = replies.filter(({ id }) => !this.views.has(id)).map((reply) => this.append(reply));
    for (const { id } of replies) this.waiting.delete(id);
    added[0]?.focus();
  }
}
