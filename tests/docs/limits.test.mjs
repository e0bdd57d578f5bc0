// Numbers that the documents quote are the code's.
import test from "node:test";
import assert from "node:assert/strict";
import { read } from "./repository.mjs";

const header = read("src/base/limits.hpp");

// The value of a constant, its arithmetic done: "64 * 1024", "1'000", "25s".
function limit(name) {
  const found = new RegExp(`\\b${name} = ([^;]+);`).exec(header);
  assert.ok(found, `no limit ${name}`);
  const units = { ms: 0.001, s: 1, min: 60, h: 3600 };
  const [, factors, unit] = /^(?:std::chrono::hours\()?([\d' *]+?)(ms|s|min|h)?\)?$/.exec(found[1].trim());
  const number = factors.replaceAll("'", "").split("*").reduce((product, each) => product * Number(each), 1);
  return unit ? number * units[unit] : number;
}

const kib = (bytes) => `${bytes / 1024} KiB`;
const mib = (bytes) => `${bytes / 1024 / 1024} MiB`;

const quoted = [
  ["docs/PROTOCOL.md", `at most ${kib(limit("kCommandBytesMax"))}; the first`],
  ["docs/PROTOCOL.md", `resubscription, at most ${mib(limit("kFirstFrameBytesMax"))}`],
  ["docs/PROTOCOL.md", `At most ${limit("kCommandsPerFrameMax")} commands`],
  ["docs/PROTOCOL.md", `every ${limit("kPingInterval")} s and expects \`{}\` back within ${limit("kPongTimeout")} s`],
  ["docs/PROTOCOL.md", `${limit("kTokenGrace")} s after it`],
  ["docs/PROTOCOL.md", `within ${limit("kRecoverEventsMax").toLocaleString("en")} events`],
  ["docs/PROTOCOL.md", `tick (${limit("kTick") * 1000} ms)`],
  ["docs/PROTOCOL.md", `for ${limit("kIdempotencyTtl")} hours`],
  ["docs/ERRORS.md", `A frame over ${kib(limit("kCommandBytesMax"))}, the first over ${mib(limit("kFirstFrameBytesMax"))}`],
  ["docs/ERRORS.md", `its outbox (${mib(limit("kOutboxBytesMax"))})`],
  ["docs/ERRORS.md", `No answer to a ping within ${limit("kPongTimeout")} s`],
  ["docs/ERRORS.md", `No \`connect\` within ${limit("kConnectTimeout")} s`],
  ["docs/ERRORS.md", `no refresh came within ${limit("kTokenGrace")} s`],
];

for (const [file, words] of quoted) {
  test(`${file} says "${words}"`, () => {
    const text = read(file).replace(/\s+/g, " ");
    assert.ok(text.includes(words.replace(/\s+/g, " ")), `the code's limit is another, or the sentence changed`);
  });
}

test("the schemas' bounds are the code's", () => {
  const { $defs } = JSON.parse(read("docs/schema/common.json"));
  assert.equal($defs.limit.maximum, limit("kPageCommentsMax"));
  assert.equal($defs.limit.default, limit("kPageCommentsDefault"));
  assert.equal($defs.poll.properties.options.maxItems, limit("kPollOptionsMax"));
});
