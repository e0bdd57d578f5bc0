// A WebSocket client by hand, for what no well-behaved client sends: broken frames, half a handshake, a
// reader that never reads.
import net from "node:net";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { until } from "./wait.mjs";

export const opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 };

export class RawSocket {
  constructor(port) {
    this.socket = net.connect(port, "127.0.0.1");
    this.socket.on("error", () => {});
    this.socket.on("close", () => (this.closed = true));
    this.received = Buffer.alloc(0);
    this.lines = []; // protocol messages, parsed
    this.closed = false;
    this.closeCode = null;
    this.closeReason = "";
  }

  // Upgrades; `headers` replace or add to the ordinary ones. Resolves with the status line.
  async open(headers = {}) {
    await once(this.socket, "connect");
    const all = {
      Host: "localhost",
      Upgrade: "websocket",
      Connection: "Upgrade",
      "Sec-WebSocket-Version": "13",
      "Sec-WebSocket-Key": randomBytes(16).toString("base64"),
      Origin: "http://localhost",
      ...headers,
    };
    const text = Object.entries(all)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join("");
    this.socket.write(`GET /connection/websocket HTTP/1.1\r\n${text}\r\n`);
    this.socket.on("data", (bytes) => {
      this.received = Buffer.concat([this.received, bytes]);
      if (this.status) this.parse();
    });
    await until(() => this.closed || this.received.includes("\r\n\r\n"), "an answer to the handshake");
    const end = this.received.indexOf("\r\n\r\n");
    this.status = this.received.subarray(0, Math.max(end, 0)).toString().split("\r\n")[0];
    this.received = this.received.subarray(end + 4);
    this.parse();
    return this.status;
  }

  parse() {
    for (;;) {
      if (this.received.length < 2) return;
      let length = this.received[1] & 127;
      let offset = 2;
      if (length === 126) {
        if (this.received.length < 4) return;
        length = this.received.readUInt16BE(2);
        offset = 4;
      } else if (length === 127) {
        if (this.received.length < 10) return;
        length = Number(this.received.readBigUInt64BE(2));
        offset = 10;
      }
      if (this.received.length < offset + length) return;
      this.take(this.received[0] & 15, this.received.subarray(offset, offset + length));
      this.received = this.received.subarray(offset + length);
    }
  }

  take(code, payload) {
    if (code === opcode.text) {
      for (const line of payload.toString().split("\n")) this.lines.push(JSON.parse(line));
    } else if (code === opcode.close && payload.length >= 2) {
      this.closeCode = payload.readUInt16BE(0);
      if (!this.answered) this.frame(opcode.close, payload.subarray(0, 2)); // as a good client does
      this.answered = true;
      this.closeReason = payload.subarray(2).toString();
    }
  }

  // One frame; by default a proper one: final, masked.
  frame(code, payload, { mask = true, final = true, reserved = 0, declaredLength } = {}) {
    const body = Buffer.from(payload);
    const length = declaredLength ?? body.length;
    const head = [(final ? 128 : 0) | (reserved << 4) | code];
    if (length < 126) head.push(length);
    else if (length < 65536) head.push(126, length >> 8, length & 255);
    else head.push(127, 0, 0, 0, 0, ...[24, 16, 8, 0].map((shift) => (length >>> shift) & 255));
    if (mask) head[1] |= 128;
    const key = mask ? randomBytes(4) : Buffer.alloc(0);
    if (mask) for (let i = 0; i < body.length; i++) body[i] ^= key[i & 3];
    this.socket.write(Buffer.concat([Buffer.from(head), key, body]));
  }

  text(value) {
    this.frame(opcode.text, typeof value === "string" || Buffer.isBuffer(value) ? value : JSON.stringify(value));
  }

  // Sends a command and waits for the reply with its id.
  async command(id, body) {
    this.text({ ...body, id });
    return this.reply(id);
  }
  async reply(id) {
    const found = () => this.lines.find((line) => line.id === id);
    await until(() => found() || this.closed, `a reply to command ${id}`);
    return found() ?? { closed: this.closeCode };
  }

  async untilClosed() {
    await until(() => this.closed, "the server closes the connection", 30_000);
    return this.closeCode;
  }

  destroy() {
    this.socket.destroy();
  }
}

// A raw socket that has upgraded and, unless told otherwise, connected as a guest.
export async function rawClient(t, server, { connected = true, token } = {}) {
  const client = new RawSocket(server.port);
  t.after(() => client.destroy());
  await client.open();
  if (connected) client.welcome = await client.command(1, { connect: token ? { token } : {} });
  return client;
}
