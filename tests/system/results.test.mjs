// Who may see results that a poll hides until one has voted: nobody without a ballot of this round, by no
// reply and by no push.
import test from "node:test";
import assert from "node:assert/strict";
import { tokenFor } from "./lib/jwt.mjs";
import { reader } from "./lib/reader.mjs";
import { serve } from "./lib/server.mjs";
import { until } from "./lib/wait.mjs";

const poll = {
  id: "secret",
  thread: "demo",
  question: "Which?",
  options: [
    { id: "a", label: "A" },
    { id: "b", label: "B" },
  ],
  results: "after_vote",
  state: "open",
};

async function secretPoll(t) {
  const server = await serve(t);
  assert.equal((await server.api("POST", "/api/v1/polls", { body: poll })).status, 201);
  return server;
}

test("who takes the ballot back does not see how it goes on", async (t) => {
  const server = await secretPoll(t);
  const [ann, ben] = [await reader(t, server), await reader(t, server)];
  assert.equal((await ann.subscribe("poll:secret")).data.hidden, true);
  await ben.subscribe("poll:secret");

  assert.ok((await ann.rpc("poll.vote", { poll: "secret", options: ["a"], key: "k" })).tally);
  await ben.rpc("poll.vote", { poll: "secret", options: ["b"] });
  await ann.untilPushed((data) => data.voters === 2, "ann sees ben's vote");

  assert.deepEqual(await ann.rpc("poll.retract", { poll: "secret" }), { poll: "secret", choice: [] });
  const again = await ann.rpc("poll.vote", { poll: "secret", options: ["a"], key: "k" });
  assert.deepEqual(again, { poll: "secret", choice: ["a"] }, "the first answer, without a tally of now");

  const heard = ann.lines.length;
  await ben.rpc("poll.vote", { poll: "secret", options: ["a"] });
  await ben.untilPushed((data) => data.options?.a === 1, "ben sees his change");
  await server.api("POST", "/api/v1/polls/secret/pause"); // told to everybody, and after ben's change
  await ann.untilPushed((data) => data.state === "paused", "ann hears of the pause");
  const since = ann.lines.slice(heard).filter((line) => line.push);
  assert.ok(!JSON.stringify(since).includes("voters"), JSON.stringify(since));
});

// One user's connections, enough of them to be on every core of the server.
const tabsOf = (t, server, user) =>
  Promise.all(Array.from({ length: 8 }, () => reader(t, server, tokenFor(user))));

// Subscribes again as the client libraries do when they are told to; the value that the reply holds.
async function admittedAnew(tab) {
  const told = () => tab.lines.filter((line) => line.push?.unsubscribe?.code === 2500).length > (tab.restarts ?? 0);
  await until(told, "the tab is told to subscribe anew");
  tab.restarts = (tab.restarts ?? 0) + 1;
  return (await tab.subscribe("poll:secret")).data;
}

test("what one connection of a reader votes or takes back decides what the others see, on every core", async (t) => {
  const server = await secretPoll(t);
  const ben = await reader(t, server);
  await ben.rpc("poll.vote", { poll: "secret", options: ["b"] });
  await ben.subscribe("poll:secret");
  const [hand, ...tabs] = await tabsOf(t, server, "ann");
  for (const tab of tabs) assert.equal((await tab.subscribe("poll:secret")).data.hidden, true);

  await hand.rpc("poll.vote", { poll: "secret", options: ["a"] });
  for (const tab of tabs) {
    const { voters } = await admittedAnew(tab); // as of the last tick
    if (voters !== 2) await tab.untilPushed((data) => data.voters === 2, "the voter sees it in every tab");
    assert.ok(voters >= 1, "it is not hidden");
  }

  await hand.rpc("poll.retract", { poll: "secret" });
  for (const tab of tabs) assert.equal((await admittedAnew(tab)).hidden, true);
  const heard = tabs.map((tab) => tab.lines.length);
  await ben.rpc("poll.vote", { poll: "secret", options: ["a"] });
  await ben.untilPushed((data) => data.options?.a === 1, "ben sees his change");
  await server.api("POST", "/api/v1/polls/secret/pause"); // told to everybody, and after ben's change
  for (const [i, tab] of tabs.entries()) {
    await tab.untilPushed((data) => data.state === "paused", "a tab hears of the pause");
    const since = JSON.stringify(tab.lines.slice(heard[i]));
    assert.ok(!since.includes("voters"), since);
  }
});

test("another option, or a repeated vote, sends nobody's other connections away", async (t) => {
  const server = await secretPoll(t);
  const [hand, tab] = await tabsOf(t, server, "ann");
  await hand.rpc("poll.vote", { poll: "secret", options: ["a"], key: "k" });
  await tab.subscribe("poll:secret");
  await hand.rpc("poll.vote", { poll: "secret", options: ["a"], key: "k" });
  await hand.rpc("poll.vote", { poll: "secret", options: ["b"] });
  await tab.untilPushed((data) => data.options?.b === 1, "the tab sees the change");
  assert.ok(!JSON.stringify(tab.lines).includes("unsubscribe"));
});

test("a key of the last round is no vote in this one", async (t) => {
  const server = await secretPoll(t);
  const [ann, ben] = [await reader(t, server), await reader(t, server)];
  await ann.rpc("poll.vote", { poll: "secret", options: ["a"], key: "k" });
  await server.api("POST", "/api/v1/polls/secret/close");
  await server.api("POST", "/api/v1/polls/secret/open");
  await ben.rpc("poll.vote", { poll: "secret", options: ["b"] });

  const again = await ann.rpc("poll.vote", { poll: "secret", options: ["a"], key: "k" });
  assert.equal(again.code, 413, JSON.stringify(again)); // key_reused
  assert.equal((await ann.rpc("poll.get", { poll: "secret" })).hidden, true);
});

test("results that the site hides from now on leave everybody's screen", async (t) => {
  const server = await serve(t);
  const ann = await reader(t, server);
  const ben = await reader(t, server);
  assert.equal((await ann.subscribe("poll:demo")).data.voters, 0);
  await server.api("PATCH", "/api/v1/polls/demo", { body: { results: "staff" } });
  const resubscribed = () => ann.lines.some((line) => line.push?.unsubscribe?.code === 2500);
  await until(resubscribed, "ann is told to subscribe anew");
  await ben.rpc("poll.vote", { poll: "demo", options: ["pro"] });
  assert.equal((await ann.subscribe("poll:demo")).data.hidden, true);
  assert.ok(!JSON.stringify(ann.lines).includes('"voters":1'));
});
