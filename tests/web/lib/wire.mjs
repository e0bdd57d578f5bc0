// A hand on a page's socket: what the page says, and what the server answers, as a test would have it.

// `command(message, answer)` sees every command and gives what the server is to get: the same, another one, or
// nothing, where the test has answered itself. `reply(message)` gives what the page is to get.
export async function onTheWire(page, { command = (message) => message, reply = (message) => message }) {
  await page.routeWebSocket(/\/connection\/websocket/, (socket) => {
    const server = socket.connectToServer();
    const answer = (message) => socket.send(JSON.stringify(message));
    socket.onMessage((frame) => pass(frame, (message) => command(message, answer), (text) => server.send(text)));
    server.onMessage((frame) => pass(frame, reply, (text) => socket.send(text)));
  });
}

function pass(frame, change, send) {
  const changed = String(frame).split("\n").filter(Boolean).map((line) => change(JSON.parse(line)));
  const kept = changed.filter(Boolean).map((message) => JSON.stringify(message));
  if (kept.length > 0) send(kept.join("\n"));
}
