// A TCP proxy between a client and the server, whose connections a test can cut or stop reading from.
import net from "node:net";
import { once } from "node:events";

// A reset, where the socket can still be reset: one that is connecting or ending already is not let go of by
// node, which then waits for it for ever when the test is over.
function reset(socket) {
  if (socket.connecting || socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}

export class Proxy {
  constructor(...ports) {
    this.targets = ports; // connections go to them in turn, as behind a load balancer
    this.joined = 0;
    this.pairs = new Set();
    this.refusing = false;
    this.server = net.createServer((near) => this.join(near));
  }

  async start() {
    this.server.listen(0, "127.0.0.1");
    await once(this.server, "listening");
    return this;
  }

  join(near) {
    if (this.refusing) return reset(near);
    const far = net.connect(this.targets[this.joined++ % this.targets.length], "127.0.0.1");
    const pair = { near, far };
    this.pairs.add(pair);
    for (const [from, to] of [[near, far], [far, near]]) {
      from.pipe(to);
      from.on("error", () => {});
      from.on("close", () => {
        to.destroy();
        this.pairs.delete(pair);
      });
    }
  }

  get websocket() {
    return `ws://127.0.0.1:${this.server.address().port}/connection/websocket`;
  }

  // Kills every connection with a reset, as a phone that changes its network does; new ones are refused
  // until mend().
  cut() {
    this.refusing = true;
    for (const { near, far } of this.pairs) {
      reset(near);
      reset(far);
    }
  }
  mend() {
    this.refusing = false;
  }

  stop() {
    this.cut();
    this.server.close();
  }
}

export async function proxyTo(t, ...servers) {
  const proxy = await new Proxy(...servers.map((server) => server.port)).start();
  t.after(() => proxy.stop());
  return proxy;
}
