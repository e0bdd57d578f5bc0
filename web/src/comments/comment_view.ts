// One comment: who, when, what, and what can be done with it.
import type { Appended, Comment } from "../connection/protocol";
import { h, setText } from "../ui/dom";
import { ago, fullTime } from "../ui/words";
import { CommentActions } from "./actions";
import { Composer } from "./composer";
import type { CommentContext } from "./context";
import { avatar, nameOf, tombstone } from "./names";

// What is longer is folded: on a phone 2,000 characters are four screens that stand between the reader and the others.
const unfolded = { characters: 500, lines: 12 };

export class CommentView {
  readonly element = h("article", { class: "comment", part: "comment", tabindex: -1 });
  private readonly text = h("p", { class: "text", part: "text" });
  private readonly time = h("time", { class: "aside" });
  private readonly edited = h("span", { class: "aside edited" });
  private readonly unfold = h("button", { class: "unfold", type: "button", onclick: () => this.open() });
  private readonly actions: CommentActions;
  private opened = false;
  private editor?: Composer;

  constructor(
    private comment: Comment,
    private readonly context: CommentContext,
  ) {
    this.actions = new CommentActions(context, { edit: () => this.edit(), failed: (text) => setText(this.problem, text) });
    this.element.dataset.comment = comment.id;
    this.update(comment);
  }

  private readonly problem = h("p", { class: "problem", role: "alert" });

  update(comment: Comment): void {
    const shape = shapeOf(this.comment);
    this.comment = comment;
    if (!this.element.hasChildNodes() || shapeOf(comment) !== shape) this.build();
    setText(this.text, comment.text);
    this.fold();
    setText(this.edited, comment.edited_ms ? this.context.words.edited : "");
    this.actions.update(comment);
    this.tick();
  }

  // As time goes by: "3분 전", and the end of the edit window.
  tick(now = Date.now()): void {
    setText(this.time, ago(this.comment.created_ms, this.context.words, now));
    this.actions.tick(now);
  }

  focus(): void {
    this.element.focus({ preventScroll: true });
    this.element.scrollIntoView({ block: "nearest" });
  }

  // Where this is the reader's own, and just came.
  highlight(): void {
    this.element.classList.add("fresh");
  }

  private build(): void {
    this.closeEditor();
    const { comment, context } = this;
    const { words } = context;
    this.time.dateTime = new Date(comment.created_ms).toISOString();
    this.time.title = fullTime(comment.created_ms, words);
    const gone = comment.author === null || (comment.state !== "visible" && comment.state !== "pending");
    this.element.classList.toggle("gone", gone);
    if (gone) {
      this.element.replaceChildren(avatar(null), h("div", { class: "main" }, h("p", { class: "stone" }, tombstone(comment, words))));
      return;
    }
    const author = comment.author!;
    const mine = author.id === context.me.id;
    const name = h("span", { class: "author", part: "author" }, nameOf(author, words));
    const head = h("header", {}, name, mine && h("span", { class: "mine" }, words.you), this.time, this.edited);
    if (comment.state === "pending") head.append(h("span", { class: "waits" }, words.pendingNote));
    const main = h("div", { class: "main" }, head, this.mention(), this.text, this.unfold, this.actions.element, this.problem);
    this.element.replaceChildren(avatar(author), main);
  }

  private fold(): void {
    const { text } = this.comment;
    const long = text.length > unfolded.characters || text.split("\n").length > unfolded.lines;
    const folded = long && !this.opened && !this.editor;
    this.text.classList.toggle("folded", folded);
    this.unfold.hidden = !folded;
    setText(this.unfold, this.context.words.unfold);
  }

  private open(): void {
    this.opened = true;
    this.fold();
    this.element.focus({ preventScroll: true });
  }

  // A reply to a reply says whom it answers, since all replies stand in one list.
  private mention(): HTMLElement | null {
    const { comment, context } = this;
    if (!comment.parent || comment.parent === comment.root) return null;
    const author = context.store.get(comment.parent)?.author;
    return author ? h("span", { class: "mention" }, `@${nameOf(author, context.words)}`) : null;
  }

  private edit(): void {
    if (this.editor) return;
    const { words } = this.context;
    this.editor = new Composer(words, {
      graphemesMax: this.context.limits.graphemes,
      label: words.editText,
      placeholder: words.editText,
      submit: words.saveEdit,
      text: this.comment.text,
      name: null,
      cancel: () => this.closeEditor(true),
      send: async ({ text, key }) => {
        await this.save(text, key);
        this.closeEditor(true);
      },
    });
    this.text.hidden = true;
    this.actions.element.hidden = true;
    this.text.after(this.editor.element);
    this.fold();
    this.editor.focus();
  }

  // Where comments wait for approval, the event of an edit has no text: its author knows it.
  private async save(text: string, key: string): Promise<void> {
    const before = this.comment;
    const { state, version } = await this.context.client.write<Appended>("comment.edit", { comment: before.id, text, key });
    if (state !== "pending") return;
    const mine = { ...before, text: text.trim(), state, version, edited_ms: Date.now() };
    this.context.store.apply("edited", mine);
    this.update(mine);
  }

  private closeEditor(refocus = false): void {
    this.editor?.element.remove();
    this.editor = undefined;
    this.text.hidden = false;
    this.actions.element.hidden = false;
    this.fold();
    if (refocus) this.element.focus({ preventScroll: true });
  }
}

// What decides how a comment is built; the rest is text that changes in place.
function shapeOf({ state, author }: Comment): string {
  return `${state} ${author?.id ?? ""} ${author?.name ?? ""}`;
}
