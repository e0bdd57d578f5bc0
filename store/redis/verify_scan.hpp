// Of `voxpop verify`: all keys of Redis, for the threads and sites that they name.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/ids.hpp"
#include "store/redis/blocking_client.hpp"

namespace voxpop::store::redis {

// One key of each shard: a call goes to the shard that has its key, so a key is as good as the
// shard's name. Shards may come and go in between.
class ShardKeys {
  public:
    explicit ShardKeys(const Client& client) : client_(client) {}

    // A key of a shard that was not given one yet. Nothing: there is none, or none was found.
    [[nodiscard]] std::optional<std::string> next();
    // Every shard was given one, and all are there.
    [[nodiscard]] bool complete() const;

  private:
    const Client& client_;
    std::set<std::string, std::less<>> given_;
    std::uint64_t number_ = 0;  // of the next key
};

class KeyScan {
  public:
    using Boxes = std::set<std::string>;

    explicit KeyScan(BlockingClient& redis) : redis_(redis) {}

    // Where the Cluster changes meanwhile, `redis` fails: then something may be missing.
    void run();

    std::map<base::ThreadId, Boxes> threads;  // with the boxes that have ballots
    std::set<std::string> sites;              // by name

  private:
    void scan_shard(const std::string& routing_key);
    void take_key(std::string_view key);

    BlockingClient& redis_;
};

}  // namespace voxpop::store::redis
