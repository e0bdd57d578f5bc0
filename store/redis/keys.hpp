// The names of all keys and channels (docs/REDIS.md has their types and life times). Those of a
// thread share the hash tag {THREAD}, those of a site {SITE}: each group is on one shard.
#pragma once

#include <string>
#include <string_view>

#include "base/ids.hpp"

namespace voxpop::store::redis::keys {

// Also what the functions of a thread are given: they derive the thread's other keys from it.
[[nodiscard]] std::string thread(const base::ThreadId& id);
// Another one of a thread's, by its name: "tally", "comments", "ballots:poll/demo/1".
[[nodiscard]] std::string of_thread(const base::ThreadId& id, std::string_view name);
[[nodiscard]] std::string outbox(const base::ThreadId& id);
[[nodiscard]] std::string viewers(const base::ThreadId& id);
// What the names of channels and nodes begin with: channels know nothing of databases, so this is
// the database's number and ':', and nothing for database 0.
[[nodiscard]] std::string realm(int database);
// The channel of what happens in a thread; like the others below, without the realm.
[[nodiscard]] std::string events(const base::ThreadId& id);
// The thread of a key or channel of a thread; empty when it is not one.
[[nodiscard]] std::string_view thread_in(std::string_view key);

// Which thread a poll or comment belongs to.
[[nodiscard]] std::string poll(const base::PollId& id);
[[nodiscard]] std::string comment(base::CommentId id);

[[nodiscard]] std::string site_log(std::string_view site);
[[nodiscard]] std::string site_timed(std::string_view site);
[[nodiscard]] std::string site_active(std::string_view site);
[[nodiscard]] std::string site_seen(std::string_view site);
[[nodiscard]] std::string site_events(std::string_view site);

// Of the same slot as `key`: what is written to WAIT for all before it.
[[nodiscard]] std::string replicated(std::string_view key);

// What the nodes keep in common: "device" and "token".
[[nodiscard]] std::string secret(std::string_view name);

// Names the continuity of all streams.
inline constexpr std::string_view kEpoch = "vp:epoch";
// The channel of definitions and of new epochs, heard by every node.
inline constexpr std::string_view kDefinitions = "vp:defs";

}  // namespace voxpop::store::redis::keys
