// What goes over the wire: docs/PROTOCOL.md and docs/schema/, as types.

export type CommentState = "pending" | "visible" | "held" | "hidden" | "rejected" | "deleted";
export type Reaction = "like" | "dislike" | null;
export type Sort = "newest" | "oldest" | "most_replies" | "most_liked" | "best" | "controversial";
export type ReportReason = "spam" | "abuse" | "hate" | "false" | "other";
export type Decision = "hide" | "restore" | "remove" | "approve";

export interface Author {
  id: string;
  name: string;
}

export interface Comment {
  id: string;
  thread: string;
  parent: string | null;
  root: string;
  author: Author | null;
  text: string;
  created_ms: number;
  edited_ms?: number;
  state: CommentState;
  version: number;
  replies: number;
  likes: number;
  dislikes: number;
  reaction?: Reaction;
  reports?: number; // moderators are told
}

export interface Counts {
  version: number;
  comments: number;
  saves: number;
  viewers: number;
  hearts: number;
  claps: number;
  views: number;
}

export type TapKind = "heart" | "clap";

export type PollState = "draft" | "scheduled" | "open" | "paused" | "closed" | "archived";

export interface Tally {
  version: number;
  voters: number;
  options: Record<string, number>;
}

export interface Poll {
  id: string;
  thread: string;
  question: string;
  options: { id: string; label: string }[];
  min: number;
  max: number;
  policy: "final" | "changeable" | "retractable";
  results: "always" | "after_vote" | "after_close" | "staff";
  state: PollState;
  round: number;
  closes_ms?: number;
  version: number;
  tally?: Tally;
  hidden?: true;
  choice?: string[];
}

// A publication of `poll:<id>`; without numbers where the reader may not see the results.
export type PollUpdate = (Tally & { state: PollState }) | { version: number; state: PollState; hidden: true };

export interface Ballot {
  poll: string;
  choice: string[];
  tally?: Tally;
}

export interface Me {
  id: string;
  name: string;
  role: "guest" | "reader" | "moderator" | "admin";
  guest: boolean;
}

export interface CommentPage {
  comments: Comment[];
  next: string;
  epoch: string;
  offset: number;
}

// How many characters a comment may have, and for how long after posting it may be changed.
export interface Limits {
  graphemes: number;
  edit_ms: number;
}

export interface ThreadPage extends CommentPage {
  thread: { id: string; title: string; url: string; state: "open" | "closed"; premoderated: boolean };
  counts: Counts;
  saved: boolean;
  polls: Poll[];
  me: Me;
  limits: Limits;
}

export type EventType = "posted" | "edited" | "deleted" | "hidden" | "restored" | "removed" | "approved" | "reported";

export interface ThreadEvent {
  type: EventType;
  comment: Comment;
}

export interface ModerationEvent extends ThreadEvent {
  from: CommentState;
  actor: string | null; // null: of a report
  reason: string;
  at_ms: number;
}

export interface ReactionsUpdate {
  comments: Record<string, { version: number; likes: number; dislikes: number }>;
}

export interface Appended {
  id: string;
  offset: number;
  state: CommentState;
  version: number;
}

export interface Position {
  epoch: string;
  offset: number;
}
