// The samples for proxies, walked through: pages, API and sockets reach nodes behind them, every reader keeps an address
// of their own, and a node that goes does not take its readers along.
import test from "node:test";
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import path from "node:path";
import WebSocket from "ws";
import { freePort } from "./lib/redis.mjs";
import { serve } from "./lib/server.mjs";
import { until, within } from "./lib/wait.mjs";

const sample = (name) => readFileSync(fileURLToPath(new URL(`../../config/${name}`, import.meta.url)), "utf8");

// What an operator changes in a sample: where it listens and where the nodes are.
const proxies = {
  "haproxy.cfg": {
    edit: (text, port, nodes) =>
      text
        .replace("bind :8080", `bind 127.0.0.1:${port}`)
        .replace(/(    server node-\d+ \S+ check\n)+/, nodes.map((node, i) => `    server node-${i} 127.0.0.1:${node.port} check\n`).join("")),
    command: (file) => ["haproxy", "-db", "-f", file],
  },
  "nginx.conf": {
    edit: (text, port, nodes, folder) =>
      text
        .replace("listen 8080;", `listen 127.0.0.1:${port};`)
        .replace(/( +server 10\.\S+ .*\n)+/, nodes.map((node) => `        server 127.0.0.1:${node.port} max_fails=3 fail_timeout=3s;\n`).join(""))
        // Not as root, and not where another nginx keeps its files.
        .replace("http {", `http {\n    client_body_temp_path ${folder}/body;\n    proxy_temp_path ${folder}/proxy;\n` +
          `    fastcgi_temp_path ${folder}/f;\n    uwsgi_temp_path ${folder}/u;\n    scgi_temp_path ${folder}/s;`),
    command: (file, folder) => ["nginx", "-c", file, "-p", folder, "-e", "stderr", "-g", `daemon off; pid ${folder}/pid;`],
  },
};

async function startProxy(t, name, nodes) {
  const folder = mkdtempSync(path.join(tmpdir(), "voxpop-proxy-"));
  const port = await freePort();
  const file = path.join(folder, name);
  const { edit, command } = proxies[name];
  writeFileSync(file, edit(sample(name), port, nodes, folder));
  const [program, ...words] = command(file, folder);
  const child = spawn(program, words, { stdio: ["ignore", "pipe", "pipe"] });
  const exited = once(child, "exit");
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (output += text));
  t.after(async () => {
    if (child.exitCode === null) child.kill("SIGTERM");
    await within(exited, `${program} ends`);
    rmSync(folder, { recursive: true });
  });
  const ready = async () => {
    assert.equal(child.exitCode, null, output);
    const answer = await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => null);
    return answer?.status === 200;
  };
  await until(ready, `${program} has found a node`);
  return port;
}

// A reader at an address of their own: every one of 127.0.0.0/8 is this machine's.
function reader(t, port, localAddress, headers = {}) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/connection/websocket`, {
    origin: "http://localhost",
    agent: new http.Agent({ localAddress }),
    headers,
  });
  t.after(() => socket.terminate());
  const lines = [];
  socket.on("message", (text) => lines.push(...String(text).split("\n").map((line) => JSON.parse(line))));
  socket.on("error", () => {});
  const opened = once(socket, "open");
  let id = 0;
  return {
    lines,
    async ask(command) {
      id += 1;
      const mine = id;
      socket.send(JSON.stringify({ id: mine, ...command }));
      return until(() => lines.find((line) => line.id === mine), "an answer");
    },
    async connect() {
      await within(opened, "the socket is open");
      return this.ask({ connect: {} });
    },
  };
}

const behind = { config: '[server]\ntrusted_proxies = ["127.0.0.1"]\n', cores: 1 };

for (const name of Object.keys(proxies)) {
  test(`${name}: the page, the API and a socket that pushes`, async (t) => {
    const node = await serve(t, behind);
    const port = await startProxy(t, name, [node]);
    const at = (target) => fetch(`http://127.0.0.1:${port}${target}`);
    const page = await at("/");
    assert.equal(page.status, 200);
    assert.match(await page.text(), /<html/);
    assert.equal((await (await at("/api/v1/polls/demo")).json()).poll.id, "demo");
    assert.equal((await at("/metrics")).status, 403, "metrics are the operator's");

    const one = reader(t, port, "127.0.0.2");
    const other = reader(t, port, "127.0.0.3");
    assert.ok((await one.connect()).connect);
    assert.ok((await other.connect()).connect);
    assert.ok((await other.ask({ subscribe: { channel: "poll:demo" } })).subscribe);
    const vote = { method: "poll.vote", data: { poll: "demo", options: ["pro"] } };
    assert.deepEqual((await one.ask({ rpc: vote })).rpc.data.choice, ["pro"]);
    await until(() => other.lines.some((line) => line.push?.pub?.data.options?.pro === 1), "the vote is pushed");
  });

  test(`${name}: two readers' addresses are told apart, and nobody chooses theirs`, async (t) => {
    const rates = "[rates]\nexempt_loopback = false\n[rates.connections_per_ip]\nburst = 2\nper_minute = 1\n";
    const node = await serve(t, { ...behind, rates });
    const port = await startProxy(t, name, [node]);
    const outcome = async (address, headers) => {
      const { error } = await reader(t, port, address, headers).connect();
      return error?.code ?? "in";
    };
    const forged = { "X-Forwarded-For": "203.0.113.9" };
    assert.equal(await outcome("127.0.0.2"), "in");
    assert.equal(await outcome("127.0.0.2"), "in");
    assert.equal(await outcome("127.0.0.2"), 111);
    assert.equal(await outcome("127.0.0.2", forged), 111);
    assert.equal(await outcome("127.0.0.3"), "in");
  });

  test(`${name}: readers of a node that ends come in by another`, async (t) => {
    const nodes = await Promise.all([serve(t, behind), serve(t, behind)]);
    const port = await startProxy(t, name, nodes);
    await nodes[0].kill();
    for (let i = 0; i < 6; i++) assert.ok((await reader(t, port, "127.0.0.2").connect()).connect, `reader ${i}`);
  });
}
