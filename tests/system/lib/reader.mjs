// Somebody connected by hand, one command at a time: each answer and each push as it came.
import assert from "node:assert/strict";
import { RawSocket } from "./raw.mjs";
import { until } from "./wait.mjs";

// A guest without a token. `rpc` answers the data, or the error.
export async function reader(t, server, token) {
  const socket = new RawSocket(server.port);
  t.after(() => socket.socket.destroy());
  await socket.open();
  assert.ok((await socket.command(1, { connect: token ? { token } : {} })).connect);
  let id = 1;
  socket.rpc = async (method, data) => {
    const reply = await socket.command(++id, { rpc: { method, data } });
    return reply.error ?? reply.rpc.data;
  };
  socket.subscribe = async (channel) => (await socket.command(++id, { subscribe: { channel } })).subscribe;
  socket.pushes = () => socket.lines.filter((line) => line.push?.pub).map((line) => line.push.pub.data);
  socket.untilPushed = (holds, what) => until(() => socket.pushes().some(holds), what);
  return socket;
}
