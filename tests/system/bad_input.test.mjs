// What no good client sends: each is refused with the documented error or close code, and a bystander who is
// connected all the while is served as before.
import test from "node:test";
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { call, connect, subscribe } from "./lib/clients.mjs";
import { opcode, RawSocket, rawClient } from "./lib/raw.mjs";
import { serve } from "./lib/server.mjs";
import { tokenFor } from "./lib/jwt.mjs";
import { until } from "./lib/wait.mjs";

// A server with a bystander; `stillServed` proves that the bystander's vote and comment go through.
async function serverWithBystander(t, options) {
  const server = await serve(t, options);
  const bystander = await connect(t, server.websocket, { token: tokenFor("bystander") });
  const thread = await subscribe(bystander, "thread:demo");
  const reconnects = [];
  bystander.on("connecting", (context) => reconnects.push(context));
  const stillServed = async () => {
    const { id } = await call(bystander, "comment.post", { thread: "demo", text: "still here" });
    const seen = () => thread.publications.some((one) => one.data.comment.id === id);
    await until(seen, "the bystander's own comment");
    assert.deepEqual(reconnects, [], "the bystander never lost its connection");
  };
  return { server, stillServed };
}

const closing = {
  "malformed JSON": [3501, (client) => client.text("{")],
  "a null with a typing error": [3501, (client) => client.text('{"rpc":{"method":"poll.get","data":nul1},"id":2}')],
  "a command that is no object": [3501, (client) => client.text("[1,2,3]")],
  "an empty frame": [3501, (client) => client.text("")],
  "a pong that nobody asked for": [3501, (client) => client.text("{}")],
  "a second connect": [3501, (client) => client.text({ connect: {}, id: 2 })],
  "a command without an id": [3501, (client) => client.text({ rpc: { method: "thread.get", data: {} } })],
  "an empty channel": [3501, (client) => client.text({ subscribe: { channel: "" }, id: 2 })],
  "a send": [3508, (client) => client.text({ send: { data: {} } })],
  "a frame over the limit": [1009, (client) => client.text(Buffer.alloc(65 * 1024, 32))],
  "a declared length of 4 GB": [
    1009,
    (client) => client.frame(opcode.text, "x", { declaredLength: 0xffffffff }),
  ],
  "text that is not UTF-8": [1007, (client) => client.text(Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]))],
  "a UTF-8 sequence cut at the end of the message": [
    1007,
    (client) => {
      client.frame(opcode.text, Buffer.from([0x22, 0xed, 0x95]), { final: false });
      client.frame(opcode.continuation, "");
    },
  ],
  "a binary frame": [1003, (client) => client.frame(opcode.binary, "{}")],
  "an unmasked frame": [1002, (client) => client.frame(opcode.text, "{}", { mask: false })],
  "reserved bits": [1002, (client) => client.frame(opcode.text, "{}", { reserved: 4 })],
  "a continuation of nothing": [1002, (client) => client.frame(opcode.continuation, "{}")],
  "an unknown opcode": [1002, (client) => client.frame(3, "{}")],
};

test("what breaks the protocol closes the connection with the documented code", async (t) => {
  const { server, stillServed } = await serverWithBystander(t);
  for (const [what, [code, send]] of Object.entries(closing)) {
    await t.test(what, async (t) => {
      const client = await rawClient(t, server);
      send(client);
      assert.equal(await client.untilClosed(), code);
      assert.ok(Buffer.byteLength(client.closeReason) <= 32, "the reason is short");
    });
  }
  await t.test("anything before connect", async (t) => {
    const client = await rawClient(t, server, { connected: false });
    client.text({ subscribe: { channel: "thread:demo" }, id: 1 });
    assert.equal(await client.untilClosed(), 3501);
  });
  await t.test("a token with a wrong signature", async (t) => {
    const client = await rawClient(t, server, { connected: false });
    client.text({ connect: { token: `${tokenFor("eve").slice(0, -4)}AAAA` }, id: 1 });
    assert.equal(await client.untilClosed(), 3500);
  });
  await stillServed();
});

const refused = {
  "an unknown channel": [102, { subscribe: { channel: "nosuch:thing" } }],
  "a channel without a namespace": [102, { subscribe: { channel: "demo" } }],
  "a channel name that is too long": [107, { subscribe: { channel: `thread:${"x".repeat(300)}` } }],
  "a poll that does not exist": [401, { subscribe: { channel: "poll:nosuch" } }],
  "an unknown method": [104, { rpc: { method: "no.such", data: {} } }],
  "a vote in no poll": [401, { rpc: { method: "poll.vote", data: { poll: "nosuch", options: ["pro"] } } }],
  "a vote for no option of it": [405, { rpc: { method: "poll.vote", data: { poll: "demo", options: ["x"] } } }],
  "a vote for two options of one": [
    405,
    { rpc: { method: "poll.vote", data: { poll: "demo", options: ["pro", "con"] } } },
  ],
  "options of the wrong type": [107, { rpc: { method: "poll.vote", data: { poll: "demo", options: "pro" } } }],
  "a poll of the wrong type": [107, { rpc: { method: "poll.vote", data: { poll: 7, options: ["pro"] } } }],
  "no data at all": [107, { rpc: { method: "poll.vote" } }],
  "a comment on nothing": [107, { rpc: { method: "comment.post", data: { text: "hello" } } }],
  "an empty comment": [408, { rpc: { method: "comment.post", data: { thread: "demo", text: " \n " } } }],
  "a comment that is too long": [
    408,
    { rpc: { method: "comment.post", data: { thread: "demo", text: "가".repeat(2001) } } },
  ],
  "a control character": [408, { rpc: { method: "comment.post", data: { thread: "demo", text: "a\u0007b" } } }],
  "a reply to no comment": [
    402,
    { rpc: { method: "comment.post", data: { thread: "demo", text: "re", parent: "0123456789abc" } } },
  ],
  "a moderator's decision by a guest": [
    103,
    { rpc: { method: "mod.decide", data: { comment: "0123456789abc", action: "hide", reason: "x" } } },
  ],
  publishing: [108, { publish: { channel: "thread:demo", data: {} } }],
};

test("what cannot be done is answered with the documented error, and the connection stays", async (t) => {
  const { server, stillServed } = await serverWithBystander(t);
  const client = await rawClient(t, server);
  let id = 10;
  for (const [what, [code, command]] of Object.entries(refused)) {
    await t.test(what, async () => {
      const reply = await client.command(++id, command);
      assert.equal(reply.error?.code, code, JSON.stringify(reply));
      assert.ok(reply.error.message.length > 0);
    });
  }
  const { rpc } = await client.command(++id, { rpc: { method: "thread.get", data: { thread: "demo" } } });
  assert.equal(rpc.data.thread.id, "demo", "the connection is as good as new");
  assert.doesNotMatch(JSON.stringify(rpc.data.comments), /hello/, "nothing of it was stored");
  await stillServed();
});

test("a text of the greatest length that is allowed is stored whole", async (t) => {
  const server = await serve(t);
  const client = await rawClient(t, server, { token: tokenFor("writer") });
  const text = "가".repeat(2000);
  const posted = await client.command(2, { rpc: { method: "comment.post", data: { thread: "demo", text } } });
  assert.equal(posted.rpc?.data.state, "visible", JSON.stringify(posted));
  const page = await client.command(3, { rpc: { method: "thread.get", data: { thread: "demo" } } });
  assert.ok(page.rpc.data.comments.some((comment) => comment.text === text));
});

test("handshakes that are not WebSocket's are refused with an HTTP error", async (t) => {
  const { server, stillServed } = await serverWithBystander(t);
  const wrong = {
    "no key": { "Sec-WebSocket-Key": null },
    "a short key": { "Sec-WebSocket-Key": "c2hvcnQ=" },
    "an old version": { "Sec-WebSocket-Version": "8" },
    "a page of another site": { Origin: "https://evil.example" },
  };
  for (const [what, headers] of Object.entries(wrong)) {
    await t.test(what, async (t) => {
      const client = new RawSocket(server.port);
      t.after(() => client.destroy());
      assert.match(await client.open(headers), /^HTTP\/1\.1 4\d\d /);
    });
  }
  await stillServed();
});

test("a flood is answered with 111, and nothing of it is lost silently", async (t) => {
  const rates = "[rates.commands_per_connection]\nburst = 50\nper_minute = 60\n";
  const { server, stillServed } = await serverWithBystander(t, { rates });
  const client = await rawClient(t, server);
  const commands = Array.from({ length: 400 }, (_, i) =>
    JSON.stringify({ rpc: { method: "thread.get", data: { thread: "demo" } }, id: i + 2 }),
  );
  for (let i = 0; i < commands.length; i += 20) client.text(commands.slice(i, i + 20).join("\n"));
  await until(() => client.closed || client.lines.some((line) => line.id === 401), "the end of the flood");
  const replies = client.lines.filter((line) => line.id > 1);
  const refusals = replies.filter((line) => line.error);
  assert.ok(replies.length - refusals.length <= 60, "no more than the rate was served");
  assert.ok(refusals.every((line) => line.error.code === 111 && line.error.temporary === true));
  assert.equal(replies.length, 400, "each command has its answer");
  await stillServed();
});

test("more commands than may wait are all answered, in order", async (t) => {
  const { server, stillServed } = await serverWithBystander(t);
  const client = await rawClient(t, server);
  const count = 1200; // the server reads on once fewer than 256 of them wait
  const commands = Array.from({ length: count }, (_, i) =>
    JSON.stringify({ rpc: { method: "poll.get", data: { poll: "demo" } }, id: i + 2 }),
  );
  for (let i = 0; i < count; i += 100) client.text(commands.slice(i, i + 100).join("\n"));
  await until(() => client.closed || client.lines.length > count, "the last answer");
  const answers = client.lines.filter((line) => line.id > 1);
  assert.deepEqual(answers.map((line) => line.id), Array.from({ length: count }, (_, i) => i + 2));
  assert.ok(answers.every((line) => line.rpc.data.id === "demo"));
  await stillServed();
});

test("newcomers without a descriptor are hung up on, while others read and write as before", async (t) => {
  const server = await serve(t); // nobody has read from the store yet
  const client = await rawClient(t, server);
  await promisify(execFile)("prlimit", ["--pid", server.process.pid, "--nofile=48:"]);
  const crowd = Array.from({ length: 100 }, () => new RawSocket(server.port));
  t.after(() => crowd.forEach((one) => one.destroy()));
  await until(() => crowd.filter((one) => one.closed).length >= 4, "newcomers are hung up on");
  for (let id = 2; id < 10; id++) {
    const list = await client.command(id, { rpc: { method: "comment.list", data: { thread: "demo", limit: id } } });
    assert.ok(list.rpc, JSON.stringify(list));
  }
  const ballot = await client.command(10, { rpc: { method: "poll.vote", data: { poll: "demo", options: ["pro"] } } });
  assert.deepEqual(ballot.rpc?.data.choice, ["pro"]);
  crowd.forEach((one) => one.destroy());
  const welcomed = async () => (await rawClient(t, server)).welcome?.connect;
  await until(welcomed, "a newcomer is served again");
});

test("half-open connections end: silent before the request, and without a connect command", async (t) => {
  const { server, stillServed } = await serverWithBystander(t);
  const silent = new RawSocket(server.port);
  t.after(() => silent.destroy());
  const upgraded = await rawClient(t, server, { connected: false });
  await silent.untilClosed();
  assert.equal(await upgraded.untilClosed(), 3502);
  await stillServed();
});

// Its stream overflows into a resubscription (2500) that it does not hear; then a ping goes unanswered.
test("a client that stops reading is closed with bounded memory while others go on", async (t) => {
  const config = '[limits]\nping_interval = "10s"\npong_timeout = "5s"\n';
  const { server, stillServed } = await serverWithBystander(t, { config });
  const deaf = await rawClient(t, server);
  await deaf.command(2, { subscribe: { channel: "thread:busy" } });
  deaf.socket.pause();
  const writer = await connect(t, server.websocket, { token: tokenFor("writer") });
  const text = "가".repeat(1500);
  const post = async (rounds) => {
    for (let round = 0; round < rounds; round++) {
      await Promise.all(Array.from({ length: 100 }, () => call(writer, "comment.post", { thread: "busy", text })));
    }
  };
  await post(12); // fills what is bounded by its number: histories, caches
  const before = await residentBytes(server);
  await post(30); // 14 MB more: far over the socket's buffers and the outbox
  deaf.socket.resume();
  await deaf.untilClosed();
  const grown = (await residentBytes(server)) - before;
  assert.ok(grown < 32 * 1024 * 1024, `the server grew by ${grown} bytes`);
  await stillServed();
});

async function residentBytes(server) {
  const { readFile } = await import("node:fs/promises");
  const status = await readFile(`/proc/${server.process.pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)[1]) * 1024;
}
