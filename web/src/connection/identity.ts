// Who the reader is to the server: somebody for whom the site vouches with a JWT, or a guest with a device
// token that the server gave this browser before.

export type TokenProvider = () => string | Promise<string>;

let provider: TokenProvider | undefined;

// The site's own way to a fresh token of its signed-in reader. Call it before the first element is used.
export function setTokenProvider(given: TokenProvider): void {
  provider = given;
}

// Without a provider: <meta name="voxpop-token" content="JWT"> for the first token,
// <meta name="voxpop-token-url" content="/my/token"> for every other (plain text, same origin). Without the
// address there is no other: an empty one, which ends the connection.
export function siteTokens(): TokenProvider | undefined {
  if (provider) return provider;
  let first = meta("voxpop-token");
  const url = meta("voxpop-token-url");
  if (!first && !url) return undefined;
  return async () => {
    const token = first || (url ? await fetchToken(url) : "");
    first = "";
    return token;
  };
}

function meta(name: string): string {
  return document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? "";
}

async function fetchToken(url: string): Promise<string> {
  const response = await fetch(url, { credentials: "same-origin", cache: "no-store" });
  if (response.status === 401 || response.status === 403) return "";
  if (!response.ok) throw new Error(`no token: HTTP ${response.status}`);
  return (await response.text()).trim();
}

// The device token of this browser for one server. Private windows may refuse storage; then the guest lasts
// as long as the page.
export class DeviceToken {
  private readonly key: string;
  private inMemory = "";

  constructor(server: URL) {
    this.key = `voxpop.device.${server.host}${server.pathname}`;
  }

  get(): string {
    try {
      return localStorage.getItem(this.key) ?? this.inMemory;
    } catch {
      return this.inMemory;
    }
  }

  set(token: string): void {
    this.inMemory = token;
    try {
      if (token) localStorage.setItem(this.key, token);
      else localStorage.removeItem(this.key);
    } catch {
      // Kept in memory.
    }
  }
}
