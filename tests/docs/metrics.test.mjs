// docs/METRICS.md has every metric of the code, in its order, and no other; and documents name none that is not there.
import test from "node:test";
import assert from "node:assert/strict";
import { documents, read, tableRows } from "./repository.mjs";

// Of one table of src/base/metrics.cpp: a row for each name, with the values of its label.
function ofCode(table) {
  const code = read("src/base/metrics.cpp");
  const [, rows] = new RegExp(`${table}\\{\\{\\n([\\s\\S]*?)^\\}\\};`, "m").exec(code);
  const found = new Map();
  for (const [, name, rest] of rows.matchAll(/^ {4}\{"(\w+)",([\s\S]*?)\n? *\},?$/gm)) {
    const label = /R"\((\w+)="(\w+)"\)"/.exec(rest);
    found.set(name, [...(found.get(name) ?? []), ...(label ? [label[2]] : [])]);
  }
  return [...found].map(([name, values]) => ({ name: `voxpop_${name}`, values }));
}

// Of a label's values the meaning has each as a code span.
function ofDocument(section) {
  return tableRows(read("docs/METRICS.md"), section).map(([name, meaning]) => ({ name: /`(\w+)`/.exec(name)[1], meaning }));
}

for (const [section, table] of [
  ["Counters", "kCounters"],
  ["Gauges", "kGauges"],
]) {
  test(`docs/METRICS.md, ${section}: the code's, in order`, () => {
    const metrics = ofCode(table);
    const enumerators = /enum class (?:Metric|Gauge)[^{]*\{([^}]*)\bcount_/g;
    const [counters, gauges] = [...read("src/base/metrics.hpp").matchAll(enumerators)].map(([, body]) => body.match(/^ {4}\w+,/gm).length);
    const rows = metrics.reduce((sum, { values }) => sum + Math.max(values.length, 1), 0);
    assert.equal(rows, section === "Counters" ? counters : gauges, "all rows of metrics.cpp were read");

    const documented = ofDocument(section);
    assert.deepEqual(documented.map(({ name }) => name), metrics.map(({ name }) => name));
    metrics.forEach(({ name, values }, i) => {
      assert.ok(documented[i].meaning.length > 10, `${name} has a meaning`);
      for (const value of values) assert.ok(documented[i].meaning.includes(`\`${value}\``), `${name} says what '${value}' is`);
    });
  });
}

test("metrics that the documents name are the code's", () => {
  const known = new Set([...ofCode("kCounters"), ...ofCode("kGauges")].map(({ name }) => name));
  const unknown = [];
  for (const file of documents()) {
    for (const [name] of read(file).matchAll(/\bvoxpop_\w+_(?:total|up|missing|waiting|commands|seconds)\b/g)) {
      if (!known.has(name)) unknown.push(`${file}: ${name}`);
    }
  }
  assert.deepEqual(unknown, []);
});
