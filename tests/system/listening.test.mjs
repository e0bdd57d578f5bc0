// A second server on a port that is taken must say so: the kernel would let the two share it, half of the
// readers each.
import test from "node:test";
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { binary, environment, serve } from "./lib/server.mjs";

const run = promisify(execFile);

test("a server does not share its port with another one", async (t) => {
  const server = await serve(t);
  for (const address of ["127.0.0.1", "0.0.0.0"]) {
    const second = run(binary, ["serve", "--store", "memory:", "--listen", `${address}:${server.port}`], {
      env: environment,
      timeout: 10_000,
    });
    await assert.rejects(second, (error) => {
      assert.equal(error.code, 1, error.stderr);
      assert.match(error.stderr, /port \d+ is taken: .*--listen/);
      return true;
    });
  }
  assert.equal((await fetch(`${server.http}/health/ready`)).status, 200);
});
