#include "store/redis/replication.hpp"

#include <boost/asio/post.hpp>

#include <utility>

#include "store/redis/bounds.hpp"
#include "store/redis/client/slots.hpp"
#include "store/redis/keys.hpp"

namespace voxpop::store::redis {
namespace {

void tell(std::vector<Replication::Confirmed>& who, bool enough) {
    for (auto& confirmed : std::exchange(who, {})) confirmed(enough);
}

std::unexpected<base::Error> unavailable(std::string why) {
    return base::fail(base::ErrorCode::store_unavailable, std::move(why));
}

}  // namespace

bool Replication::refuses(std::string_view key) const {
    if (options_.ack != Ack::replicated) return false;
    const auto at = shards_.find(std::string(client_.shard_of(key)));
    return at != shards_.end() && at->second.lacking;
}

void Replication::look(const std::string& shard) {
    if (options_.ack != Ack::replicated) return;
    if (const auto key = key_of(shard); !key.empty()) confirm(key, [](bool) {});
}

// Of a Cluster each shard has some of the slots: one is found after as many tries as there are
// shards, more or less.
std::string Replication::key_of(std::string_view shard) const {
    for (unsigned i = 0; i < kSlots; ++i) {
        auto key = keys::replicated("vp:{" + std::to_string(i) + "}");
        if (client_.shard_of(key) == shard) return key;
    }
    return {};
}

// What is answered in the same turn of the loop shares the WAIT.
void Replication::confirm(std::string_view key, Confirmed confirmed) {
    if (options_.ack != Ack::replicated) return confirmed(true);
    const std::string name(client_.shard_of(key));
    Shard& shard = shards_.try_emplace(name, io_, name).first->second;
    if (shard.lacking) return confirmed(false);
    shard.key = keys::replicated(key);
    shard.waiting.push_back(std::move(confirmed));
    if (std::exchange(shard.busy, true)) return;
    boost::asio::post(io_, [this, &shard] { begin(shard); });
}

void Replication::write(const std::string& key, Command command, Written written) {
    if (refuses(key)) {
        return boost::asio::post(io_, [written = std::move(written)]() mutable {
            written(unavailable(kTooFewAreThere));
        });
    }
    client_.call(
        key, std::move(command),
        [this, key, written = std::move(written)](CallResult result) mutable {
            if (!result.ok()) return written(unavailable(std::move(result.why)));
            confirm(
                key,
                [reply = std::move(result.reply),
                 written = std::move(written)](bool enough) mutable {
                    if (!enough) return written(unavailable(kTooFewHaveIt));
                    written(std::move(reply));
                }
            );
        }
    );
}

void Replication::begin(Shard& shard) {
    shard.under_way = std::exchange(shard.waiting, {});
    shard.deadline = Clock::now() + options_.replica_timeout;
    send(shard);
}

// WAIT is about what its own connection wrote. So it writes something: later than all that was
// answered, and on this very shard, though a Cluster may have moved the slot of the key: another
// one's replicas have nothing of what this one answered. (A call with a WAIT follows no MOVED.)
void Replication::send(Shard& shard) {
    if (client_.shard_of(shard.key) != shard.name) shard.key = key_of(shard.name);
    if (shard.key.empty()) return has_no_slots(shard);
    Command mark("SET");
    mark.arg(shard.key).arg("").arg("PX").arg(bounds::kReplicatedTtl.count());
    mark.replicated(options_.replicas, options_.replica_timeout);
    client_.call(shard.key, std::move(mark).whole_slot(), [this, &shard](const CallResult& result) {
        answered(shard, result);
    });
}

// Nobody can ask it; nor writes to it, until it has some again.
void Replication::has_no_slots(Shard& shard) {
    shard.lacking = false;
    shard.busy = false;
    tell(shard.under_way, false);
    tell(shard.waiting, false);
}

// A connection that has just gone is soon back; the server, if it is another one, is lost().
void Replication::answered(Shard& shard, const CallResult& result) {
    if (result.status == CallStatus::unsent && Clock::now() < shard.deadline)
        return send_after(shard, bounds::kRetryInterval);
    end(shard, result.ok() && result.replicas >= static_cast<std::int64_t>(options_.replicas));
}

void Replication::end(Shard& shard, bool enough) {
    if (std::exchange(shard.lacking, !enough) == enough) log(shard);
    tell(shard.under_way, enough);
    if (!enough) {
        tell(shard.waiting, false);
        return send_after(shard, bounds::kReplicaProbeInterval);
    }
    shard.busy = !shard.waiting.empty();
    if (shard.busy) begin(shard);
}

void Replication::log(const Shard& shard) const {
    auto log = options_.log;
    if (shard.lacking) {
        log.error(
            "too few replicas have what Redis has: writes are refused until they do",
            {{"shard", shard.name}, {"replicas_needed", options_.replicas}}
        );
    } else {
        log.info("enough replicas have what Redis has: writes are taken", {{"shard", shard.name}});
    }
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
