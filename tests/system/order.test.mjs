// Commands of one connection take effect in the order in which they were sent, also where the first of them makes
// the thread that all of them are about.
import test from "node:test";
import assert from "node:assert/strict";
import { reader } from "./lib/reader.mjs";
import { serve } from "./lib/server.mjs";

const threads = 80;
const step_ms = 0.1;

// Lets time pass without giving up the processor: what follows comes at that moment, not at the next turn.
function spin(duration_ms) {
  const end = performance.now() + duration_ms;
  while (performance.now() < end);
}

test("on a brand-new thread the last of several commands is what holds", async (t) => {
  const server = await serve(t);
  const mina = await reader(t, server);
  mina.socket.setNoDelay(true);
  // A sweep: the second command comes ever later while the first is reading, making and using the thread.
  for (let i = 0; i < threads; i++) {
    const thread = `new-${i}`;
    const save = (on, id) => mina.text({ rpc: { method: "save.set", data: { thread, on } }, id });
    save(true, 1000 + 2 * i);
    spin(i * step_ms);
    save(false, 1001 + 2 * i);
    const last = await mina.reply(1001 + 2 * i);
    assert.ok(last.rpc, JSON.stringify(last));
    await mina.reply(1000 + 2 * i);
    const { saved } = await mina.rpc("thread.get", { thread });
    assert.equal(saved, false, `${thread}: what was said last holds`);
  }
});
