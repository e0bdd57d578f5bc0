// The row of buttons below a comment.
import { newKey } from "../connection/client";
import type { Comment, Reaction } from "../connection/protocol";
import { ask } from "../ui/dialog";
import { h, setText } from "../ui/dom";
import { icon, type IconName } from "../ui/icons";
import { explain, number, shortNumber } from "../ui/words";
import type { CommentContext } from "./context";

export interface ActionHooks {
  edit(): void;
  failed(text: string): void;
}

export class CommentActions {
  readonly element: HTMLElement;
  private readonly likes = h("span", { class: "number" });
  private readonly dislikes = h("span", { class: "number" });
  private readonly like: HTMLButtonElement;
  private readonly dislike: HTMLButtonElement;
  private readonly reply: HTMLButtonElement;
  private readonly edit: HTMLButtonElement;
  private readonly remove: HTMLButtonElement;
  private readonly report: HTMLButtonElement;
  private comment?: Comment;
  private reacting = false;

  constructor(
    private readonly context: CommentContext,
    private readonly hooks: ActionHooks,
  ) {
    const { words } = context;
    this.like = button("up", () => void this.react("like"), this.likes);
    this.dislike = button("down", () => void this.react("dislike"), this.dislikes);
    this.reply = button("reply", () => this.comment && context.reply(this.comment), label(words.reply));
    this.edit = button("edit", () => hooks.edit(), label(words.edit));
    this.remove = button("remove", () => void this.takeBack(), label(words.delete));
    this.report = button("flag", () => void this.tellModerators());
    this.report.setAttribute("aria-label", words.report);
    this.report.title = words.report;
    const end = h("span", { class: "end" }, this.edit, this.remove, this.report);
    this.element = h("div", { class: "actions", part: "actions" }, this.like, this.dislike, this.reply, end);
  }

  update(comment: Comment): void {
    this.comment = comment;
    const { words, me, closed } = this.context;
    const mine = comment.author?.id === me.id;
    const open = comment.state === "visible";
    for (const [control, count, name, reaction] of [
      [this.like, comment.likes, words.like, "like"],
      [this.dislike, comment.dislikes, words.dislike, "dislike"],
    ] as const) {
      control.setAttribute("aria-label", `${name} ${number(count, words)}`);
      control.setAttribute("aria-pressed", String(comment.reaction === reaction));
      control.title = `${name} ${number(count, words)}`;
      control.hidden = !open;
    }
    setText(this.likes, shortNumber(comment.likes, words));
    setText(this.dislikes, shortNumber(comment.dislikes, words));
    this.reply.hidden = !open || closed;
    this.remove.hidden = !mine;
    this.report.hidden = mine || !open;
    this.tick(Date.now());
  }

  tick(now: number): void {
    const { comment } = this;
    if (!comment) return;
    const { me, limits } = this.context;
    const mine = comment.author?.id === me.id;
    this.edit.hidden = !mine || comment.state !== "visible" || now > comment.created_ms + limits.edit_ms;
  }

  private async react(wanted: Exclude<Reaction, null>): Promise<void> {
    const before = this.comment;
    if (!before || this.reacting) return;
    const reaction: Reaction = before.reaction === wanted ? null : wanted;
    this.reacting = true;
    this.show(before.id, changed(before, reaction), reaction);
    try {
      const settled = await this.context.client.write<{ likes: number; dislikes: number; reaction: Reaction }>(
        "comment.react",
        { comment: before.id, reaction },
      );
      this.show(before.id, settled, settled.reaction);
      this.hooks.failed("");
    } catch (reason) {
      this.show(before.id, before, before.reaction ?? null);
      this.hooks.failed(explain(reason, this.context.words));
    } finally {
      this.reacting = false;
    }
  }

  private show(id: string, numbers: { likes: number; dislikes: number }, reaction: Reaction): void {
    const comment = this.context.store.react(id, numbers.likes, numbers.dislikes, reaction);
    if (comment) this.update(comment);
  }

  private async takeBack(): Promise<void> {
    const { words, client, root } = this.context;
    const question = { title: words.deleteQuestion, hint: words.deleteHint, yes: words.delete, dangerous: true };
    if (!this.comment || !(await ask(root, words, question))) return;
    try {
      await client.write("comment.delete", { comment: this.comment.id, key: newKey() });
    } catch (reason) {
      this.hooks.failed(explain(reason, words));
    }
  }

  private async tellModerators(): Promise<void> {
    const { words, client, root, announce } = this.context;
    const reason = await ask(root, words, {
      title: words.reportQuestion,
      hint: words.reportHint,
      yes: words.reportSend,
      choices: words.reportReasons,
    });
    if (!this.comment || !reason) return;
    try {
      await client.write("comment.report", { comment: this.comment.id, reason });
      this.report.setAttribute("aria-pressed", "true");
      announce(words.reported);
    } catch (failure) {
      this.hooks.failed(explain(failure, words));
    }
  }
}

// In a narrow place the icon stands alone, and the label is for screen readers.
function label(text: string): HTMLElement {
  return h("span", { class: "label" }, text);
}

function button(name: IconName, press: () => void, ...content: Node[]): HTMLButtonElement {
  return h("button", { class: "quiet act", type: "button", onclick: press }, icon(name), ...content);
}

function changed({ likes, dislikes, reaction }: Comment, wanted: Reaction): { likes: number; dislikes: number } {
  return {
    likes: likes + Number(wanted === "like") - Number(reaction === "like"),
    dislikes: dislikes + Number(wanted === "dislike") - Number(reaction === "dislike"),
  };
}
