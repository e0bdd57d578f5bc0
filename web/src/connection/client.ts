// The page's one connection: calls, writes that survive a lost reply, and channels that any number of
// elements listen to. Reconnecting, back-off and recovery are the library's.
import { Centrifuge, UnauthorizedError } from "centrifuge";
import { Latest, Stream, type LatestHandlers, type StreamHandlers } from "./channel";
import { CallError } from "./errors";
import { DeviceToken, siteTokens, type TokenProvider } from "./identity";
import type { Position } from "./protocol";
import { socketUrl } from "./server";

// refused: the server will not have this connection, and trying again is no use.
export type Link = "connecting" | "online" | "refused";

const invalidToken = 3500;
const unauthorized = 1;
const patienceMs = 60_000; // how long a write is repeated before it counts as failed
const pauseMs = { first: 300, longest: 5_000 };

export class Client {
  private readonly device: DeviceToken;
  private readonly engine: Promise<Centrifuge>;
  private readonly latest = new Map<string, Latest>();
  private readonly watchers = new Set<(link: Link) => void>();
  private replacedDevice = false;
  private current: Link = "connecting";
  private staffOf = "";

  constructor(
    readonly server: URL,
    tokens: TokenProvider | undefined = siteTokens(),
  ) {
    this.device = new DeviceToken(server);
    this.engine = this.start(tokens);
  }

  get link(): Link {
    return this.current;
  }

  // The site whose comments this user moderates, once connected; empty for everybody else.
  get site(): string {
    return this.staffOf;
  }

  // Calls back now and on every change. Gives the way to stop that.
  watch(watcher: (link: Link) => void): () => void {
    this.watchers.add(watcher);
    watcher(this.current);
    return () => this.watchers.delete(watcher);
  }

  // One attempt. Throws CallError.
  async call<T>(method: string, data: object): Promise<T> {
    const engine = await this.engine;
    try {
      return (await engine.rpc(method, data)).data as T;
    } catch (reason) {
      throw CallError.from(reason);
    }
  }

  // Repeated, word for word, until there is an answer: so `data` has a key or may be done twice. Throws
  // CallError when the server refuses, or nobody answers for a minute.
  async write<T>(method: string, data: object): Promise<T> {
    const giveUpAt = Date.now() + patienceMs;
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.call<T>(method, data);
      } catch (reason) {
        const error = CallError.from(reason);
        if (!error.retriable || this.current === "refused" || Date.now() > giveUpAt) throw error;
        await this.pause(attempt);
      }
    }
  }

  // A channel of which only the newest value counts.
  listen<T>(channel: string, handlers: LatestHandlers<T>): () => void {
    let shared = this.latest.get(channel);
    if (!shared) {
      shared = new Latest(this.engine, channel, () => this.latest.delete(channel));
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
    return new Stream(this.engine, channel, since, handlers);
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
      this.become("online");
    });
    engine.on("disconnected", ({ code }) => {
      const refused = code === invalidToken || code === unauthorized;
      if (refused && !token && !this.replacedDevice) return this.beNewGuest(engine);
      this.become("refused");
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

  private become(link: Link): void {
    if (link === this.current) return;
    this.current = link;
    for (const watcher of this.watchers) watcher(link);
  }

  private async pause(attempt: number): Promise<void> {
    const longest = Math.min(pauseMs.first * 2 ** attempt, pauseMs.longest);
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
