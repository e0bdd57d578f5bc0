// Reading the repository's own texts, for the tests that keep documents and code in step.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import path from "node:path";

export const root = fileURLToPath(new URL("../..", import.meta.url));

export const read = (file) => readFileSync(path.join(root, file), "utf8");
export const exists = (file) => existsSync(path.join(root, file));
export const list = (folder) => readdirSync(path.join(root, folder)).sort();

// The text below a heading of any level, up to the next heading of the same or a higher one.
export function section(markdown, title) {
  const lines = markdown.split("\n");
  const start = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, "") === title);
  if (start < 0) throw new Error(`no section "${title}"`);
  const level = lines[start].match(/^#+/)[0].length;
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => /^#+ /.test(line) && line.match(/^#+/)[0].length <= level);
  return rest.slice(0, end < 0 ? undefined : end).join("\n");
}

// The cells of a section's table, without its head.
export function tableRows(markdown, title) {
  return section(markdown, title)
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .slice(2)
    .map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
}

// The fenced blocks of a language, with the line each begins on.
export function codeBlocks(markdown, language) {
  const blocks = [];
  const fence = /^```(\S*)[^\n]*\n([\s\S]*?)^```/gm;
  for (const match of markdown.matchAll(fence)) {
    if (match[1] !== language) continue;
    blocks.push({ line: markdown.slice(0, match.index).split("\n").length, text: match[2] });
  }
  return blocks;
}

// Every document for people: the root's and docs/, with their paths.
export function documents() {
  const found = ["README.md", "CHANGELOG.md"];
  const walk = (folder) => {
    for (const entry of readdirSync(path.join(root, folder), { withFileTypes: true })) {
      const file = `${folder}/${entry.name}`;
      if (entry.isDirectory()) walk(file);
      else if (entry.name.endsWith(".md")) found.push(file);
    }
  };
  walk("docs");
  return found.filter(exists);
}
