// What the two layouts of a poll have in common.
import type { Messages } from "../i18n";
import { number, percentages } from "../ui/words";
import type { ShownPoll } from "./model";

export interface PollView {
  readonly element: HTMLElement;
  show(poll: ShownPoll): void;
}

export interface PollActions {
  // Asks for this ballot; empty: none any more.
  cast(options: string[]): void;
}

export interface OptionResult {
  id: string;
  label: string;
  votes: number;
  share: number; // 0 to 1, exact
  percent: string; // "58%", "–" while nobody voted
  chosen: boolean;
  side: string; // a CSS class
}

// The options with their results; without any where those are hidden.
export function results(poll: ShownPoll): OptionResult[] {
  const votes = poll.options.map(({ id }) => poll.tally?.options[id] ?? 0);
  const total = votes.reduce((sum, value) => sum + value, 0);
  const percents = percentages(votes);
  return poll.options.map(({ id, label }, index) => ({
    id,
    label,
    votes: votes[index]!,
    share: total === 0 ? 0 : votes[index]! / total,
    percent: percents ? `${percents[index]}%` : "–",
    chosen: poll.choice.includes(id),
    side: poll.options.length === 2 ? (index === 0 ? "pro" : "con") : "any",
  }));
}

export function isOpen(poll: ShownPoll): boolean {
  return poll.state === "open";
}

// May the reader change, or take back, the ballot that is in?
export function isSettled(poll: ShownPoll): boolean {
  return poll.choice.length > 0 && poll.policy === "final";
}

export function totals(poll: ShownPoll, words: Messages): string {
  if (!poll.tally) {
    if (poll.results === "after_vote") return words.hiddenAfterVote;
    return poll.results === "after_close" ? words.hiddenAfterClose : words.hiddenStaff;
  }
  if (poll.tally.voters === 0) return words.noVotes;
  const voters = words.voters(number(poll.tally.voters, words));
  if (poll.max === 1) return voters;
  const chosen = Object.values(poll.tally.options).reduce((sum, value) => sum + value, 0);
  return `${voters} · ${words.selections(number(chosen, words))}`;
}

// What the reader may do, or why nothing.
export function hint(poll: ShownPoll, words: Messages): string {
  if (poll.state === "closed" || poll.state === "archived") return words.closed;
  if (poll.state === "paused") return words.paused;
  if (poll.state !== "open") return words.notYetOpen;
  if (poll.choice.length === 0) {
    if (poll.policy === "final") return words.finalBallot;
    return poll.max > 1 ? words.pick(poll.min, poll.max) : words.changeable;
  }
  if (poll.policy === "retractable" && poll.max === 1) return words.again;
  return poll.policy === "final" ? words.finalBallot : words.changeable;
}
