// docs/PROTOCOL.md against the schemas and the code: each example parses and is valid, and the methods and
// channels that it lists are those that the server has.
import test from "node:test";
import assert from "node:assert/strict";
import { codeBlocks, read, tableRows } from "./repository.mjs";
import {
  channelsWithSchema,
  methodsWithSchema,
  problems,
  problemsOfParams,
  problemsOfPublication,
  problemsOfResult,
} from "./schema.mjs";

const document = read("docs/PROTOCOL.md");
const examples = codeBlocks(document, "json").map(({ line, text }) => ({
  where: `PROTOCOL.md:${line}`,
  messages: text.trim().split("\n").map((each) => ({ text: each, where: `PROTOCOL.md:${line}` })),
}));

const codeSpan = (cell) => /`([^`]+)`/.exec(cell)[1];

test("every example of PROTOCOL.md and ERRORS.md is JSON, one message a line", () => {
  for (const { text, line } of codeBlocks(read("docs/ERRORS.md"), "json")) {
    assert.doesNotThrow(() => JSON.parse(text), `ERRORS.md:${line}`);
  }
  assert.ok(examples.length > 15);
  for (const { messages } of examples) {
    for (const { text, where } of messages) assert.doesNotThrow(() => JSON.parse(text), where);
  }
});

test("what the examples call and answer fits the schemas", () => {
  const seen = new Set();
  for (const { where, messages } of examples) {
    let method;
    for (const message of messages.map(({ text }) => JSON.parse(text))) {
      if (message.rpc?.method) {
        method = message.rpc.method;
        seen.add(method);
        assert.equal(problemsOfParams(method, message.rpc.data), "", where);
      } else if (message.rpc) {
        assert.equal(problemsOfResult(method, message.rpc.data), "", where);
      }
    }
  }
  assert.deepEqual([...seen].sort(), methodsWithSchema(), "each method has an example");
});

test("what the examples publish fits the schemas", () => {
  const seen = new Set();
  for (const { where, messages } of examples) {
    let channel;
    for (const message of messages.map(({ text }) => JSON.parse(text))) {
      channel = message.subscribe?.channel ?? message.push?.channel ?? channel;
      const push = message.push?.pub ? [message.push.pub] : [];
      for (const { data } of [...push, ...(message.subscribe?.publications ?? [])]) {
        seen.add(channel.split(":")[0]);
        assert.equal(problemsOfPublication(channel, data), "", where);
      }
    }
  }
  assert.deepEqual([...seen].sort(), channelsWithSchema(), "each kind of channel has an example");
});

test("the table of methods is the server's", () => {
  const rows = [...read("src/app/rpc/methods.cpp").matchAll(/Method\{\s*"([\w.]+)"/g)].map((match) => match[1]);
  const documented = tableRows(document, "Methods").map((cells) => codeSpan(cells[0]));
  assert.ok(rows.length >= 6);
  assert.deepEqual(documented, rows);
  assert.deepEqual([...rows].sort(), methodsWithSchema(), "and each has a schema");
});

test("the role of each method is what the table of permissions says", () => {
  const operations = new Map(
    [...read("src/app/rpc/methods.cpp").matchAll(/Method\{\s*"([\w.]+)",\s*Operation::(\w+)/g)].map((m) => [m[1], m[2]]),
  );
  const lowest = new Map();
  const row = /Permission\{Operation::(\w+),\s*(yes|no),\s*(yes|no),\s*(yes|no),\s*(yes|no)\}/g;
  for (const [, operation, ...may] of read("src/domain/identity.cpp").matchAll(row)) {
    lowest.set(operation, ["guest", "reader", "moderator", "admin"][may.indexOf("yes")]);
  }
  for (const cells of tableRows(document, "Methods")) {
    const method = codeSpan(cells[0]);
    assert.equal(cells[2], lowest.get(operations.get(method)), method);
    const description = JSON.parse(read(`docs/schema/rpc.${method}.json`)).description;
    assert.match(description, new RegExp(`Role: ${cells[2]} or above`), method);
  }
});

test("the table of channels is the server's", () => {
  const names = [...read("src/app/channel_name.cpp").matchAll(/\{"(\w+):", Facet::/g)].map((match) => match[1]);
  const documented = tableRows(document, "Channels").map((cells) => codeSpan(cells[0]).split(":")[0]);
  assert.ok(names.length >= 4);
  assert.deepEqual([...documented].sort(), [...names].sort());
});

test("the schemas refuse what is wrong", () => {
  assert.notEqual(problemsOfParams("poll.vote", { poll: "demo", options: "pro" }), "");
  assert.notEqual(problemsOfParams("poll.vote", { options: ["pro"] }), "");
  assert.notEqual(problemsOfResult("comment.post", { id: "no", offset: 1, state: "visible", version: 1 }), "");
  assert.notEqual(problems("channel.poll.json#/$defs/data", { version: 1 }), "");
});
