// What the documents point at is there: files named in code spans, and links between documents.
import test from "node:test";
import assert from "node:assert/strict";
import path from "node:path";
import { documents, exists, list, read } from "./repository.mjs";

const withoutBlocks = (text) => text.replace(/^```[\s\S]*?^```/gm, "");

test("links between documents lead somewhere", () => {
  const broken = [];
  for (const file of documents()) {
    for (const [, target] of withoutBlocks(read(file)).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      const wanted = path.join(path.dirname(file), target);
      if (!exists(wanted)) broken.push(`${file} → ${target}`);
    }
  }
  assert.deepEqual(broken, []);
});

test("files that documents name exist", () => {
  const name = /`((?:src|net|store|config|loadtest|tests|web|bench|cmake|scripts|docs)\/[\w./-]*)(?:\{([\w.,]+)\})?([\w.]*)`/g;
  const missing = [];
  for (const file of documents()) {
    if (file === "CHANGELOG.md") continue;
    for (const [whole, start, choices, end] of withoutBlocks(read(file)).matchAll(name)) {
      for (const choice of choices ? choices.split(",") : [""]) {
        const wanted = start + choice + end;
        if (!exists(wanted)) missing.push(`${file}: ${whole} (${wanted})`);
      }
    }
  }
  assert.deepEqual(missing, []);
});

test("decisions are numbered without gaps and have the four sections", () => {
  const files = list("docs/adr").filter((file) => /^\d{4}-/.test(file));
  assert.ok(files.length > 0);
  files.forEach((file, index) => {
    assert.equal(Number(file.slice(0, 4)), index + 1, file);
    const text = read(`docs/adr/${file}`);
    for (const title of ["Context", "Decision", "Rejected", "When to revisit"]) {
      assert.match(text, new RegExp(`^## ${title}$`, "m"), file);
    }
  });
});
