#include "store/redis/continuity.hpp"

#include <charconv>
#include <random>
#include <utility>
#include <vector>

#include "store/redis/function_call.hpp"
#include "store/redis/keys.hpp"
#include "store/redis/library.hpp"
#include "store/redis/pack.hpp"
#include "store/redis/watcher.hpp"

namespace voxpop::store::redis {
namespace {

constexpr int kVersionLeast = 7;

std::string random_name() {
    std::random_device device;
    const std::uint64_t bits = std::uint64_t{device()} << 32 | device();
    return base::CommentId(bits).str();  // as good a spelling of 64 bits as any
}

int major_of(const std::string& version) {
    int major = 0;
    std::from_chars(version.data(), version.data() + version.size(), major);
    return major;
}

// The key belongs to another shard of the Cluster.
bool is_elsewhere(const CallResult& result) {
    return result.status == CallStatus::refused && result.why.starts_with("MOVED");
}

}  // namespace

struct Continuity::Check {
    std::shared_ptr<NewConnection> connection;
    std::string epoch_found;  // empty: there is none
    bool epoch_is_here = false;
    std::size_t open = 0;  // calls that have not been answered
    std::string failure;
    bool gap = false;

    void give_up(const std::string& why) { connection->ready(std::unexpected(why)); }
};

void Continuity::prepare(std::shared_ptr<NewConnection> connection) {
    const auto& server = connection->server();
    if (major_of(server.version) < kVersionLeast) {
        const auto why = "Redis " + server.version + " is too old; version 7 is needed";
        connection->ready(std::unexpected(why));
        return parts_.on_unfit(why);
    }
    const auto check = std::make_shared<Check>(Check{.connection = std::move(connection)});
    check->connection->call(
        Command("FCALL_RO").arg("vp_version").arg(0),
        [this, check](const CallResult& result) {
            const bool same = result.ok() && result.view().text() == library_version();
            if (same) return read_epoch(check);
            if (result.status == CallStatus::unknown) return check->give_up(result.why);
            load(check);
        }
    );
}

void Continuity::load(const std::shared_ptr<Check>& check) {
    check->connection->call(
        Command("FUNCTION").arg("LOAD").arg("REPLACE").arg(library_text()),
        [this, check](const CallResult& result) {
            if (result.ok()) return read_epoch(check);
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
        if (parts_.acknowledged.site_offset() > 0 && parts_.client.shard_of(site) == server.shard) {
            ++check->open;
            compare_site(check, site);
        }
    }
    compared(check);
}

void Continuity::compare_thread(const std::shared_ptr<Check>& check, const base::ThreadId& thread) {
    const auto key = keys::thread(thread);
    auto call = function_ro("vp_standing", key);
    // As it is now: what other nodes tell until the answer is here may be newer than the answer.
    const auto& known = parts_.acknowledged.threads().at(thread);
    Told told{.offset = known.offset, .counters = known.counters, .boxes = {}};
    for (const auto& [box, version] : known.boxes) {
        told.boxes.emplace_back(box, version);
        call.arg(box.str());
    }
    check->connection->call(
        std::move(call),
        [this, check, thread, told = std::move(told)](const CallResult& result) {
            if (is_elsewhere(result)) return compared(check);
            if (!result.ok()) {
                check->failure = result.why;
                return compared(check);
            }
            Unpacker in(result.view().text());
            const auto offset = in.u64();
            if (has_less(thread, told, offset, in)) {
                undeclared_ = true;
                repair(check, thread, told);
                parts_.acknowledged.reset_offset(thread, offset);
            }
            compared(check);
        }
    );
}

// `in` has what Redis holds, as vp_standing answers it, from behind the offset on.
bool Continuity::has_less(
    const base::ThreadId& thread, const Told& told, std::uint64_t offset, Unpacker& in
) {
    bool less = offset < told.offset;
    if (less) {
        parts_.log.error(
            "Redis has lost comments",
            {{"thread", thread.view()}, {"had", told.offset}, {"has", offset}}
        );
    }
    for (const auto counter : told.counters) less = in.u64() < counter || less;
    for (const auto& [box, had] : told.boxes) {
        const auto version = in.u64();
        if (version >= had) continue;
        less = true;
        parts_.log.error(
            "Redis has lost ballots", {{"thread", thread.view()},
                                       {"box", box.str()},
                                       {"had_version", had},
                                       {"has_version", version}}
        );
    }
    return less;
}

void Continuity::repair(
    const std::shared_ptr<Check>& check, const base::ThreadId& thread, const Told& told
) {
    const auto key = keys::thread(thread);
    auto tallies = function("vp_raise_tallies", key);
    for (const auto& [box, version] : told.boxes) tallies.arg(box.str()).arg(version);
    auto counters = function("vp_raise_counters", key);
    for (const auto counter : told.counters) counters.arg(counter);
    check->open += 2;
    check->connection->call(std::move(tallies), [this, check](const CallResult& result) {
        if (!result.ok()) check->failure = result.why;
        compared(check);
    });
    check->connection->call(std::move(counters), [this, check, thread](const CallResult& result) {
        if (!result.ok()) check->failure = result.why;
        // The thread itself is gone: what it counted is not to be missed at every connection.
        if (result.ok() && result.view().number() == 0) parts_.acknowledged.forget_counters(thread);
        compared(check);
    });
}

// Events that only moderators see have no other number.
void Continuity::compare_site(const std::shared_ptr<Check>& check, const std::string& key) {
    auto call = function_ro("vp_site_log", key);
    const auto told = parts_.acknowledged.site_offset();
    call.arg(told).arg(0);
    check->connection->call(std::move(call), [this, check, told](const CallResult& result) {
        if (is_elsewhere(result)) return compared(check);
        if (!result.ok()) {
            check->failure = result.why;
            return compared(check);
        }
        const auto newest = Unpacker(result.view().text()).u64();
        if (newest < told) {
            undeclared_ = true;
            parts_.log.error(
                "Redis has lost events of the site's stream", {{"had", told}, {"has", newest}}
            );
            parts_.acknowledged.reset_site_offset(newest);
        }
        compared(check);
    });
}

void Continuity::compared(const std::shared_ptr<Check>& check) {
    if (--check->open > 0) return;
    if (!check->failure.empty()) return check->give_up(check->failure);
    const auto& known = parts_.node.epoch;
    const bool gone = check->epoch_is_here && check->epoch_found.empty();
    // Where another epoch is there already, the loss has been declared.
    const bool declared = check->epoch_is_here && !gone && check->epoch_found != known;
    if (gone || (undeclared_ && !declared)) return begin_epoch(check);
    if (declared) undeclared_ = false;
    if (check->epoch_is_here && known != check->epoch_found) {
        check->gap = !known.empty();
        parts_.node.epoch = check->epoch_found;
    }
    finish(check);
}

void Continuity::begin_epoch(const std::shared_ptr<Check>& check) {
    auto call = function("vp_begin_epoch", keys::kEpoch);
    call.arg(check->epoch_is_here ? check->epoch_found : parts_.node.epoch).arg(random_name());
    auto done = [this, check](const CallResult& result) {
        if (!result.ok()) return check->give_up("a new epoch could not begin: " + result.why);
        undeclared_ = false;
        const std::string epoch(result.view().text());
        check->gap = !parts_.node.epoch.empty() && epoch != parts_.node.epoch;
        if (check->gap) {
            parts_.log.error(
                "Redis has less than it told: a new epoch begins, clients reload",
                {{"shard", check->connection->server().shard},
                 {"epoch_before", parts_.node.epoch},
                 {"epoch", epoch}}
            );
        }
        parts_.node.epoch = epoch;
        finish(check);
    };
    if (check->epoch_is_here) return check->connection->call(std::move(call), std::move(done));
    parts_.client.call(keys::kEpoch, std::move(call), std::move(done));
}

void Continuity::finish(const std::shared_ptr<Check>& check) {
    const auto& server = check->connection->server();
    servers_[server.shard] = server.run_id + ' ' + server.replication_id;
    check->connection->ready({});
    if (!check->gap) return;
    Command publish("SPUBLISH");
    publish.arg(keys::kDefinitions).arg(encode_epoch(parts_.node.name, parts_.node.epoch));
    // A node that does not hear it reads the epoch when it connects itself.
    parts_.client.call(keys::kDefinitions, std::move(publish), [](const CallResult&) {});
    parts_.on_gap();
}

void Continuity::look() {
    Command get("GET");
    get.arg(keys::kEpoch);
    parts_.client.call(keys::kEpoch, std::move(get), [this](const CallResult& result) {
        // Should it fail, or be gone: connecting to that server again will tell.
        if (result.ok() && !result.view().nil()) adopt(result.view().text());
    });
}

void Continuity::adopt(std::string_view epoch) {
    if (epoch == parts_.node.epoch) return;
    parts_.node.epoch = epoch;
    parts_.on_gap();
}

}  // namespace voxpop::store::redis
