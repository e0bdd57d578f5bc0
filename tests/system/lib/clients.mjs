// The npm client `centrifuge`, in the versions that are promised to work, as a page of localhost uses it.
import { createRequire } from "node:module";
import WebSocket from "ws";
import { Centrifuge as Centrifuge5 } from "centrifuge";
import assert from "node:assert/strict";
import { problemsOfParams, problemsOfPublication, problemsOfResult } from "../../docs/schema.mjs";
import { within } from "./wait.mjs";

// 3.1's build for ES modules cannot be loaded by node; the one for CommonJS can.
const { Centrifuge: Centrifuge3 } = createRequire(import.meta.url)("centrifuge3");

class PageSocket extends WebSocket {
  constructor(url, protocols) {
    super(url, protocols, { origin: "http://localhost" });
  }
}

export const versions = { "5.8.0": Centrifuge5, "3.1.2": Centrifuge3 };

// A client that is connected; `welcome` is the context of its `connected` event.
export async function connect(t, url, { token, version = "5.8.0" } = {}) {
  const client = new versions[version](url, {
    websocket: PageSocket,
    minReconnectDelay: 20,
    maxReconnectDelay: 100,
    ...(token && { token }),
  });
  client.problems = []; // publications that do not fit their schema
  t.after(() => {
    client.disconnect();
    assert.deepEqual(client.problems, []);
  });
  client.on("error", () => {}); // a cut connection is one; the tests look at what follows
  const connected = new Promise((resolve, reject) => {
    client.once("connected", resolve);
    client.once("disconnected", (context) => reject(new Error(JSON.stringify(context))));
  });
  client.connect();
  client.welcome = await within(connected, "the client connects");
  return client;
}

// A subscription that is established, with what it received: `publications` and the `subscribed` contexts.
export async function subscribe(client, channel, options = {}) {
  const subscription = client.newSubscription(channel, options);
  subscription.publications = [];
  subscription.subscriptions = [];
  subscription.on("publication", (publication) => {
    const problems = problemsOfPublication(channel, publication.data);
    if (problems) client.problems.push(`${channel}: ${problems}: ${JSON.stringify(publication)}`);
    subscription.publications.push(publication);
  });
  subscription.on("subscribed", (context) => subscription.subscriptions.push(context));
  const subscribed = new Promise((resolve, reject) => {
    subscription.once("subscribed", resolve);
    subscription.once("unsubscribed", (context) => reject(new Error(JSON.stringify(context))));
  });
  subscription.subscribe();
  await within(subscribed, `the subscription to ${channel}`);
  return subscription;
}

// A call whose parameters and answer are held against their schemas.
export async function call(client, method, data) {
  assert.equal(problemsOfParams(method, data), "", method);
  const result = (await client.rpc(method, data)).data;
  assert.equal(problemsOfResult(method, result), "", `${method}: ${JSON.stringify(result)}`);
  return result;
}

// The error of a call that must be refused.
export async function refusal(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("it was not refused");
}
