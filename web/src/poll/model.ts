// What a poll element knows: the poll as the server says it is, and the reader's ballot, at once when it is
// cast and taken back when it is refused. No DOM in here.
import type { Client } from "../connection/client";
import { tellOtherTabs } from "../connection/ballots";
import { newKey } from "../connection/client";
import type { Ballot, Poll, PollUpdate, Tally } from "../connection/protocol";

export interface ShownPoll extends Poll {
  choice: string[];
  busy: boolean;
}

export class PollModel {
  private pending?: string[];
  private held?: PollUpdate; // came while a ballot was on its way; it may hold that ballot or not

  constructor(
    private readonly client: Client,
    private poll: Poll,
    private readonly changed: () => void,
  ) {}

  // The poll as it is to be shown.
  get shown(): ShownPoll {
    const choice = this.poll.choice ?? [];
    if (!this.pending) return { ...this.poll, choice, busy: false };
    const tally = this.poll.tally && moved(this.poll.tally, choice, this.pending);
    return { ...this.poll, tally, choice: this.pending, busy: true };
  }

  // Gives true where the reader's ballot is another one than was known: cast elsewhere.
  replace(poll: Poll): boolean {
    if (this.pending) return false;
    const before = this.poll.choice ?? [];
    const after = poll.choice ?? [];
    this.poll = poll;
    this.changed();
    return before.length !== after.length || before.some((id) => !after.includes(id));
  }

  // Gives true where a new round may have begun, so that the poll must be asked for again.
  // `anew`: it takes the place of what was known, also where that seems newer.
  update(update: PollUpdate, anew = false): boolean {
    if (this.pending) {
      this.held = update;
      return false;
    }
    const before = this.poll.state;
    if ("hidden" in update) {
      this.poll = { ...this.poll, state: update.state, tally: undefined, hidden: true };
    } else {
      const { state, ...tally } = update;
      const old = this.poll.tally;
      if (!anew && old && tally.version < old.version && state === before) return false;
      this.poll = { ...this.poll, state, tally, hidden: undefined };
    }
    this.changed();
    return before !== "open" && update.state === "open";
  }

  // Puts a ballot in, or takes it back with an empty one. Throws CallError, with everything as it was.
  async cast(options: string[]): Promise<void> {
    if (this.pending) return;
    this.pending = options;
    this.changed();
    try {
      const method = options.length > 0 ? "poll.vote" : "poll.retract";
      const data = { poll: this.poll.id, key: newKey(), ...(options.length > 0 && { options }) };
      const ballot = await this.client.write<Ballot>(method, data);
      // Without a tally the results are hidden from this reader, now at least: an update that came before the
      // answer is of the time when they were not.
      const tally = ballot.tally && newer(this.poll.tally, ballot.tally);
      this.poll = { ...this.poll, choice: ballot.choice, tally, hidden: tally ? undefined : true };
      if (!tally && this.held?.state === this.poll.state) this.held = undefined;
      tellOtherTabs(this.poll.id);
    } finally {
      this.pending = undefined;
      const held = this.held;
      this.held = undefined;
      if (held) this.update(held);
      this.changed();
    }
  }
}

function newer(a: Tally | undefined, b: Tally): Tally {
  return !a || b.version >= a.version ? b : a;
}

function moved(tally: Tally, from: string[], to: string[]): Tally {
  const options = { ...tally.options };
  for (const id of from) options[id] = Math.max(0, (options[id] ?? 0) - 1);
  for (const id of to) options[id] = (options[id] ?? 0) + 1;
  const voters = tally.voters + Number(to.length > 0) - Number(from.length > 0);
  return { ...tally, options, voters: Math.max(0, voters) };
}
