// Hears what other nodes did: in the threads that are watched here, to definitions, and in the
// site's stream. What this node did itself is told by the replies to its calls, so its own news is
// skipped.
//
// Thread safety: none; the loop's thread.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "domain/store.hpp"
#include "store/redis/client/client.hpp"
#include "store/redis/news.hpp"
#include "store/redis/node_state.hpp"

namespace voxpop::store::redis {

class Acknowledged;
class Outlet;
class Queries;
class Viewers;

class Watcher {
  public:
    struct Parts {
        Client& client;
        Queries& queries;
        Viewers& viewers;
        Outlet& outlet;
        Acknowledged& acknowledged;
        const NodeState& node;
        std::string site;
        // A node has begun a new epoch.
        std::function<void(std::string_view epoch)> on_epoch;
        // Something that was heard cannot be told: what is in memory must be read again.
        std::function<void()> on_missed;
    };
    explicit Watcher(Parts parts) : parts_(std::move(parts)) {}

    // Finds out whether this user may, before anything is written that could not be told; `done`
    // says why not, or nothing.
    using Refused = std::move_only_function<void(const std::string& why)>;
    void try_publishing(const std::shared_ptr<NewConnection>& connection, Refused done) const;
    // In a sentence: `what` the user may not do with the channel, and which right is missing.
    [[nodiscard]] std::string may_not(
        std::string_view what, std::string_view channel, std::string_view why
    ) const;

    // Listens to what every node listens to; `done` when it does, or cannot now.
    void start(std::move_only_function<void()> done);
    void watch(const base::ThreadId& thread, domain::Answer<void> answer);
    void unwatch(const base::ThreadId& thread);
    // A thread was read. The first time after watch() its definitions are told as changes: what
    // this node has in memory of them may be older than the watch.
    void on_read(const domain::ThreadView& view);
    void on_messages(std::span<const Message> messages);

  private:
    // Its name in Redis.
    [[nodiscard]] std::string channel(std::string_view name) const;
    void on_thread(std::string_view name, std::string_view payload);
    void on_definitions(std::string_view payload);
    void on_site(std::string_view payload);
    void fill_site_records();
    void tell(News news);
    void tell(std::vector<domain::LogRecord> records);

    Parts parts_;
    struct Watched {
        bool stands = false;  // the subscription
        bool read = false;
    };
    std::unordered_map<base::ThreadId, Watched> watched_;
    // Whose comments are still to be read; at most bounds::kSiteRecordsMax.
    std::vector<SiteRecord> site_records_;
    bool filling_ = false;
};

// What a node tells on the definitions' channel when it has begun a new epoch.
[[nodiscard]] std::string encode_epoch(std::string_view node, std::string_view epoch);

}  // namespace voxpop::store::redis
