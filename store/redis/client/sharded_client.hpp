// The client: shards, the slots that lead to them, and what becomes of each call. One server, also
// behind Sentinel, is a single shard that has every slot; a Cluster has one for each primary.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "store/redis/client/aside.hpp"
#include "store/redis/client/client.hpp"
#include "store/redis/client/cluster_view.hpp"
#include "store/redis/client/deferred.hpp"
#include "store/redis/client/primary.hpp"
#include "store/redis/client/server_error.hpp"
#include "store/redis/client/slots.hpp"
#include "store/redis/client/subscriber.hpp"

namespace voxpop::store::redis {

class ShardedClient final : public Client,
                            private Primary::Owner,
                            private Subscriber::Owner,
                            private ClusterView::Owner {
  public:
    ShardedClient(boost::asio::io_context& io, ClientOptions options);
    ~ShardedClient() override { stop(); }
    ShardedClient(const ShardedClient&) = delete;
    ShardedClient& operator=(const ShardedClient&) = delete;

    void start(ClientEvents& events) override;
    void stop() override;
    void call(std::string_view key, Command command, Done done) override;
    void subscribe(std::string channel, std::move_only_function<void(bool)> done) override;
    void unsubscribe(const std::string& channel) override;
    void prepare_again(std::string_view shard, const std::string& why) override;
    [[nodiscard]] std::string_view shard_of(std::string_view key) const override;
    [[nodiscard]] bool ready(std::string_view key) const override;
    [[nodiscard]] std::string trouble() const override;
    [[nodiscard]] std::vector<std::string> ready_shards() const override;

  private:
    struct Shard {
        Endpoint endpoint;
        std::shared_ptr<Primary> primary;
        std::shared_ptr<Subscriber> subscriber;
        std::shared_ptr<Aside> aside;  // only with ClientOptions::waits_apart
        bool connected = false;        // told on_connected(), and not on_lost() since
        bool named = true;             // by the newest answer to CLUSTER SLOTS

        // Takes all calls, also those that wait for replicas.
        [[nodiscard]] bool ready() const {
            return primary->ready() && (!aside || aside->leads_to(primary->run_id()));
        }
    };
    struct Call {
        std::uint16_t slot = 0;
        int redirects = 0;
        Command command;
        Done done;
    };

    [[nodiscard]] bool cluster() const { return options_->topology == Topology::cluster; }
    [[nodiscard]] std::uint16_t slot(std::string_view key) const {
        return cluster() ? slot_of(key) : std::uint16_t{0};
    }
    [[nodiscard]] Shard* shard_at(std::uint16_t slot) const { return slots_[slot]; }

    // sharded_client.cpp: calls
    void send(Shard* shard, std::unique_ptr<Call> call, bool asking);
    template <class Connection>
    void send_over(Connection& connection, Shard& shard, std::unique_ptr<Call> call);
    void settle(Shard& shard, std::unique_ptr<Call> call, Outcome outcome);
    void redirect(std::unique_ptr<Call> call, const ServerError& where);
    void give_back(Done done, CallResult result);
    [[nodiscard]] std::string why_no_shard(std::uint16_t slot) const;

    // shards.cpp: which shards there are, and how they fare
    [[nodiscard]] std::shared_ptr<Link> make_link(const Endpoint& endpoint);
    // Creates it, not started, where it is not known; nullptr when there are too many.
    Shard* find_or_make(const Endpoint& endpoint, const std::string& name);
    void start_new_shards();
    void remove_unnamed_shards();
    void move_channels();
    static void hand_over(Shard* to, const std::string& channel, Wish wish);
    [[nodiscard]] Health health() const;
    void tell_health();

    void on_primary_connected(std::shared_ptr<NewConnection> connection) override;
    void on_primary_ready(Primary& primary) override;
    void on_aside_changed(const std::string& shard);
    void on_primary_lost(Primary& primary, const std::string& why, bool connected) override;
    void on_messages(std::span<const Message> messages) override;
    void on_gap_over() override;
    void on_channel_refused(const std::string& channel, const std::string& why) override;
    void on_channel_moved(const std::string& channel, Wish wish, const ServerError& where) override;
    void on_slots(const std::vector<SlotRange>& ranges) override;
    void on_slots_unknown(const std::string& why) override;

    boost::asio::io_context& io_;
    const std::shared_ptr<const ClientOptions> options_;
    const std::shared_ptr<Deferred> deferred_;
    ClientEvents* events_ = nullptr;  // from start() to stop()
    std::optional<ClusterView> view_;
    std::string view_trouble_;  // why no node has told of the slots

    // By name. Addresses are stable, as slots_ and callbacks need.
    std::map<std::string, Shard, std::less<>> shards_;
    std::vector<Shard*> to_start_;
    std::array<Shard*, kSlots> slots_{};
    // Every channel that is wanted, and the shard it was asked of (none: no shard has its slot).
    std::unordered_map<std::string, Shard*> channels_;
    std::optional<Health> told_;
};

}  // namespace voxpop::store::redis
