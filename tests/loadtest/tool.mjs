// voxpop-load as a program: runs it against a server and reads its files.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import path from "node:path";
import { binary } from "../system/lib/server.mjs";

export const tool = process.env.VOXPOP_LOAD_BIN ?? path.join(path.dirname(binary), "voxpop-load");
export const here = path.dirname(fileURLToPath(import.meta.url));

// Runs to the end; `json` is the parsed --json file. Extra arguments as on the command line.
export async function load(server, scenario, ...extra) {
  const files = Object.fromEntries(
    ["json", "html", "journal"].map((kind) => [kind, path.join(server.folder, `${scenario}.${kind}`)]),
  );
  const result = await run(
    scenario, "--target", server.websocket, "--json", files.json, "--html", files.html,
    "--journal", files.journal, ...extra,
  );
  if (result.code <= 1) result.json = JSON.parse(readFileSync(files.json, "utf8"));
  return { ...result, files };
}

export const run = (...words) => start(...words).ended;

// `ended` becomes {code, output}: the exit code, or the signal that ended it, and all that it printed.
export function start(...words) {
  return follow(spawn(tool, words, { stdio: ["ignore", "pipe", "pipe"] }));
}

export function follow(child) {
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => (output += text));
  }
  const ended = once(child, "close").then(([code, signal]) => ({ code: code ?? signal, output }));
  return { child, ended };
}
