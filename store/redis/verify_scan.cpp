#include "store/redis/verify_scan.hpp"

#include <algorithm>

#include "store/redis/hash_scan.hpp"
#include "store/redis/keys.hpp"

namespace voxpop::store::redis {
namespace {

// Enough to meet a shard that has a single one of the 16,384 slots.
constexpr int kKeysTriedMax = 300'000;

// Of "vp:site:{SITE}:…".
std::string_view site_in(std::string_view key) {
    constexpr std::string_view kBegin = "vp:site:{";
    if (!key.starts_with(kBegin)) return {};
    key.remove_prefix(kBegin.size());
    return key.substr(0, key.find('}'));
}

}  // namespace

std::optional<std::string> ShardKeys::next() {
    if (complete()) return std::nullopt;
    for (int i = 0; i < kKeysTriedMax; ++i) {
        auto key = "vp:scan:" + std::to_string(number_++);
        const auto shard = client_.shard_of(key);
        if (!shard.empty() && given_.emplace(shard).second) return key;
    }
    return std::nullopt;
}

bool ShardKeys::complete() const {
    return client_.trouble().empty() &&
           std::ranges::all_of(client_.ready_shards(), [this](const std::string& shard) {
               return given_.contains(shard);
           });
}

void KeyScan::run() {
    ShardKeys shards(redis_.client());
    while (redis_.ok()) {
        const auto key = shards.next();
        if (!key) break;
        scan_shard(*key);
    }
    if (!shards.complete()) redis_.fail("the Cluster changed while it was read; run it again");
}

void KeyScan::scan_shard(const std::string& routing_key) {
    std::string cursor = "0";
    do {
        const auto reply = redis_.ask(
            routing_key,
            Command("SCAN").arg(cursor).arg("MATCH").arg("vp:*{*}:*").arg("COUNT").arg(kScanCount)
        );
        const auto found = reply.view()[1];
        for (std::size_t i = 0; i < found.size(); ++i) take_key(found[i].text());
        cursor = reply.view()[0].text();
    } while (redis_.ok() && cursor != "0");
}

void KeyScan::take_key(std::string_view key) {
    constexpr std::string_view kBallots = "}:ballots:";
    if (const auto site = site_in(key); !site.empty()) sites.emplace(site);
    const auto thread = base::ThreadId::from(keys::thread_in(key));
    if (!thread) return;
    const auto at = key.find(kBallots);
    const bool has_box = at != std::string_view::npos;
    if (has_box) threads[*thread].emplace(key.substr(at + kBallots.size()));
    if (key == keys::thread(*thread)) threads.try_emplace(*thread);
}

}  // namespace voxpop::store::redis
