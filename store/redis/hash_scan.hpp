// Reads a hash or a sorted set of any size in portions, while others write to it.
#pragma once

#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "store/redis/blocking_client.hpp"

namespace voxpop::store::redis {

// Keys, or fields of a hash, read with one command.
inline constexpr int kScanCount = 1'000;

// Calls visit(field, value) for every field of a hash (HSCAN) or member of a sorted set (ZSCAN)
// once, even where Redis gives one twice because it grew.
template <class Visit>
void scan(BlockingClient& redis, std::string_view command, const std::string& key, Visit visit) {
    std::unordered_set<std::string> seen;
    std::string cursor = "0";
    do {
        const auto reply =
            redis.ask(key, Command(command).arg(key).arg(cursor).arg("COUNT").arg(kScanCount));
        const auto found = reply.view()[1];
        for (std::size_t i = 0; i + 1 < found.size(); i += 2) {
            if (seen.emplace(found[i].text()).second) visit(found[i].text(), found[i + 1].text());
        }
        cursor = reply.view()[0].text();
    } while (redis.ok() && cursor != "0");
}

template <class Visit>
void scan_hash(BlockingClient& redis, const std::string& key, Visit visit) {
    scan(redis, "HSCAN", key, std::move(visit));
}

}  // namespace voxpop::store::redis
