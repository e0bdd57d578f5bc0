// <voxpop-comments thread="ID">: the discussion of an article: write, read, reply, like, report, all live.
//
// Attributes: thread; sort, the order to begin with. Events: voxpop-comment with the posted comment.
import type {
  Appended,
  Comment,
  Counts,
  Me,
  Sort,
  ThreadEvent,
  ThreadPage,
} from "../connection/protocol";
import type { Stream } from "../connection/channel";
import { threadOf, type Thread } from "../connection/thread";
import { Composer, type Draft } from "../comments/composer";
import type { CommentContext } from "../comments/context";
import { CommentList } from "../comments/list";
import { nameOf } from "../comments/names";
import { followReactions } from "../comments/reactions";
import { CommentStore } from "../comments/store";
import { h, setText } from "../ui/dom";
import { icon } from "../ui/icons";
import { followWidth } from "../ui/width";
import { explain, number } from "../ui/words";
import { VoxpopElement } from "./base";
import style from "../../styles/comments.css" with { type: "text" };

const tickMs = 20_000;
const nameKey = "voxpop.name";

export class CommentsElement extends VoxpopElement {
  static observedAttributes = ["thread", "lang", "sort"];

  private readonly total = h("span", { class: "total number" });
  private readonly writing = h("div", { class: "writing" });
  private readonly content = h("div", { class: "content" });
  private readonly empty = h("div", { class: "empty", hidden: true });
  private readonly problem = h("p", { class: "problem", role: "alert" });
  private readonly spoken = h("p", { class: "unseen", role: "status" });
  private readonly fresh = h("button", { class: "fresh-button", part: "new", type: "button", hidden: true });
  private readonly more = h("button", { class: "more-comments", part: "more", type: "button", hidden: true });
  private readonly sorting = h("select", { part: "sort" });
  private thread?: Thread;
  private list?: CommentList;
  private store = new CommentStore();
  private stream?: Stream<ThreadEvent>;
  private generation = 0;

  constructor() {
    super(style);
    this.fresh.addEventListener("click", () => void this.showFresh());
    this.more.addEventListener("click", () => void this.loadMore());
    this.sorting.addEventListener("change", () => void this.resort(this.sorting.value as Sort));
  }

  protected override render(): void {
    this.generation++;
    const { words } = this;
    setText(this.total, "");
    this.fillSorting();
    this.empty.replaceChildren(h("p", { class: "empty-title" }, words.empty), h("p", { class: "aside" }, words.emptyHint));
    setText(this.more, words.moreComments);
    this.writing.replaceChildren(h("div", { class: "waiting field", "aria-hidden": "true" }));
    this.content.replaceChildren(...[1, 2, 3].map(() => h("div", { class: "waiting line", "aria-hidden": "true" })));
    const title = h("h2", { part: "title" }, words.commentsTitle, " ", this.total);
    this.root.append(
      h("header", { class: "top" }, title, h("label", { class: "sorting" }, h("span", { class: "unseen" }, words.sort), this.sorting)),
      this.writing,
      h("div", { class: "fresh-place" }, this.fresh),
      this.problem,
      this.content,
      this.empty,
      this.more,
      this.spoken,
    );
    this.atEnd(followWidth(this));
    const id = this.getAttribute("thread");
    if (!id) return;
    const { client } = this;
    const thread = threadOf(client, id);
    this.thread = thread;
    this.store = new CommentStore();
    this.atEnd(() => this.stop());
    this.atEnd(followReactions({ client, thread, store: this.store, list: () => this.list }));
    void this.begin(thread, this.generation);
  }

  private fillSorting(): void {
    this.sorting.disabled = false;
    const wanted = this.getAttribute("sort") ?? "newest";
    this.sorting.replaceChildren(
      ...Object.entries(this.words.sorts).map(([value, label]) => h("option", { value, selected: value === wanted }, label)),
    );
  }

  private stop(): void {
    this.stream?.stop();
    this.stream = undefined;
    this.list = undefined;
  }

  private async begin(thread: Thread, generation: number): Promise<void> {
    const sort = this.sorting.value as Sort;
    try {
      const page = sort === "newest" ? await thread.first() : await thread.begin({ sort });
      if (generation !== this.generation || !this.isConnected) return;
      this.show(thread, page, sort);
    } catch (reason) {
      if (generation !== this.generation) return;
      this.content.replaceChildren();
      this.writing.replaceChildren();
      if (this.client.link === "refused") return void (this.sorting.disabled = true); // the banner says why
      const again = h("button", { class: "quiet", type: "button", onclick: () => void this.begin(thread, generation) }, this.words.retry);
      this.problem.replaceChildren(explain(reason, this.words), " ", again);
    }
  }

  private show(thread: Thread, page: ThreadPage, sort: Sort): void {
    setText(this.problem, "");
    const context = this.context(thread, page);
    const list = new CommentList(context, {
      waiting: (count) => this.showWaiting(count),
      filled: (any) => (this.empty.hidden = any),
    });
    this.list = list;
    list.reset(page, sort);
    this.content.replaceChildren(list.element);
    this.more.hidden = !list.hasMore;
    this.writing.replaceChildren(this.writingPlace(context));
    this.follow(thread, page, list);
  }

  private follow(thread: Thread, page: ThreadPage, list: CommentList): void {
    this.stream = this.client.follow<ThreadEvent>(`thread:${thread.id}`, page, {
      event: (event) => list.event(event),
      lost: () => void this.reload(),
      refused: (error) => this.offerReload(explain(error, this.words)),
    });
    this.atEnd(
      this.client.listen<Counts>(`counts:${thread.id}`, {
        value: ({ comments }) => setText(this.total, number(comments, this.words)),
      }),
    );
    const timer = setInterval(() => list.tick(Date.now()), tickMs);
    this.atEnd(() => clearInterval(timer));
  }

  private context(thread: Thread, page: ThreadPage): CommentContext {
    const { store } = this;
    return {
      words: this.words,
      client: this.client,
      root: this.root,
      thread,
      store,
      me: page.me,
      limits: page.limits,
      closed: page.thread.state === "closed",
      guestName: storedName,
      post: (draft, parent) => this.post(thread, store, page.me, draft, parent),
      reply: (to) => this.list?.openReply(to),
      announce: (text) => this.announce(text),
    };
  }

  private writingPlace(context: CommentContext): HTMLElement {
    const { words } = this;
    if (context.closed) return h("p", { class: "closed-note" }, words.threadClosed);
    const composer = new Composer(words, {
      graphemesMax: context.limits.graphemes,
      label: words.yourComment,
      placeholder: words.placeholder,
      submit: words.send,
      name: context.me.guest ? storedName() : null,
      writingAs: context.me.guest ? undefined : words.writingAs(nameOf(context.me, words)),
      send: async (draft) => {
        const comment = await context.post(draft, null);
        this.list?.own(comment);
        this.announce(words.sent);
        this.tell("voxpop-comment", comment);
      },
    });
    return composer.element;
  }

  private async post(thread: Thread, store: CommentStore, me: Me, draft: Draft, parent: Comment | null): Promise<Comment> {
    const { text, name, key } = draft;
    if (me.guest) storeName(name);
    const said = { thread: thread.id, text, key, ...(parent && { parent: parent.id }), ...(name && { name }) };
    const { id, state, version } = await this.client.write<Appended>("comment.post", said);
    const known = store.get(id);
    if (known) return known; // its event was faster than the answer
    const comment: Comment = {
      id,
      thread: thread.id,
      parent: parent?.id ?? null,
      root: parent?.root ?? id,
      author: { id: me.id, name: me.guest ? name : me.name },
      text: text.trim(),
      created_ms: Date.now(),
      state,
      version,
      replies: 0,
      likes: 0,
      dislikes: 0,
    };
    return store.apply("posted", comment) ?? comment;
  }

  private showWaiting(count: number): void {
    const label = this.words.newComments(number(count, this.words));
    if (this.fresh.textContent !== label) this.fresh.replaceChildren(icon("arrow"), label);
    if (this.fresh.hidden && count > 0) this.announce(this.words.newAnnounced(number(count, this.words)));
    this.fresh.hidden = count === 0;
  }

  // Newest first they go on top; in any other order only the server knows their places.
  private async showFresh(): Promise<void> {
    if (this.list?.sort === "newest") this.list.showWaiting();
    else await this.resort(this.sorting.value as Sort);
  }

  private async resort(sort: Sort): Promise<void> {
    const { thread, list } = this;
    if (!thread || !list) return;
    this.content.setAttribute("aria-busy", "true");
    try {
      list.reset(await thread.page({ sort }), sort);
      this.more.hidden = !list.hasMore;
      setText(this.problem, "");
    } catch (reason) {
      setText(this.problem, explain(reason, this.words));
      this.sorting.value = list.sort;
    } finally {
      this.content.removeAttribute("aria-busy");
    }
  }

  private async loadMore(): Promise<void> {
    const { thread, list } = this;
    if (!thread || !list) return;
    this.more.disabled = true;
    try {
      const first = list.add(await thread.page({ sort: list.sort, cursor: list.next }));
      this.more.hidden = !list.hasMore;
      first?.focus();
    } catch (reason) {
      setText(this.problem, explain(reason, this.words));
    } finally {
      this.more.disabled = false;
    }
  }

  private offerReload(why: string): void {
    const again = h("button", { class: "quiet", type: "button", onclick: () => void this.reload() }, this.words.retry);
    this.problem.replaceChildren(why, " ", again);
  }

  // Too much was missed to be told one by one: everything again, and the stream from there.
  private async reload(): Promise<void> {
    const { thread, list } = this;
    if (!thread || !list) return;
    try {
      const page = await thread.begin({ sort: list.sort });
      list.reset(page, list.sort);
      this.more.hidden = !list.hasMore;
      this.stream?.resume(page);
      setText(this.problem, "");
      this.announce(this.words.reloaded);
    } catch (reason) {
      if (this.client.link !== "refused") this.offerReload(explain(reason, this.words));
    }
  }

  private announce(text: string): void {
    setText(this.spoken, text);
  }
}

function storedName(): string {
  try {
    return localStorage.getItem(nameKey) ?? "";
  } catch {
    return "";
  }
}

function storeName(name: string): void {
  try {
    localStorage.setItem(nameKey, name);
  } catch {
    // Asked for again next time.
  }
}
