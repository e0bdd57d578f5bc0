// Tells the operator of a Redis that is set so that it cannot keep the promise: one that may lose
// what was acknowledged, or throw it away (docs/OPERATIONS.md, "Redis: what the promise needs").
// Looked at whenever a connection to a primary stands; each problem of a server is told once, and
// again only if it was mended in between.
//
// Thread safety: none; the loop's thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/log.hpp"
#include "store/redis/client/client.hpp"

namespace voxpop::store::redis {

// What counts of a server's settings, as CONFIG GET spells it.
struct ServerSettings {
    std::optional<bool> append_only;  // nothing, or empty: not known
    std::string fsync;
    std::string eviction;          // maxmemory-policy
    std::uint64_t memory_max = 0;  // bytes; 0: no limit, so nothing is evicted either
};

// From the answer to CONFIG GET, names and values in turn; from that to INFO, which does not tell
// when the file is synced.
[[nodiscard]] ServerSettings settings_in_config(ReplyView answer);
[[nodiscard]] ServerSettings settings_in_info(std::string_view info);

class SettingsWatch {
  public:
    explicit SettingsWatch(base::Log log) : log_(log) {}

    // Asks the server; what it is prepared with does not wait for the answer.
    void look(const std::shared_ptr<NewConnection>& connection);

  private:
    // Of one server, what was told.
    struct Told {
        bool unseen = false;  // that CONFIG is refused
        bool append_only = false;
        bool fsync = false;
        bool eviction = false;
    };
    void look_at_info(const std::shared_ptr<NewConnection>& connection, const std::string& why);
    void judge(const std::string& server, const ServerSettings& settings);
    [[nodiscard]] Told& told_of(const std::string& server);

    base::Log log_;
    std::map<std::string, Told> told_;  // by address; at most bounds::kServersMax
};

}  // namespace voxpop::store::redis
