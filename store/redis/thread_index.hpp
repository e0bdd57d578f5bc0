// Which thread a poll or a comment belongs to: an index key each (they may be on any shard), and a
// bounded memory of them here. An entry is written before the thing itself, so it may lead to
// nothing; it never changes.
//
// Thread safety: none; the loop's thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/error.hpp"
#include "base/ids.hpp"
#include "store/redis/client/client.hpp"

namespace voxpop::store::redis {

class Replication;

class ThreadIndex {
  public:
    ThreadIndex(Client& client, Replication& replication)
        : client_(client), replication_(replication) {}

    // The thread; nothing where there is no entry. Error: store_unavailable.
    using Found = std::move_only_function<void(base::Result<std::optional<base::ThreadId>>)>;
    void find(const base::PollId& poll, Found found);
    void find(base::CommentId comment, Found found);

    // Writes the entry if there is none, and gives the thread that it names then. An error also
    // where fewer replicas have it than Ack::replicated asks for.
    using Claimed = std::move_only_function<void(base::Result<base::ThreadId>)>;
    void claim(const base::PollId& poll, const base::ThreadId& thread, Claimed claimed);
    void claim(base::CommentId comment, const base::ThreadId& thread, Claimed claimed);

    // What is remembered may be lost.
    void forget() { known_.clear(); }

  private:
    void find(std::string key, Found found);
    void claim(std::string key, const base::ThreadId& thread, Claimed claimed);
    struct Entry {
        base::ThreadId thread;
        bool claimed = false;  // replicas have it, too: what was only read, they may not have
    };
    void remember(std::string key, const base::ThreadId& thread, bool claimed);

    Client& client_;
    Replication& replication_;
    std::unordered_map<std::string, Entry> known_;
};

}  // namespace voxpop::store::redis
