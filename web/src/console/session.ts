// The moderator's token: taken from the address once (/moderate#token=…), then out of sight, and forgotten
// with the tab.

const key = "voxpop.moderator";

export function openSession(): string {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given) {
    remember(given);
    history.replaceState(null, "", location.pathname + location.search);
    return given;
  }
  return sessionStorage.getItem(key) ?? "";
}

export function remember(token: string): void {
  sessionStorage.setItem(key, token);
}

export function forget(): void {
  sessionStorage.removeItem(key);
}

// Who the token says one is; the server decides whether that is true.
export function claims(token: string): { sub: string; name: string; exp: number } {
  try {
    const [, payload = ""] = token.split(".");
    const binary = atob(payload.replaceAll("-", "+").replaceAll("_", "/"));
    const text = new TextDecoder().decode(Uint8Array.from(binary, (character) => character.charCodeAt(0)));
    const { sub, exp, info } = JSON.parse(text);
    return { sub: String(sub ?? ""), name: String(info?.name ?? ""), exp: Number(exp ?? 0) };
  } catch {
    return { sub: "", name: "", exp: 0 };
  }
}

export function isExpired(token: string, now = Date.now()): boolean {
  const { exp } = claims(token);
  return exp !== 0 && exp * 1000 < now;
}
