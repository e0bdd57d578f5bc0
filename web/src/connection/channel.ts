// Subscriptions as the elements see them: the newest value of something, or a stream without gaps.
import type { Centrifuge, HistoryOptions, HistoryResult, Subscription } from "centrifuge";
import { CallError, Code } from "./errors";
import type { Position } from "./protocol";

export interface LatestHandlers<T> {
  // `anew`: after a new subscription, perhaps to another server, and not to be compared with what was before.
  value(data: T, anew: boolean): void;
  refused?(error: CallError): void;
}

// Shared by all elements that show the same thing; ends with the last of them.
export class Latest {
  private readonly listeners = new Set<LatestHandlers<unknown>>();
  private subscription?: Subscription;
  private last: unknown;
  private subscribedBefore = false;
  private renewing = false;
  private refused = false;

  constructor(
    private readonly engine: Promise<Centrifuge>,
    private readonly channel: string,
    private readonly hooks: { ended(): void; returned(): void },
  ) {
    void this.start();
  }

  add(handlers: LatestHandlers<unknown>): () => void {
    this.listeners.add(handlers);
    if (this.last !== undefined) handlers.value(this.last, false);
    else if (this.refused) this.askAgain();
    return () => {
      this.listeners.delete(handlers);
      if (this.listeners.size === 0) this.stop();
    };
  }

  // Subscribes anew: what this reader may see has changed.
  renew(): void {
    this.renewing = this.subscription !== undefined;
    this.subscription?.unsubscribe();
    this.subscription?.subscribe();
  }

  // Somebody else wants it now, so perhaps it is there now. The answer is everybody's.
  private askAgain(): void {
    this.refused = false;
    this.subscription?.subscribe();
  }

  private async start(): Promise<void> {
    const engine = await this.engine;
    if (this.listeners.size === 0) return;
    const subscription = engine.newSubscription(this.channel);
    this.subscription = subscription;
    subscription.on("subscribed", ({ data }) => {
      this.tell(data, this.subscribedBefore);
      if (this.subscribedBefore && !this.renewing) this.hooks.returned();
      this.subscribedBefore = true;
      this.renewing = false;
    });
    subscription.on("publication", ({ data }) => this.tell(data, false));
    subscription.on("unsubscribed", ({ code, reason }) => {
      if (this.subscription !== subscription || code === 0) return;
      this.refused = true;
      this.last = undefined; // and may never be so again
      const error = new CallError(code, reason);
      for (const listener of this.listeners) listener.refused?.(error);
    });
    subscription.subscribe();
  }

  private tell(data: unknown, anew: boolean): void {
    if (data === undefined || data === null) return;
    this.last = data;
    for (const listener of this.listeners) listener.value(data, anew);
  }

  private stop(): void {
    this.hooks.ended();
    const subscription = this.subscription;
    this.subscription = undefined;
    if (subscription) void this.engine.then((engine) => engine.removeSubscription(subscription));
  }
}

export interface StreamHandlers<T> {
  event(data: T): void;
  // What was missed is no longer kept: load everything again, then call `resume`.
  lost(): void;
  // The server will not let this user follow it, or follow it any longer.
  refused(error: CallError): void;
}

export class Stream<T> {
  private subscription?: Subscription;
  private stopped = false;
  private started: Promise<void>;

  constructor(
    private readonly engine: Promise<Centrifuge>,
    private readonly channel: string,
    since: Position,
    private readonly handlers: StreamHandlers<T>,
  ) {
    this.started = this.start(since);
  }

  // Leaves the old position and goes on from a new one, which came with what was loaded again.
  resume(since: Position): void {
    this.started = this.leave().then(() => this.start(since));
  }

  // The stream so far, from its newest events back as far as it is kept: in pages of at most `size`, each oldest
  // first. Throws CallError.
  async *back(size: number): AsyncGenerator<T[]> {
    await this.started;
    let { publications, epoch } = await this.history({ limit: size });
    while (publications.length > 0) {
      yield publications.map(({ data }) => data as T);
      const before = publications[0]!.offset! - 1;
      const offset = Math.max(0, before - size);
      if (before === offset) return;
      ({ publications } = await this.history({ limit: before - offset, since: { epoch, offset } }));
    }
  }

  stop(): void {
    this.stopped = true;
    void this.leave();
  }

  private async history(wanted: HistoryOptions): Promise<Pick<HistoryResult, "publications" | "epoch">> {
    try {
      // The subscription waits until it is admitted; before, the server would not tell it anything.
      return (await this.subscription?.history(wanted)) ?? { publications: [], epoch: "" };
    } catch (reason) {
      const error = CallError.from(reason);
      if (error.code === Code.unrecoverablePosition) return { publications: [], epoch: "" };
      throw error;
    }
  }

  private async leave(): Promise<void> {
    const engine = await this.engine;
    const left = this.subscription;
    this.subscription = undefined;
    if (left) engine.removeSubscription(left);
  }

  private async start({ epoch, offset }: Position): Promise<void> {
    const engine = await this.engine;
    if (this.stopped) return;
    const subscription = engine.newSubscription(this.channel, { since: { epoch, offset } });
    this.subscription = subscription;
    subscription.on("publication", ({ data }) => {
      if (this.subscription === subscription) this.handlers.event(data as T);
    });
    subscription.on("subscribed", ({ wasRecovering, recovered }) => {
      if (wasRecovering && !recovered && this.subscription === subscription) this.handlers.lost();
    });
    subscription.on("unsubscribed", ({ code, reason }) => {
      if (this.subscription === subscription) this.handlers.refused(new CallError(code, reason));
    });
    subscription.subscribe();
  }
}
