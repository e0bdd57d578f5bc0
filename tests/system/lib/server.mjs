// The real binary under test: started on a free port with its own data folder and a configuration whose
// token key the tests know, killed or stopped, and started again on the same data.
import { spawn, execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import path from "node:path";
import { tokenSecret } from "./jwt.mjs";
import { until, within } from "./wait.mjs";

export const binary =
  process.env.VOXPOP_BIN ?? fileURLToPath(new URL("../../../build/release/voxpop", import.meta.url));
export const adminToken = "system-tests-admin-token";

const run = promisify(execFile);

// The tests' own variables are no settings: the server would refuse them by name.
export const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith("VOXPOP_")),
);

// Rates that no test meets by accident; a test of the rates brings its own.
const generousRates = ["commands_per_connection", "votes_per_user", "comments_per_user", "writes_per_ip"]
  .map((name) => `[rates.${name}]\nburst = 0\nper_minute = 0\n`)
  .join("");

export class Server {
  // `store`: the URL of a store that several servers share, instead of a data folder.
  constructor({ dev = true, rates = generousRates, config = "", cores = 2, launcher = [], store } = {}) {
    this.command = [...launcher, binary]; // a launcher sets the stage and then runs what follows it
    this.folder = mkdtempSync(path.join(tmpdir(), "voxpop-system-"));
    this.data = path.join(this.folder, "data");
    this.configFile = path.join(this.folder, "voxpop.toml");
    writeFileSync(
      this.configFile,
      `[auth]\nadmin_token = "${adminToken}"\n[[auth.keys]]\nalgorithm = "HS256"\n` +
        `secret = "${tokenSecret}"\n${rates}${config}`,
    );
    this.place = store ? ["--store", store] : ["--data", this.data];
    this.arguments = ["--config", this.configFile, ...this.place, "--cores", String(cores)];
    if (dev) this.arguments.push("--dev");
    this.output = "";
  }

  // Starts and waits until it is ready. The port is the system's choice the first time, then the same again.
  async start() {
    const listen = `127.0.0.1:${this.port ?? 0}`;
    const [program, ...words] = this.command;
    this.process = spawn(program, [...words, "serve", "--listen", listen, ...this.arguments], {
      stdio: ["ignore", "pipe", "pipe"],
      env: environment,
    });
    this.exited = once(this.process, "exit");
    const began = this.output.length;
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => (this.output += text));
    }
    const address = /"voxpop serves".*127\.0\.0\.1:([1-9]\d*)/;
    await until(() => this.gone() || address.test(this.output.slice(began)), "the server says where it is");
    if (this.gone()) throw new Error(`the server did not start:\n${this.output}`);
    this.port = Number(address.exec(this.output.slice(began))[1]);
    await until(() => this.ready(), "the server is ready");
    return this;
  }

  gone() {
    return this.process.exitCode !== null || this.process.signalCode !== null;
  }

  async ready() {
    const answer = await fetch(`${this.http}/health/ready`).catch(() => null);
    return answer?.status === 200;
  }

  get http() {
    return `http://127.0.0.1:${this.port}`;
  }
  get websocket() {
    return `ws://127.0.0.1:${this.port}/connection/websocket`;
  }

  // SIGTERM; the exit code.
  async stop() {
    if (!this.gone()) this.process.kill("SIGTERM");
    const [code, signal] = await within(this.exited, "the server stops", 20_000);
    return signal ?? code;
  }

  // SIGKILL: no destructor, no flush.
  async kill() {
    this.process.kill("SIGKILL");
    await this.exited;
  }

  // `voxpop verify` on the data: the exit code and what it printed.
  async verify(...flags) {
    try {
      const { stdout, stderr } = await run(binary, ["verify", ...this.place, ...flags], { env: environment });
      return { code: 0, output: stdout + stderr };
    } catch (error) {
      return { code: error.code, output: `${error.stdout}${error.stderr}` };
    }
  }

  async remove() {
    if (this.process && !this.gone()) await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  // A request of the HTTP API; answers {status, headers, body}, the body parsed where it is JSON.
  async api(method, target, { body, token = adminToken, headers = {} } = {}) {
    const answer = await fetch(this.http + target, {
      method,
      headers: {
        ...(token && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    let parsed = text;
    try {
      parsed = JSON.parse(text);
    } catch {
      // Not JSON: the text itself.
    }
    return { status: answer.status, headers: answer.headers, body: parsed };
  }
}

// A server for one test, removed after it.
export async function serve(t, options) {
  const server = new Server(options);
  t.after(() => server.remove());
  return server.start();
}
