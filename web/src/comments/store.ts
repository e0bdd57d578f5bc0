// The comments that a page knows, as they are now. Pages and events may come in any order and more than
// once; what is older than what is known changes nothing. No DOM in here.
import type { Comment, EventType, Reaction, ReactionsUpdate } from "../connection/protocol";

const goneBy: ReadonlySet<EventType> = new Set(["deleted", "hidden", "removed"]);

export class CommentStore {
  private readonly comments = new Map<string, Comment>();
  // What the channel has told since one subscribed to it: where a page is newer, the next push is as well.
  private readonly told = new Map<string, ReactionsUpdate["comments"][string]>();

  get(id: string): Comment | undefined {
    return this.comments.get(id);
  }

  clear(): void {
    this.comments.clear();
  }

  // From a page, which knows likes and the reader's own reaction.
  put(comment: Comment): Comment {
    const known = this.comments.get(comment.id);
    if (known && comment.version < known.version) return known;
    const { likes, dislikes } = this.told.get(comment.id) ?? comment;
    const reaction = comment.reaction === undefined ? known?.reaction ?? null : comment.reaction;
    const merged = { ...comment, likes, dislikes, reaction };
    this.comments.set(comment.id, merged);
    return merged;
  }

  // From an event, which knows neither. Gives the comment where it changed.
  apply(type: EventType, comment: Comment): Comment | undefined {
    const known = this.comments.get(comment.id);
    if (known && comment.version < known.version) return undefined;
    // The same without the text, for everybody but its author, who knows it already.
    if (known?.author && !comment.author && comment.version === known.version) return undefined;
    if (comment.root !== comment.id) this.countReply(known, type, comment);
    const merged = known
      ? { ...comment, likes: known.likes, dislikes: known.dislikes, reaction: known.reaction ?? null, replies: known.replies }
      : { ...comment, reaction: null };
    this.comments.set(comment.id, merged);
    return merged;
  }

  // `anew`: the first that a new subscription tells. Gives the comments whose numbers changed.
  applyReactions({ comments }: ReactionsUpdate, anew: boolean): Comment[] {
    if (anew) this.told.clear();
    const changed: Comment[] = [];
    for (const [id, tally] of Object.entries(comments)) {
      if (tally.version < (this.told.get(id)?.version ?? 0)) continue;
      this.told.set(id, tally);
      const updated = this.react(id, tally.likes, tally.dislikes);
      if (updated) changed.push(updated);
    }
    return changed;
  }

  react(id: string, likes: number, dislikes: number, reaction?: Reaction): Comment | undefined {
    const known = this.comments.get(id);
    if (!known) return undefined;
    const updated = { ...known, likes, dislikes, reaction: reaction === undefined ? known.reaction ?? null : reaction };
    this.comments.set(id, updated);
    return updated;
  }

  // Events are of the reply alone; what its root counts is its visible replies.
  private countReply(known: Comment | undefined, type: EventType, comment: Comment): void {
    const root = this.comments.get(comment.root);
    if (!root) return;
    const before = known ? known.state === "visible" : goneBy.has(type) || type === "edited";
    const after = comment.state === "visible";
    const replies = Math.max(0, root.replies + Number(after) - Number(before));
    this.comments.set(root.id, { ...root, replies });
  }
}
