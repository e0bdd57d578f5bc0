#include "store/redis/replication.hpp"

#include <utility>

#include "store/redis/bounds.hpp"
#include "store/redis/keys.hpp"

namespace voxpop::store::redis {
namespace {

void tell(std::vector<Replication::Confirmed>& who, bool enough) {
    for (auto& confirmed : std::exchange(who, {})) confirmed(enough);
}

}  // namespace

bool Replication::refuses(const base::ThreadId& thread) const {
    const auto at = shards_.find(std::string(client_.shard_of(keys::thread(thread))));
    return at != shards_.end() && at->second.lacking;
}

void Replication::confirm(const base::ThreadId& thread, Confirmed confirmed) {
    auto key = keys::of_thread(thread, "replicated");
    const std::string name(client_.shard_of(key));
    Shard& shard = shards_.try_emplace(name, io_).first->second;
    if (shard.lacking) return confirmed(false);
    shard.key = std::move(key);
    shard.waiting.push_back(std::move(confirmed));
    if (!shard.busy) begin(shard);
}

void Replication::begin(Shard& shard) {
    shard.busy = true;
    shard.under_way = std::exchange(shard.waiting, {});
    shard.deadline = Clock::now() + options_.replica_timeout;
    send(shard);
}

// WAIT is about what its own connection wrote. So it writes something: later than all that was
// answered.
void Replication::send(Shard& shard) {
    Command mark("SET");
    mark.arg(shard.key).arg("").arg("PX").arg(bounds::kReplicatedTtl.count());
    mark.replicated(options_.replicas, options_.replica_timeout);
    client_.call(shard.key, std::move(mark).whole_slot(), [this, &shard](const CallResult& result) {
        answered(shard, result);
    });
}

// A connection that has just gone is soon back; the server, if it is another one, is lost().
void Replication::answered(Shard& shard, const CallResult& result) {
    if (result.status == CallStatus::unsent && Clock::now() < shard.deadline)
        return send_after(shard, bounds::kRetryInterval);
    end(shard, result.ok() && result.replicas >= static_cast<std::int64_t>(options_.replicas));
}

void Replication::end(Shard& shard, bool enough) {
    shard.lacking = !enough;
    tell(shard.under_way, enough);
    if (!enough) {
        tell(shard.waiting, false);
        return send_after(shard, bounds::kReplicaProbeInterval);
    }
    shard.busy = false;
    if (!shard.waiting.empty()) begin(shard);
}

void Replication::send_after(Shard& shard, std::chrono::milliseconds pause) {
    shard.timer.expires_after(pause);
    shard.timer.async_wait([this, &shard](const boost::system::error_code& cancelled) {
        if (!cancelled) send(shard);
    });
}

void Replication::lost(const std::string& name) {
    const auto at = shards_.find(name);
    if (at == shards_.end()) return;
    tell(at->second.under_way, false);
    tell(at->second.waiting, false);
}

void Replication::stop() {
    for (auto& [name, shard] : shards_) shard.timer.cancel();
}

}  // namespace voxpop::store::redis
