// What a RedisStore needs to be opened: where Redis is, and how much certainty and patience is
// wanted. Plain data, filled in from the configuration.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/limits.hpp"
#include "base/log.hpp"
#include "store/redis/client/options.hpp"

namespace voxpop::store::redis {

// When a write counts as done.
enum class Ack : std::uint8_t {
    stored,      // the primary has executed it (and synced it, with appendfsync always)
    replicated,  // and `replicas` replicas have it
};

struct StoreOptions {
    ClientOptions client;

    Ack ack = Ack::stored;
    unsigned replicas = 1;  // with Ack::replicated
    std::chrono::milliseconds replica_timeout{1'000};

    // How long a write that was certainly not executed may wait for Redis to come back; zero: it
    // is answered store_unavailable at once.
    std::chrono::milliseconds wait{0};
    // How long a write that may have been executed is asked about again, until it is settled as
    // store_unavailable. Its sender is told something certain only because of this. With the
    // client's command_timeout less than bounds::kBatchTtl, else the constructor throws.
    std::chrono::milliseconds retry_window{10'000};
    // A node that has said nothing for so long has no viewers any more. The same on all nodes.
    std::chrono::milliseconds viewers_ttl = base::limits::kViewersTtl;
    // How often a server that stays connected is looked at, whether it still has what it told.
    std::chrono::milliseconds look_interval{2'000};
    // How often what a node that died has left in outboxes is looked for; and for how long at least
    // an event stays in its outbox, as the site's shard may lose what it has not passed on.
    std::chrono::milliseconds sweep_interval{10'000};
    // The first connection: start() throws when it does not stand by then.
    std::chrono::milliseconds start_timeout{10'000};

    // The installation's site: what moderators follow is one stream for each.
    std::string site = "main";
    // Where the operator is told of losses, and whether also of servers that are set so that they
    // cannot keep the promise.
    base::Log log = base::Log();
    bool warn_of_settings = true;
};

}  // namespace voxpop::store::redis
