// What every part of a comment list needs from the element around it.
import type { Client } from "../connection/client";
import type { Comment, Limits, Me } from "../connection/protocol";
import type { Thread } from "../connection/thread";
import type { Messages } from "../i18n";
import type { Draft } from "./composer";
import type { CommentStore } from "./store";

export interface CommentContext {
  readonly words: Messages;
  readonly client: Client;
  readonly thread: Thread;
  readonly store: CommentStore;
  readonly root: ShadowRoot;
  readonly me: Me;
  readonly limits: Limits;
  readonly closed: boolean; // no more comments here
  guestName(): string;
  // Posts and remembers; gives the comment as it is now known.
  post(draft: Draft, parent: Comment | null): Promise<Comment>;
  // Opens the field for a reply below the comment's root.
  reply(to: Comment): void;
  // Tells screen readers.
  announce(text: string): void;
}
