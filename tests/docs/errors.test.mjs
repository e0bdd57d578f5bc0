// docs/ERRORS.md is the table of src/base/error.cpp, row by row.
import test from "node:test";
import assert from "node:assert/strict";
import { read, tableRows } from "./repository.mjs";

// Number by name, from the enum.
function numbers() {
  const found = new Map();
  for (const [, name, number] of read("src/base/error.hpp").matchAll(/^ {4}(\w+) = (\d+),/gm)) {
    found.set(name, Number(number));
  }
  return found;
}

function rowsOfCode() {
  const code = read("src/base/error.cpp").replace(/\s+/g, " ");
  const row = /ErrorInfo\{ ?(\w+), "(\w+)", "([^"]+)", (true|false), (\d+) ?\}/g;
  const number = numbers();
  return [...code.matchAll(row)].map(([, value, name, message, temporary, http]) => ({
    code: number.get(value),
    name,
    temporary: temporary === "true",
    http: Number(http),
    message,
  }));
}

function rowsOfDocument() {
  return tableRows(read("docs/ERRORS.md"), "Codes").map((cells) => ({
    code: Number(cells[0]),
    name: cells[1],
    temporary: cells[2] === "yes",
    http: Number(cells[3]),
    message: cells[4],
  }));
}

test("docs/ERRORS.md lists the errors of the code, in order, with all that clients see", () => {
  assert.ok(rowsOfCode().length > 20, "the rows of error.cpp could not be read");
  assert.deepEqual(rowsOfDocument(), rowsOfCode());
});

test("every value of the enum has a row", () => {
  assert.deepEqual(rowsOfCode().map((row) => row.code), [...numbers().values()]);
});

test("each error says what to do", () => {
  for (const cells of tableRows(read("docs/ERRORS.md"), "Codes")) {
    assert.match(cells[5], /[a-z].*\.$/, `the row of ${cells[0]}`);
  }
});

test("close and unsubscribe codes are the code's, with their reasons", () => {
  const constant = /CloseCode k\w+\{(\d+), "([^"]+)"\}/g;
  const used = [...read("net/close_codes.hpp").matchAll(constant)].map(([, code, reason]) => [Number(code), reason]);
  const documented = [...tableRows(read("docs/ERRORS.md"), "Close codes"), ...tableRows(read("docs/ERRORS.md"), "Unsubscribe codes")]
    .map((cells) => [Number(cells[0]), cells[1]])
    // Beast sends these two by itself, without a reason of ours.
    .filter(([code]) => code !== 1002 && code !== 1009);
  assert.ok(used.length > 8);
  assert.deepEqual(documented, used);
});

test("whether clients reconnect follows from the code's range, as the protocol says", () => {
  for (const [code, , reconnect] of tableRows(read("docs/ERRORS.md"), "Close codes")) {
    const stops = code === "1009" || (code >= 3500 && code < 4000) || (code >= 4500 && code < 5000);
    assert.equal(reconnect, stops ? "no" : "yes", code);
  }
});
