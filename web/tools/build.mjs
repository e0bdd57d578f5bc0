// Builds everything that the binary serves: node tools/build.mjs --out FOLDER [--table FILE.cpp] [--watch].
// The folder mirrors the URLs; the C++ file embeds it (CMake runs this). --watch rebuilds on every change,
// for work on the pages.
import { mkdir, rm, writeFile } from "node:fs/promises";
import { watch } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { bundle } from "./bundle.mjs";
import { assetTable } from "./embed.mjs";
import { pages } from "./pages.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const { values: options } = parseArgs({
  options: { out: { type: "string" }, table: { type: "string" }, watch: { type: "boolean" } },
});
if (!options.out) throw new Error("usage: build.mjs --out FOLDER [--table FILE.cpp] [--watch]");

async function build() {
  const { files, names } = await bundle(root);
  for (const page of pages(names)) files.push(page);
  await rm(options.out, { recursive: true, force: true });
  for (const { url, bytes } of files) {
    const file = path.join(options.out, fileOf(url));
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, bytes);
  }
  if (options.table) await writeFile(options.table, assetTable(files));
}

// Where a URL's bytes are kept: pages have no extension there.
function fileOf(url) {
  if (url === "/") return "index.html";
  return path.extname(url) ? url : `${url}.html`;
}

await build();
if (options.watch) {
  let timer;
  for (const folder of ["src", "styles", "pages", "art"]) {
    watch(path.join(root, folder), { recursive: true }, () => {
      clearTimeout(timer);
      timer = setTimeout(() => build().catch((error) => console.error(error.message)), 100);
    });
  }
}
