// Where the server is: the folder of the script that the site included, so a page of any origin talks to
// the server that it took the elements from.

let base = new URL("/", location.href);

export function setServerBase(url: URL): void {
  base = url;
}

export function serverBase(): URL {
  return base;
}

export function socketUrl(server: URL): string {
  const url = new URL("connection/websocket", server);
  url.protocol = url.protocol === "http:" ? "ws:" : "wss:";
  return url.href;
}
