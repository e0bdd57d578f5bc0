#include "store/redis/continuity.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

#include "store/redis/bounds.hpp"
#include "store/redis/function_call.hpp"
#include "store/redis/keys.hpp"
#include "store/redis/library.hpp"
#include "store/redis/pack.hpp"
#include "store/redis/standing.hpp"
#include "store/redis/watcher.hpp"

namespace voxpop::store::redis {
namespace {

// Instead of a server's identity, no server's: all it has is compared at the next connection.
constexpr std::string_view kSuspect = "suspect";

// Epochs sort by the time they began: one that is below another is from before a loss (a backup, a
// replica that was behind). Milliseconds, then random bits for nodes that begin at once; above
// `before`, whatever the clock says.
std::string next_epoch(std::string_view before) {
    constexpr int kRandomBits = 20;
    std::random_device device;
    const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::system_clock::now().time_since_epoch()
    );
    const auto by_time =
        static_cast<std::uint64_t>(now.count()) << kRandomBits | device() % (1U << kRandomBits);
    const auto least = base::CommentId::from(before).value_or(base::CommentId()).value() + 1;
    return base::CommentId(std::max(by_time, least)).str();  // 64 bits that sort as text
}

// The key belongs to another shard of the Cluster.
bool is_elsewhere(const CallResult& result) {
    return result.status == CallStatus::refused && result.why.starts_with("MOVED");
}

}  // namespace

Continuity::Continuity(Parts parts) : parts_(std::move(parts)), timer_(parts_.io) {}

struct Continuity::Check {
    std::shared_ptr<NewConnection> connection;
    std::string epoch_known;  // when this began: a newer one has declared what is found meanwhile
    std::string epoch_found;  // empty: there is none
    bool epoch_is_here = false;
    std::size_t open = 0;  // calls that have not been answered
    std::string failure;
    bool gap = false;
    std::size_t losses = 0;  // that were logged, or would have been

    void give_up(const std::string& why) { connection->ready(std::unexpected(why)); }
};

void Continuity::prepare(std::shared_ptr<NewConnection> connection) {
    const auto check = std::make_shared<Check>(
        Check{.connection = std::move(connection), .epoch_known = parts_.node.epoch}
    );
    check->connection->call(
        Command("FCALL_RO").arg(function_name("vp_version")).arg(0),
        [this, check](const CallResult& result) {
            const bool same = result.ok() && result.view().text() == library_version();
            if (same) return read_epoch(check);
            if (result.status == CallStatus::unknown) return check->give_up(result.why);
            load(check);
        }
    );
}

// Not in place of one that another node has just loaded: it is the same, as its name says, and a
// new copy would begin a new lineage.
void Continuity::load(const std::shared_ptr<Check>& check) {
    check->connection->call(
        Command("FUNCTION").arg("LOAD").arg(library_text()),
        [this, check](const CallResult& result) {
            if (result.ok() || result.why.contains("already exists")) return read_epoch(check);
            check->give_up("the functions could not be loaded: " + result.why);
            if (result.status == CallStatus::refused)
                parts_.on_unfit("Redis does not take the functions: " + result.why);
        }
    );
}

void Continuity::read_epoch(const std::shared_ptr<Check>& check) {
    check->connection->call(
        Command("GET").arg(keys::kEpoch),
        [this, check](const CallResult& result) {
            if (!result.ok() && !is_elsewhere(result)) return check->give_up(result.why);
            check->epoch_is_here = result.ok();
            if (result.ok()) check->epoch_found = result.view().text();
            compare(check);
        }
    );
}

// A server that is the one it was has everything it told.
void Continuity::compare(const std::shared_ptr<Check>& check) {
    const auto& server = check->connection->server();
    const auto identity = server.run_id + ' ' + server.replication_id;
    const auto at = servers_.find(server.shard);
    check->open = 1;
    if (at == servers_.end() || at->second != identity) {
        for (const auto& [thread, known] : parts_.acknowledged.threads()) {
            if (parts_.client.shard_of(keys::thread(thread)) != server.shard) continue;
            ++check->open;
            compare_thread(check, thread);
        }
        const auto site = keys::site_log(parts_.site);
        if (parts_.acknowledged.site().offset > 0 && parts_.client.shard_of(site) == server.shard) {
            ++check->open;
            compare_site(check, site);
        }
    }
    compared(check);
}

void Continuity::compare_thread(const std::shared_ptr<Check>& check, const base::ThreadId& thread) {
    auto told = told_of(parts_.acknowledged.threads().at(thread));
    auto call = ask_standing(thread, told);
    check->connection->call(
        std::move(call),
        [this, check, thread, told = std::move(told)](const CallResult& result) {
            if (is_elsewhere(result)) return compared(check);
            const auto standing =
                result.ok() ? read_standing(told, result.view().text()) : std::nullopt;
            if (!standing) {
                check->failure = result.ok() ? "it answers what cannot be read" : result.why;
                return compared(check);
            }
            if (has_less(*standing, told)) {
                log_loss(parts_.log, thread, *standing, told, check->losses);
                found_less(*check, parts_.acknowledged.is_declared(thread));
                repair(check, thread, told, *standing);
            }
            compared(check);
        }
    );
}

void Continuity::found_less(Check& check, bool declared) {
    if (declared) {
        check.gap = true;  // what is put right is to be read too
    } else {
        undeclared_ = true;
    }
}

void Continuity::repair(
    const std::shared_ptr<Check>& check, const base::ThreadId& thread, const Told& told,
    const Standing& standing
) {
    const auto key = keys::thread(thread);
    auto tallies = function("vp_raise_tallies", key);
    for (std::size_t i = 0; i < told.boxes.size(); ++i) {
        const auto& [box, versions] = told.boxes[i];
        if (const auto lost = versions.lost(standing.tallies[i]))
            tallies.arg(box.str()).arg(lost->had);
    }
    auto counters = function("vp_raise_counters", key);
    for (const auto counter : told.counters) counters.arg(counter);
    auto seq = function("vp_raise_seq", key);
    seq.arg(told.seq);
    check->open += 3;
    const auto raised = [this, check](const CallResult& result) {
        if (!result.ok()) check->failure = result.why;
        compared(check);
    };
    check->connection->call(std::move(tallies), raised);
    // What could not be raised is found, and raised, at the next connection.
    check->connection->call(
        std::move(seq),
        [this, check, thread, offset = standing.offset,
         number = standing.seq](const CallResult& result) {
            if (!result.ok()) check->failure = result.why;
            if (result.ok()) parts_.acknowledged.reset_events(thread, offset, number);
            compared(check);
        }
    );
    check->connection->call(std::move(counters), [this, check, thread](const CallResult& result) {
        if (!result.ok()) check->failure = result.why;
        // The thread itself is gone: what it counted is not to be missed at every connection.
        if (result.ok() && result.view().number() == 0) parts_.acknowledged.forget_counters(thread);
        compared(check);
    });
}

void Continuity::compare_site(const std::shared_ptr<Check>& check, const std::string& key) {
    const auto told = parts_.acknowledged.site();
    auto call = function_ro("vp_site_standing", key);
    call.arg(told.offset).arg(told.mark);
    check->connection->call(std::move(call), [this, check, told](const CallResult& result) {
        if (is_elsewhere(result)) return compared(check);
        if (!result.ok()) {
            check->failure = result.why;
            return compared(check);
        }
        Unpacker in(result.view().text());
        const auto newest = in.u64();
        const bool has_event = in.u64() != 0;
        if (newest < told.offset || !has_event) {
            found_less(*check, parts_.acknowledged.is_site_declared());
            parts_.log.error(
                "Redis has lost events of the site's stream",
                {{"had", told.offset}, {"has", newest}}
            );
            parts_.acknowledged.reset_site(newest);
        }
        compared(check);
    });
}

void Continuity::compared(const std::shared_ptr<Check>& check) {
    if (--check->open > 0) return;
    log_more_losses(parts_.log, check->losses);
    if (!check->failure.empty()) return check->give_up(check->failure);
    const auto& known = check->epoch_known;
    const auto& found = check->epoch_found;
    if (check->epoch_is_here && found > parts_.node.epoch)
        take_over(found, check->connection->server().shard);
    // None, or one from before: whatever was told since then may be lost.
    const bool gone = check->epoch_is_here && (found.empty() || found < known);
    if (gone || undeclared_) return begin_epoch(check);
    check->gap = check->gap || (!known.empty() && parts_.node.epoch != known);
    finish(check);
}

// Another node has begun it: what was told before, and is found lost only now, is declared by it.
// `compared_shard` has just been looked at.
void Continuity::take_over(std::string_view epoch, std::string_view compared_shard) {
    const bool first = parts_.node.epoch.empty();
    parts_.node.epoch = epoch;
    if (first) return;
    undeclared_ = false;
    parts_.acknowledged.declare();
    std::vector<std::string> shards;
    for (const auto& [shard, identity] : servers_) shards.push_back(shard);
    for (const auto& shard : shards)
        if (shard != compared_shard) compare_again(shard);
}

void Continuity::begin_epoch(const std::shared_ptr<Check>& check) {
    auto call = function("vp_begin_epoch", keys::kEpoch);
    const auto& known = check->epoch_known;
    call.arg(check->epoch_is_here ? check->epoch_found : known);
    call.arg(next_epoch(std::max(parts_.node.epoch, check->epoch_found)));
    auto done = [this, check](const CallResult& result) {
        if (!result.ok()) return check->give_up("a new epoch could not begin: " + result.why);
        undeclared_ = false;
        const std::string epoch(result.view().text());
        check->gap = !check->epoch_known.empty() && epoch != check->epoch_known;
        if (check->gap && epoch != parts_.node.epoch) {
            untold_ = true;
            parts_.log.error(
                "Redis has less than it told: a new epoch begins, clients reload",
                {{"shard", check->connection->server().shard},
                 {"epoch_before", parts_.node.epoch},
                 {"epoch", epoch}}
            );
        }
        parts_.node.epoch = std::max(parts_.node.epoch, epoch);
        finish(check);
    };
    if (check->epoch_is_here) return check->connection->call(std::move(call), std::move(done));
    parts_.client.call(keys::kEpoch, std::move(call), std::move(done));
}

void Continuity::undeclare(std::string_view shard) {
    auto& acknowledged = parts_.acknowledged;
    for (const auto& [thread, known] : acknowledged.threads()) {
        if (known.declared && parts_.client.shard_of(keys::thread(thread)) == shard)
            acknowledged.undeclare(thread);
    }
    if (parts_.client.shard_of(keys::site_log(parts_.site)) == shard) acknowledged.undeclare_site();
}

void Continuity::finish(const std::shared_ptr<Check>& check) {
    const auto& server = check->connection->server();
    if (servers_.size() >= bounds::kServersMax) servers_.clear();  // compared once more, then
    servers_[server.shard] = server.run_id + ' ' + server.replication_id;
    undeclare(server.shard);
    if (untold_) tell_epoch(check->connection.get());
    check->connection->ready({});
    if (check->gap) parts_.on_gap();
}

// Tells the other nodes. A `connection` that is not ready takes it, if it is the channel's; what
// could not be told is told again at the next look.
void Continuity::tell_epoch(NewConnection* connection) {
    const auto& epoch = parts_.node.epoch;
    const auto channel = parts_.node.realm + std::string(keys::kDefinitions);
    Command publish("SPUBLISH");
    publish.arg(channel).arg(encode_epoch(parts_.node.name, epoch));
    Done told = [this, epoch](const CallResult& result) {
        if (result.ok() && epoch == parts_.node.epoch) untold_ = false;
    };
    const auto shard = parts_.client.shard_of(channel);
    if (connection != nullptr && connection->server().shard == shard) {
        connection->call(std::move(publish), std::move(told));
    } else {
        parts_.client.call(channel, std::move(publish), std::move(told));
    }
}

void Continuity::watch() {
    timer_.expires_after(parts_.interval);
    timer_.async_wait([this](const boost::system::error_code& error) {
        if (error) return;
        look();
        look_at_threads();
        tell();
        parts_.on_look();
        watch();
    });
}

void Continuity::tell() {
    if (untold_) tell_epoch(nullptr);
}

void Continuity::look() {
    Command get("GET");
    get.arg(keys::kEpoch);
    parts_.client.call(keys::kEpoch, std::move(get), [this](const CallResult& result) {
        if (!result.ok()) return;
        const auto found = result.view().text();
        if (found > parts_.node.epoch) return adopt(found);
        if (found < parts_.node.epoch) suspect(keys::kEpoch);  // also when it is gone
    });
}

// Some of the threads that are known, others each time: whatever empties a server loses them all.
void Continuity::look_at_threads() {
    const auto& known = parts_.acknowledged.threads();
    if (unlooked_.empty()) {
        ++looks_;
        for (const auto& [thread, _] : known) unlooked_.push_back(thread);
    }
    for (std::size_t i = 0; i < bounds::kLookThreadsMax && !unlooked_.empty(); ++i) {
        const auto thread = unlooked_.back();
        unlooked_.pop_back();
        const auto at = known.find(thread);
        if (at == known.end()) continue;
        auto told = told_of(at->second, looks_);
        auto call = ask_standing(thread, told);
        const auto key = keys::thread(thread);
        parts_.client.call(
            key, std::move(call),
            [this, key, told = std::move(told)](const CallResult& result) {
                if (!result.ok()) return;
                const auto standing = read_standing(told, result.view().text());
                if (standing && has_less(*standing, told)) suspect(key);
            }
        );
    }
}

void Continuity::suspect(std::string_view key) {
    compare_again(std::string(parts_.client.shard_of(key)));
}

// What was found by looking is what a connection finds: there all is compared, and put right.
void Continuity::compare_again(const std::string& shard) {
    const auto at = servers_.find(shard);
    if (at == servers_.end()) return;
    at->second = kSuspect;
    parts_.client.prepare_again(shard, "it may have less than it told");
}

void Continuity::adopt(std::string_view epoch) {
    if (epoch <= parts_.node.epoch) return;
    take_over(epoch, {});
    parts_.on_gap();
}

}  // namespace voxpop::store::redis
