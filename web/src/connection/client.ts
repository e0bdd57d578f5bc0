// The page's one connection: calls, writes that survive a lost reply, and channels that any number of
// elements listen to. Reconnecting, back-off and recovery are the library's.
import { Centrifuge, UnauthorizedError } from "centrifuge";
import { Latest, Stream, type LatestHandlers, type StreamHandlers } from "./channel";
import { CallError, Code } from "./errors";
import { DeviceToken, siteTokens, type TokenProvider } from "./identity";
import { refusesOrigin } from "./origin";
import type { Position } from "./protocol";
import { socketUrl } from "./server";

// paused: connected, but the server cannot read or write now (its store is away); what was asked for is repeated.
// refused: the server will not have this connection, or the page at all (`isBarred`), and trying again is no use.
export type Link = "connecting" | "online" | "paused" | "refused";

const invalidToken = 3500;
const unauthorized = 1;
const aboutTokens = " The token is no good, or has expired and the page had no other: docs/EMBED.md, “Readers who are signed in”.";
const aboutOrigins = `this page's origin is not on its list. If the page is yours, add "${location.origin}" to site.origins in the server's configuration: docs/EMBED.md.`;
const patienceMs = 60_000; // how long a write is repeated before it counts as failed
const pauseMs = { first: 300, longest: 5_000, longestOfReads: 10_000 };
// After a return: the server keeps pages for a tick, and not everybody who was away asks at once.
const returnMs = { tick: 500, spread: 2_000 };

export class Client {
  private readonly device: DeviceToken;
  private readonly engine: Promise<Centrifuge>;
  private readonly latest = new Map<string, Latest>();
  private readonly watchers = new Set<(link: Link) => void>();
  private readonly returners = new Set<() => void>();
  private returning?: ReturnType<typeof setTimeout>;
  private replacedDevice = false;
  private connection: Exclude<Link, "paused"> = "connecting";
  private connectedBefore = false;
  private barred = false;
  private wondering = false; // whether it is barred
  private held = 0; // calls that are repeated because the store is away
  private told: Link = "connecting";
  private staffOf = "";

  constructor(
    readonly server: URL,
    tokens: TokenProvider | undefined = siteTokens(),
  ) {
    this.device = new DeviceToken(server);
    this.engine = this.start(tokens);
  }

  get link(): Link {
    return this.connection === "online" && this.held > 0 ? "paused" : this.connection;
  }

  // The site whose comments this user moderates, once connected; empty for everybody else.
  get site(): string {
    return this.staffOf;
  }

  // Refused because the page's origin is not on the server's list: loading it again is no use either.
  get isBarred(): boolean {
    return this.barred;
  }

  // Calls back now and on every change. Gives the way to stop that.
  watch(watcher: (link: Link) => void): () => void {
    this.watchers.add(watcher);
    watcher(this.link);
    return () => this.watchers.delete(watcher);
  }

  // Calls back a moment after what was told before may hold no more: the page was away, or the store has lost
  // something. Channels bring what is everybody's; what is the reader's own is to be read again. Gives the way to stop
  // that.
  onReturn(again: () => void): () => void {
    this.returners.add(again);
    return () => this.returners.delete(again);
  }

  // One attempt. Throws CallError.
  async call<T>(method: string, data: object): Promise<T> {
    const engine = await this.engine;
    try {
      return (await engine.rpc(method, data)).data as T;
    } catch (reason) {
      const error = CallError.from(reason);
      if (this.connection !== "refused") throw error;
      throw new CallError(this.barred ? Code.permissionDenied : Code.unauthorized, error.message);
    }
  }

  // Repeated, word for word, until there is an answer: so `data` has a key or may be done twice. Throws
  // CallError when the server refuses, or nobody answers for a minute.
  write<T>(method: string, data: object): Promise<T> {
    return this.repeat(method, data, patienceMs, pauseMs.longest);
  }

  // What a page cannot begin without: repeated for as long as it takes. Throws CallError when the server refuses.
  read<T>(method: string, data: object): Promise<T> {
    return this.repeat(method, data, Infinity, pauseMs.longestOfReads);
  }

  // A channel of which only the newest value counts.
  listen<T>(channel: string, handlers: LatestHandlers<T>): () => void {
    let shared = this.latest.get(channel);
    if (!shared) {
      shared = new Latest(this.engine, channel, {
        ended: () => this.latest.delete(channel),
        returned: () => this.returned(),
      });
      this.latest.set(channel, shared);
    }
    return shared.add(handlers as LatestHandlers<unknown>);
  }

  // Asks again for a channel that is listened to, because the reader may see more of it now, or less.
  renew(channel: string): void {
    this.latest.get(channel)?.renew();
  }

  // A channel of which nothing may be missed, from a position on. One listener each.
  follow<T>(channel: string, since: Position, handlers: StreamHandlers<T>): Stream<T> {
    const lost = (): void => {
      this.returned();
      handlers.lost();
    };
    return new Stream(this.engine, channel, since, { ...handlers, lost });
  }

  private async start(tokens: TokenProvider | undefined): Promise<Centrifuge> {
    const token = tokens ? await tokens() : "";
    const engine = new Centrifuge(socketUrl(this.server), {
      token: token || this.device.get(),
      getToken: token && tokens ? () => another(tokens) : null,
      name: "voxpop-web",
      minReconnectDelay: 300,
      maxReconnectDelay: 10_000,
    });
    engine.on("connecting", () => this.become("connecting"));
    engine.on("connected", ({ data }) => {
      if (data?.device) {
        this.device.set(data.device);
        engine.setToken(data.device);
      }
      this.staffOf = data?.site ?? "";
      if (this.connectedBefore) this.returned();
      this.connectedBefore = true;
      this.become("online");
    });
    engine.on("disconnected", ({ code, reason }) => {
      const refused = code === invalidToken || code === unauthorized;
      if (refused && !token && !this.replacedDevice) return this.beNewGuest(engine);
      // Readers are told what they can do; why, is for whoever builds the page.
      const why = this.barred ? aboutOrigins : `${reason} (${code}).${refused ? aboutTokens : ""}`;
      console.warn(`Voxpop: ${this.server.host} refused the connection: ${why}`);
      this.become("refused");
    });
    engine.on("error", ({ type }) => {
      if (type === "transport" && !this.connectedBefore) void this.wonder(engine);
    });
    engine.connect();
    return engine;
  }

  // The server has a new secret, or the stored token was damaged: once, and only for guests.
  private beNewGuest(engine: Centrifuge): void {
    this.replacedDevice = true;
    this.device.set("");
    engine.setToken("");
    engine.connect();
  }

  // No connection came about, and there never was one: is this a page that may not have any?
  private async wonder(engine: Centrifuge): Promise<void> {
    if (this.wondering) return;
    this.wondering = true;
    this.barred = (await refusesOrigin(this.server)) && !this.connectedBefore;
    this.wondering = false;
    if (this.barred) engine.disconnect();
  }

  private become(connection: Exclude<Link, "paused">): void {
    this.connection = connection;
    this.tell();
  }

  private tell(): void {
    const { link } = this;
    if (link === this.told) return;
    this.told = link;
    for (const watcher of this.watchers) watcher(link);
  }

  private returned(): void {
    clearTimeout(this.returning);
    const again = (): void => this.returners.forEach((returner) => returner());
    this.returning = setTimeout(again, returnMs.tick + Math.random() * returnMs.spread);
  }

  private async repeat<T>(method: string, data: object, patience: number, longestPause: number): Promise<T> {
    const giveUpAt = Date.now() + patience;
    let held = 0;
    try {
      for (let attempt = 0; ; attempt++) {
        try {
          return await this.call<T>(method, data);
        } catch (reason) {
          const error = CallError.from(reason);
          if (!error.retriable || Date.now() > giveUpAt) throw error;
          if (error.code === Code.storeUnavailable && held === 0) this.hold((held = 1));
          await this.pause(attempt, longestPause);
        }
      }
    } finally {
      this.hold(-held);
    }
  }

  private hold(by: number): void {
    this.held += by;
    this.tell();
  }

  private async pause(attempt: number, longestPause: number): Promise<void> {
    const longest = Math.min(pauseMs.first * 2 ** attempt, longestPause);
    await new Promise((done) => setTimeout(done, longest * (0.5 + Math.random() / 2)));
  }
}

// Who was somebody is not made a guest on the way: without another token the connection ends.
async function another(tokens: TokenProvider): Promise<string> {
  const token = await tokens();
  if (!token) throw new UnauthorizedError("");
  return token;
}

const clients = new Map<string, Client>();

// The page's client of a server, made on first use.
export function clientOf(server: URL): Client {
  const known = clients.get(server.href);
  if (known) return known;
  const client = new Client(server);
  clients.set(server.href, client);
  return client;
}

// A name for one write, never used again.
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
