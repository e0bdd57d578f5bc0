// Readers without browsers, who vote and write, so that a page has something to show.
import { Centrifuge } from "centrifuge";
import WebSocket from "ws";

class PageSocket extends WebSocket {
  constructor(url, protocols) {
    super(url, protocols, { origin: "http://localhost" });
  }
}

export class Person {
  constructor(client) {
    this.client = client;
  }

  static async join(t, site) {
    const client = new Centrifuge(site.websocket, { websocket: PageSocket });
    t.after(() => client.disconnect());
    const connected = new Promise((resolve, reject) => {
      client.once("connected", resolve);
      client.once("disconnected", ({ reason }) => reject(new Error(reason)));
    });
    client.on("error", () => {});
    client.connect();
    await connected;
    return new Person(client);
  }

  async call(method, data) {
    return (await this.client.rpc(method, data)).data;
  }

  vote(option, poll = "demo") {
    return this.call("poll.vote", { poll, options: [option] });
  }

  async say(text, { thread = "demo", name, parent } = {}) {
    const key = `k-${Math.random().toString(36).slice(2)}`;
    const said = { thread, text, key, ...(name && { name }), ...(parent && { parent }) };
    return (await this.call("comment.post", said)).id;
  }

  like(comment) {
    return this.call("comment.react", { comment, reaction: "like" });
  }
}

export function crowd(t, site, count) {
  return Promise.all(Array.from({ length: count }, () => Person.join(t, site)));
}
