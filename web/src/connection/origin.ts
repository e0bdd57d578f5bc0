// Why a page never gets a connection: the browser keeps to itself what a refused handshake said. But the server
// lets the same origins read its API as open its socket, and lets everybody read its script.

// True where the server is there and will not have this page's origin; false also where nobody can tell.
export async function refusesOrigin(server: URL): Promise<boolean> {
  if (server.origin === location.origin) return false;
  const isThere = (): Promise<boolean> => canRead(new URL(`embed.js?at=${Date.now()}`, server)); // no cache's copy
  // There before and after: one that is just stopping or starting refuses nobody.
  return (await isThere()) && !(await canRead(new URL("api/v1/counts?threads=any", server))) && (await isThere());
}

function canRead(url: URL): Promise<boolean> {
  return fetch(url, { method: "HEAD", cache: "no-store" }).then(() => true, () => false);
}
