// The site under test: a server of its own on a free port, or the one that VOXPOP_BASE_URL and
// VOXPOP_MOD_TOKEN name.
import { adminToken, Server } from "../../system/lib/server.mjs";
import { tokenFor } from "../../system/lib/jwt.mjs";

export async function openSite(t, options) {
  const given = process.env.VOXPOP_BASE_URL;
  if (given) return new Site(given.replace(/\/$/, ""), process.env.VOXPOP_MOD_TOKEN ?? "", undefined);
  const server = new Server(options);
  t.after(() => server.remove());
  await server.start();
  return new Site(server.http, tokenFor("mod-haneul", { role: "moderator", name: "하늘" }), server);
}

class Site {
  constructor(http, moderatorToken, server) {
    this.http = http;
    this.moderatorToken = moderatorToken;
    this.server = server; // nothing where the server is somebody else's
    this.port = Number(new URL(http).port);
  }

  get websocket() {
    return `${this.http.replace("http", "ws")}/connection/websocket`;
  }

  get console() {
    return `${this.http}/moderate#token=${this.moderatorToken}`;
  }

  // A thread with a poll, as a site's backend makes them.
  async createPoll(fields) {
    const thread = `t-${fields.id}`;
    await this.api("/api/v1/threads", { id: thread, title: fields.question });
    await this.api("/api/v1/polls", { thread, ...fields });
    await this.api(`/api/v1/polls/${fields.id}/open`);
    return thread;
  }

  async api(path, body = {}) {
    const response = await fetch(this.http + path, {
      method: "POST",
      headers: { authorization: `Bearer ${adminToken}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }
}
