// A proxy in front of the real server that hands everything on, except for the one thing that a misdeed does wrong.
// A misdeed is an object of hooks, all of them optional:
//   down(client, line, pass)  a line from the server to a client; what it does not pass on is lost
//   up(client, line)          a line from a client to the server, before it is handed on
// Lines are parsed objects; a client has a `number` by the order in which readers subscribed to a thread (from 1;
// undefined for the tool's own questions) and a map `channels` from names to the numbers that the server gave them.
import http from "node:http";
import { once } from "node:events";
import { WebSocket, WebSocketServer } from "ws";

export class MisbehavingProxy {
  constructor(server, misdeed = {}) {
    this.server = server;
    this.misdeed = misdeed;
    this.readers = 0;
  }

  async start() {
    this.http = http.createServer((request, response) => this.#forward(request, response));
    const sockets = new WebSocketServer({ noServer: true });
    this.http.on("upgrade", (request, socket, head) =>
      sockets.handleUpgrade(request, socket, head, (down) => this.#pair(down)),
    );
    this.http.listen(0, "127.0.0.1");
    await once(this.http, "listening");
    return this;
  }

  get websocket() {
    return `ws://127.0.0.1:${this.http.address().port}/connection/websocket`;
  }

  stop() {
    this.http.close();
    this.http.closeAllConnections();
  }

  #forward(request, response) {
    const { method, url: path, headers } = request;
    const onward = http.request({ host: "127.0.0.1", port: this.server.port, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    onward.on("error", () => response.destroy());
    request.pipe(onward);
  }

  #pair(down) {
    const client = { channels: new Map(), asked: new Map(), send: (line) => down.send(JSON.stringify(line)) };
    const up = new WebSocket(this.server.websocket);
    const opened = once(up, "open");
    for (const socket of [up, down]) socket.on("error", () => {});
    down.on("message", async (data) => {
      await opened;
      for (const line of parse(data)) {
        this.#note(client, line);
        this.misdeed.up?.(client, line);
        up.send(JSON.stringify(line));
      }
    });
    up.on("message", (data) => {
      for (const line of parse(data)) {
        const channel = client.asked.get(line.id);
        if (channel && line.subscribe) client.channels.set(channel, line.subscribe.id);
        const pass = (...lines) => lines.forEach(client.send);
        if (this.misdeed.down) this.misdeed.down(client, line, pass);
        else pass(line);
      }
    });
    down.on("close", () => up.terminate());
    up.on("close", () => down.terminate());
  }

  #note(client, { id, subscribe }) {
    if (!subscribe) return;
    client.asked.set(id, subscribe.channel);
    if (subscribe.channel.startsWith("thread:")) client.number ??= ++this.readers;
  }
}

function parse(data) {
  return String(data).split("\n").filter(Boolean).map((line) => JSON.parse(line));
}
