#include "store/redis/server_settings.hpp"

#include <charconv>
#include <utility>

#include "store/redis/bounds.hpp"
#include "store/redis/client/info.hpp"

namespace voxpop::store::redis {
namespace {

std::uint64_t bytes(std::string_view digits) {
    std::uint64_t value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
}

// What goes under volatile-* are the answers that keep a repeated command from counting twice.
bool evicts(const ServerSettings& settings) {
    return settings.memory_max > 0 && !settings.eviction.empty() &&
           settings.eviction != "noeviction";
}

// Notes what holds now; whether the operator has yet to be told of it.
bool to_tell(bool& told, bool holds) {
    return !std::exchange(told, holds) && holds;
}

}  // namespace

ServerSettings settings_in_config(ReplyView answer) {
    ServerSettings settings;
    for (std::size_t i = 0; i + 1 < answer.size(); i += 2) {
        const auto name = answer[i].text();
        const auto value = answer[i + 1].text();
        if (name == "appendonly") settings.append_only = value == "yes";
        if (name == "appendfsync") settings.fsync = value;
        if (name == "maxmemory-policy") settings.eviction = value;
        if (name == "maxmemory") settings.memory_max = bytes(value);
    }
    return settings;
}

ServerSettings settings_in_info(std::string_view info) {
    const auto aof = info_field(info, "aof_enabled");
    return {
        .append_only = aof.empty() ? std::nullopt : std::optional(aof == "1"),
        .fsync = {},
        .eviction = std::string(info_field(info, "maxmemory_policy")),
        .memory_max = bytes(info_field(info, "maxmemory")),
    };
}

void SettingsWatch::look(const std::shared_ptr<NewConnection>& connection) {
    Command ask("CONFIG");
    ask.arg("GET").arg("appendonly").arg("appendfsync").arg("maxmemory").arg("maxmemory-policy");
    connection->call(std::move(ask), [this, connection](const CallResult& result) {
        const auto settings = result.ok() ? settings_in_config(result.view()) : ServerSettings();
        if (!settings.fsync.empty()) return judge(connection->server().address, settings);
        // There are servers that answer, with nothing.
        if (result.ok()) return look_at_info(connection, "it is not in the answer to CONFIG GET");
        if (result.status == CallStatus::refused) look_at_info(connection, result.why);
        // Else the connection is gone, and the next one is looked at.
    });
}

void SettingsWatch::look_at_info(
    const std::shared_ptr<NewConnection>& connection, const std::string& why
) {
    connection->call(
        Command("INFO").arg("persistence").arg("memory"),
        [this, connection, why](const CallResult& result) {
            if (!result.ok()) return;
            const auto& server = connection->server().address;
            if (to_tell(told_of(server).unseen, true))
                log_.info(
                    "Redis does not tell its appendfsync: see to it that it is always, or let this "
                    "user run CONFIG GET",
                    {{"at", server}, {"why", why}}
                );
            judge(server, settings_in_info(result.view().text()));
        }
    );
}

void SettingsWatch::judge(const std::string& server, const ServerSettings& settings) {
    auto& told = told_of(server);
    const bool no_file = settings.append_only == false;
    const bool late =
        settings.append_only == true && !settings.fsync.empty() && settings.fsync != "always";
    if (to_tell(told.append_only, no_file))
        log_.warn(
            "Redis keeps no append-only file: when it ends, what was acknowledged since its last "
            "snapshot is lost",
            {{"at", server}, {"set", "appendonly yes, appendfsync always"}}
        );
    if (to_tell(told.fsync, late))
        log_.warn(
            "Redis answers before the disk has a write: when its machine fails, the last seconds "
            "of what was acknowledged are lost",
            {{"at", server}, {"appendfsync", settings.fsync}, {"set", "appendfsync always"}}
        );
    if (to_tell(told.eviction, evicts(settings)))
        log_.warn(
            "Redis throws keys away when its memory is full: with them goes what was acknowledged, "
            "or what keeps it from counting twice",
            {{"at", server},
             {"maxmemory_policy", settings.eviction},
             {"set", "maxmemory-policy noeviction"}}
        );
}

SettingsWatch::Told& SettingsWatch::told_of(const std::string& server) {
    // Those of a Cluster that grows and moves for years: told once more, then.
    if (told_.size() >= bounds::kServersMax && !told_.contains(server)) told_.clear();
    return told_[server];
}

}  // namespace voxpop::store::redis
