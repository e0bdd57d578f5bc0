// Of ShardedClient: which shards there are, how they fare, and whose channel is where.
#include <algorithm>
#include <tuple>
#include <utility>

#include "store/redis/client/sentinel.hpp"
#include "store/redis/client/sharded_client.hpp"

namespace voxpop::store::redis {

std::shared_ptr<Link> ShardedClient::make_link(const Endpoint& endpoint) {
    std::unique_ptr<Locator> locator;
    if (options_->topology == Topology::sentinel)
        locator = std::make_unique<SentinelLocator>(io_, options_);
    else
        locator = std::make_unique<FixedLocator>(endpoint);
    return std::make_shared<Link>(io_, std::move(locator), options_);
}

ShardedClient::Shard* ShardedClient::find_or_make(
    const Endpoint& endpoint, const std::string& name
) {
    if (const auto at = shards_.find(name); at != shards_.end()) return &at->second;
    if (shards_.size() >= options_->shards_max) return nullptr;
    Shard& shard = shards_[name];
    shard.endpoint = endpoint;
    shard.primary = std::make_shared<Primary>(name, make_link(endpoint), deferred_);
    shard.subscriber = std::make_shared<Subscriber>(make_link(endpoint), options_);
    if (options_->waits_apart) {
        shard.aside =
            std::make_shared<Aside>(make_link(endpoint), [this, name] { on_aside_changed(name); });
    }
    to_start_.push_back(&shard);
    return &shard;
}

void ShardedClient::start_new_shards() {
    for (Shard* shard : std::exchange(to_start_, {})) {
        shard->primary->start(*this);
        shard->subscriber->start(*this);
        if (shard->aside) shard->aside->start();
    }
}

void ShardedClient::on_slots(const std::vector<SlotRange>& ranges) {
    view_trouble_.clear();
    for (auto& [name, shard] : shards_) shard.named = false;
    slots_.fill(nullptr);
    for (const SlotRange& range : ranges) {
        Shard* shard = find_or_make(range.primary, range.primary.text());
        if (shard != nullptr) shard->named = true;
        std::fill(slots_.begin() + range.first, slots_.begin() + range.last + 1, shard);
    }
    move_channels();
    remove_unnamed_shards();
    if (events_ == nullptr) return;  // stopped by one who was told of a loss
    start_new_shards();
    tell_health();
}

void ShardedClient::on_slots_unknown(const std::string& why) {
    view_trouble_ = why;
    tell_health();
}

void ShardedClient::remove_unnamed_shards() {
    // Those that a redirection has named just now, and which the node that was asked does not know
    // yet, go too; the next redirection brings them back.
    std::vector<std::pair<std::string, bool>> removed;
    for (auto at = shards_.begin(); at != shards_.end();) {
        if (at->second.named) {
            ++at;
            continue;
        }
        std::erase(to_start_, &at->second);
        auto node = shards_.extract(at++);
        Shard& shard = node.mapped();
        shard.primary->stop("the Cluster does not name it any more");
        shard.subscriber->stop("the Cluster does not name it any more");
        if (shard.aside) shard.aside->stop("the Cluster does not name it any more");
        removed.emplace_back(node.key(), shard.connected);
        if (events_ == nullptr) return;
    }
    for (const auto& [name, connected] : removed)
        if (connected && events_ != nullptr)
            events_->on_lost(name, "the Cluster does not name it any more");
}

void ShardedClient::move_channels() {
    for (auto& [channel, at] : channels_) {
        Shard* to = shard_at(slot(channel));
        if (to == at) continue;
        Wish wish;
        if (at != nullptr) wish = at->subscriber->remove(channel);
        wish.gap = true;
        at = to;
        hand_over(to, channel, std::move(wish));
    }
}

// Where no shard has the channel it does not stand now; once one has, it will, with a gap.
void ShardedClient::hand_over(Shard* to, const std::string& channel, Wish wish) {
    if (to != nullptr) return to->subscriber->add(channel, std::move(wish));
    for (auto& told : wish.told) told(false);
}

void ShardedClient::on_channel_moved(
    const std::string& channel, Wish wish, const ServerError& where
) {
    const auto at = channels_.find(channel);
    if (at == channels_.end()) return;
    Shard* to = cluster() ? find_or_make(where.endpoint, where.endpoint.text()) : nullptr;
    at->second = to;
    if (to == nullptr) return hand_over(to, channel, std::move(wish));
    slots_[where.slot] = to;
    view_->refresh(where.endpoint);
    wish.gap = true;
    to->subscriber->add(channel, std::move(wish));
    start_new_shards();
}

void ShardedClient::on_messages(std::span<const Message> messages) {
    events_->on_messages(messages);
}

// Later: channels may be on the move just now, and whoever is told may wish for others.
void ShardedClient::on_gap_over() {
    deferred_->later([this] {
        if (events_ != nullptr) events_->on_messages_interrupted();
    });
}

void ShardedClient::on_channel_refused(const std::string& channel, const std::string& why) {
    deferred_->later([this, channel, why] {
        if (events_ != nullptr) events_->on_channel_refused(channel, why);
    });
}

void ShardedClient::on_primary_connected(std::shared_ptr<NewConnection> connection) {
    if (const auto at = shards_.find(connection->server().shard); at != shards_.end())
        at->second.connected = true;
    events_->on_connected(std::move(connection));
}

void ShardedClient::on_primary_ready(Primary& primary) {
    if (const auto at = shards_.find(primary.shard()); at != shards_.end()) {
        at->second.subscriber->hurry();
        if (at->second.aside) at->second.aside->follow(primary.run_id());
    }
    // NOLINTNEXTLINE(performance-unnecessary-copy-initialization): whoever is told may close us
    const std::string shard = primary.shard();
    tell_health();
    if (events_ != nullptr) events_->on_ready(shard);
}

void ShardedClient::on_aside_changed(const std::string& shard) {
    tell_health();
    const auto at = shards_.find(shard);
    if (events_ != nullptr && at != shards_.end() && at->second.ready()) events_->on_ready(shard);
}

void ShardedClient::on_primary_lost(Primary& primary, const std::string& why, bool connected) {
    // NOLINTNEXTLINE(performance-unnecessary-copy-initialization): on_lost() may close us
    const std::string shard = primary.shard();
    if (const auto at = shards_.find(shard); at != shards_.end()) at->second.connected = false;
    if (connected) events_->on_lost(shard, why);
    if (events_ == nullptr) return;
    if (view_) view_->refresh();
    tell_health();
}

std::string ShardedClient::trouble() const {
    for (const auto& [name, shard] : shards_) {
        if (!shard.primary->ready()) return name + ": " + shard.primary->trouble();
        if (!shard.ready()) return name + ": its second connection is not there";
    }
    if (shards_.empty()) return why_no_shard(0);
    const auto open = std::ranges::find(slots_, nullptr);
    return open == slots_.end() ? std::string()
                                : why_no_shard(static_cast<std::uint16_t>(open - slots_.begin()));
}

Health ShardedClient::health() const {
    Health health{.why = trouble()};
    for (const auto& [name, shard] : shards_) {
        if (shard.ready()) {
            ++health.ready;
            continue;
        }
        ++health.missing;
        // One that is ready itself waits for its second connection.
        if (shard.primary->ready() || !shard.primary->tried()) ++health.connecting;
    }
    if (shards_.empty() || std::ranges::find(slots_, nullptr) != slots_.end()) ++health.missing;
    return health;
}

void ShardedClient::tell_health() {
    const auto now = health();
    const auto numbers = [](const Health& health) {
        return std::tuple(health.ready, health.missing, health.connecting);
    };
    if (told_ && numbers(*told_) == numbers(now)) return;
    told_ = now;
    events_->on_health(now);
}

}  // namespace voxpop::store::redis
