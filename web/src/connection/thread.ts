// A thread as several elements share it: the first page is asked for once, by whoever needs it first.
import type { Client } from "./client";
import type { Sort, ThreadPage } from "./protocol";

export interface PageWish {
  sort?: Sort;
  cursor?: string;
  root?: string;
  limit?: number;
}

export class Thread {
  private firstPage?: Promise<ThreadPage>;

  constructor(
    private readonly client: Client,
    readonly id: string,
  ) {}

  // The first page, newest first. The same answer for all that ask within one turn of the page's life.
  first(): Promise<ThreadPage> {
    if (!this.firstPage) {
      this.firstPage = this.begin({});
      this.firstPage.catch(() => (this.firstPage = undefined));
    }
    return this.firstPage;
  }

  // What an element begins with, however long it takes.
  begin(wish: PageWish): Promise<ThreadPage> {
    return this.client.read<ThreadPage>("thread.get", this.wanted(wish));
  }

  // What the reader asks for, and is told when it does not come.
  page(wish: PageWish): Promise<ThreadPage> {
    return this.client.write<ThreadPage>("thread.get", this.wanted(wish));
  }

  private wanted({ limit = 20, ...wish }: PageWish): object {
    return { thread: this.id, limit, ...wish };
  }
}

const threads = new WeakMap<Client, Map<string, Thread>>();

export function threadOf(client: Client, id: string): Thread {
  let known = threads.get(client);
  if (!known) threads.set(client, (known = new Map()));
  let thread = known.get(id);
  if (!thread) known.set(id, (thread = new Thread(client, id)));
  return thread;
}
