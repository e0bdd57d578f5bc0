// A shell or systemd starts a program with few descriptors and allows it many: the server takes what it may.
import test from "node:test";
import assert from "node:assert/strict";
import { rawClient } from "./lib/raw.mjs";
import { serve } from "./lib/server.mjs";

test("a low soft limit of descriptors does not limit the connections", async (t) => {
  const soft = 48;
  const server = await serve(t, { launcher: ["bash", "-c", `ulimit -Sn ${soft}; exec "$0" "$@"`] });
  const clients = await Promise.all(Array.from({ length: 2 * soft }, () => rawClient(t, server)));
  for (const client of clients) assert.ok(!client.closed);
});
