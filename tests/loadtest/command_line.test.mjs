// What an operator meets at the terminal: help, exit codes, the live screen, warnings about the tool itself; and the
// comparison with servers of other protocols.
import test, { describe } from "node:test";
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { WebSocketServer } from "ws";
import { serve } from "../system/lib/server.mjs";
import { until } from "../system/lib/wait.mjs";
import { follow, load, run, start, tool } from "./tool.mjs";

const concurrency = 5;
const brief = ["--connections", "20", "--duration", "1", "--rate", "50"];

test("list names the scenarios, and each explains itself", async () => {
  const { code, output } = await run("list");
  assert.equal(code, 0);
  const names = [...output.matchAll(/^ {2}([a-z-]+) {2,}\S/gm)].map((match) => match[1]);
  assert.deepEqual(names, [
    "idle", "hot-article", "closing-time", "breaking-news", "comment-burst", "slow-readers", "reconnect-storm",
    "front-page", "moderators", "mixed",
  ]);
  for (const name of names) {
    const help = await run(name, "--help");
    assert.equal(help.code, 0);
    for (const word of ["--target", "--require", "p99_ms", "Exit code: 0"]) assert.ok(help.output.includes(word), word);
  }
});

test("exit code 2: wrong usage, and what is wrong with it", async () => {
  const wrong = [
    [[], /subcommand/],
    [["no-such-scenario"], /no-such-scenario|subcommand/],
    [["hot-article", "--connections", "0"], /connections/],
    [["hot-article", "--target", "http://example.org"], /begins with ws:/],
    [["hot-article", "--require", "p98_ms<1"], /did you mean "p9/],
    [["hot-article", "--token", "/no/such/file"], /cannot be read/],
    [["check", "/no/such/journal"], /does not exist/],
  ];
  for (const [words, why] of wrong) {
    const { code, output } = await run(...words);
    assert.equal(code, 2, words.join(" "));
    assert.match(output, why);
  }
});

test("exit code 3: nobody there", async () => {
  const { code, output } = await run("hot-article", "--target", "ws://127.0.0.1:1/connection/websocket");
  assert.equal(code, 3, output);
  assert.match(output, /127\.0\.0\.1:1: Connection refused/);
});

describe("with a server:", { concurrency }, () => {
  test("exit code 0 when all thresholds are met, 1 when one is not", async (t) => {
    const server = await serve(t);
    const easy = ["--require", "p99_ms<60000", "--require", "lost==0"];
    const met = await load(server, "hot-article", ...brief, ...easy);
    assert.equal(met.code, 0, met.output);
    assert.deepEqual(met.json.requirements.map((r) => [r.expression, r.met]), [["p99_ms<60000", true], ["lost==0", true]]);
    const missed = await load(server, "hot-article", ...brief, ...easy, "--require", "vote.p99_ms<0.001");
    assert.equal(missed.code, 1, missed.output);
    assert.equal(missed.json.ok, false);
    assert.equal(missed.json.verdict.ok, true);
  });

  test("exit code 2 and no verdict when the journal cannot be written", async (t) => {
    const server = await serve(t);
    const words = ["--target", server.websocket, "--journal", "/dev/full", ...brief];
    const { code, output } = await run("hot-article", ...words);
    assert.equal(code, 2, output);
    assert.match(output, /journal could not be written; is the disk full/);
  });

  test("the JSON says what made it", async (t) => {
    const server = await serve(t);
    const { json, output } = await load(server, "hot-article", ...brief);
    assert.match(json.command_line, /voxpop-load hot-article --target ws:.* --rate 50$/);
    assert.match(json.version, /^\d+\.\d+\.\d+/);
    assert.match(json.server_version, /^\d+\.\d+\.\d+/);
    assert.ok(Math.abs(Date.parse(json.started_at) - Date.now()) < 60_000, json.started_at);
    for (const field of ["sent", "acknowledged", "unknown", "deliveries", "connections", "client_cpu"]) {
      assert.equal(typeof json[field], "number", field);
    }
    for (const quantile of ["p50", "p99", "p999", "max"]) assert.ok(json.latency_ms.vote[quantile] > 0, output);
  });

  test("a live screen on a terminal, plain lines elsewhere", async (t) => {
    const server = await serve(t);
    const words = ["hot-article", "--target", server.websocket, ...brief];
    const plain = await run(...words);
    assert.doesNotMatch(plain.output, /\x1b/);
    assert.match(plain.output, /^1(\.\d+)? s {2}.*20\/20 readers.*ack\/s.*deliveries\/s.*server .* cores/m);
    // `script` gives it a terminal.
    const screen = await follow(
      spawn("script", ["-qec", [tool, ...words].join(" "), "/dev/null"], { stdio: ["ignore", "pipe", "pipe"] }),
    ).ended;
    assert.equal(screen.code, 0, screen.output);
    assert.match(screen.output, /\x1b\[\d+A/); // goes up and draws itself again
    for (const row of ["readers", "commands", "deliveries", "p50/p99 ms", "errors", "machine"]) {
      assert.ok(screen.output.includes(`  ${row} `), row);
    }
    const quiet = await run(...words, "--quiet");
    assert.match(quiet.output, /^\s*hot-article, 1(\.\d+)? s\n/);
  });

  test("a tool that was itself held up says so, and does not blame the server", async (t) => {
    const server = await serve(t);
    const journal = path.join(server.folder, "held.journal");
    const { child, ended } = start(
      "hot-article", "--target", server.websocket, "--connections", "20", "--duration", "4", "--rate", "100",
      "--journal", journal,
    );
    const answers = () => readFileSync(journal, { encoding: "utf8", flag: "a+" }).split("\ndone ").length - 1;
    await until(() => answers() > 20, "commands are answered");
    child.kill("SIGSTOP");
    setTimeout(() => child.kill("SIGCONT"), 1500); // longer than what is called a stall
    const { code, output } = await ended;
    assert.equal(code, 0, output);
    assert.match(output, /WARNING: the schedule slipped/);
    assert.match(output, /WARNING: this tool itself was kept from its sockets for (1[4-9]|[2-9]\d)\d\d ms/);
  });

  test("more connections than the shell's soft limit of descriptors", async (t) => {
    const server = await serve(t);
    const words = ["idle", "--target", server.websocket, "--connections", "200", "--duration", "1"];
    const { code, output } = await follow(
      spawn("bash", ["-c", 'ulimit -Sn 64; exec "$0" "$@"', tool, ...words], { stdio: ["ignore", "pipe", "pipe"] }),
    ).ended;
    assert.equal(code, 0, output);
    assert.match(output, /connections +200 of 200, 0 failed/);
  });

  test("exit code 3 in words: a limit of the server, a thread that it does not have", async (t) => {
    const rates = "[rates]\nexempt_loopback = false\n[rates.connections_per_ip]\nburst = 1\nper_minute = 1\n";
    const strict = await serve(t, { rates });
    const limited = await run("hot-article", "--target", strict.websocket, ...brief);
    assert.equal(limited.code, 3, limited.output);
    assert.match(
      limited.output,
      /too many connections from this address \(error 111\): a limit of the server, see \[rates\] in its settings/,
    );
    const site = await serve(t, { dev: false });
    const unknown = await run("hot-article", "--target", site.websocket, ...brief);
    assert.equal(unknown.code, 3, unknown.output);
    assert.match(unknown.output, /the server has no thread "demo": name one that it has with --thread/);
    assert.match(unknown.output, /--dev/);
  });

  test("few connections are not charged with the memory of the tool itself", async (t) => {
    const server = await serve(t);
    const { json, output } = await load(server, "idle", "--connections", "10", "--duration", "1");
    assert.ok(json.client_bytes_per_connection < 300_000, output);
  });

  test("servers that restart during the run have no negative processor time, and are told of", async (t) => {
    const [one, other] = await Promise.all([serve(t), serve(t)]);
    const file = path.join(one.folder, "restarted.json");
    const { ended } = start(
      "hot-article", "--target", `${one.websocket},${other.websocket}`, "--connections", "40", "--duration", "6",
      "--rate", "200", "--json", file,
    );
    await new Promise((resolve) => setTimeout(resolve, 3000)); // so that there is processor time to lose
    await other.kill();
    await other.start();
    const { output } = await ended;
    const { server, seconds } = JSON.parse(readFileSync(file, "utf8"));
    for (const second of seconds) assert.ok(second.server_cpu >= 0, JSON.stringify(second));
    assert.ok(server.cpu >= 0 && server.restarts === 1, JSON.stringify(server));
    assert.match(output, /server .* B a connection; 1 ended or restarted/);
  });

  test("other servers: ws-raw counts what comes and times it, from several source addresses", async (t) => {
    const people = 30;
    const joined = new Set();
    const sources = new Set();
    const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
    t.after(() => server.close());
    await once(server, "listening");
    server.on("connection", (socket, request) => {
      sources.add(request.socket.remoteAddress);
      socket.on("message", (data) => {
        const message = JSON.parse(data);
        if (message.join) joined.add(socket);
        else joined.forEach((one) => one.send(String(data)));
      });
    });
    const folder = mkdtempSync(path.join(tmpdir(), "voxpop-load-"));
    t.after(() => rmSync(folder, { recursive: true }));
    const result = await load(
      { folder, websocket: `ws://127.0.0.1:${server.address().port}/` }, "hot-article",
      "--protocol", "ws-raw", "--connections", String(people), "--duration", "2", "--rate", "20",
      "--raw-subscribe", '{"join":"room"}', "--raw-publish", '{"room":"room","text":"{t}"}', "--processes", "2",
    );
    assert.equal(result.code, 0, result.output);
    assert.ok(result.json.sent > 0, result.output);
    assert.equal(result.json.deliveries, result.json.sent * people);
    assert.equal(result.json.latency_ms.message.count, result.json.deliveries);
    assert.ok(result.json.latency_ms.message.p99 > 0);
    assert.ok(sources.size >= 8, [...sources].join());
    assert.ok([...sources].every((address) => address.startsWith("127.0.0.")), [...sources].join());
  });
});
