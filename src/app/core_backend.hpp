// What one core's connections ask of the product: the implementation of net::Backend. It decides
// who may do what (one table, domain::may), and passes on: to the calls, to the publisher, to the
// store.
//
// The core's thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "app/auth/origin.hpp"
#include "app/channel_name.hpp"
#include "app/services.hpp"
#include "net/backend.hpp"

namespace voxpop::app {

class CoreBackend final : public net::Backend {
  public:
    CoreBackend(Services& services, const OriginPolicy& origins)
        : services_(services), origins_(origins) {}

    [[nodiscard]] bool origin_allowed(std::string_view origin) override;
    [[nodiscard]] base::Result<net::Welcome> connect(
        const net::Peer& peer, const net::ConnectRequest& request
    ) override;
    [[nodiscard]] base::Result<net::Welcome> refresh(
        const net::Caller& caller, std::string_view token
    ) override;
    [[nodiscard]] base::Result<void> take_command(net::SessionId session) override;
    void subscribe(
        const net::Caller& caller, const net::SubscribeRequest& request,
        net::Then<net::Admission> then
    ) override;
    void history(
        std::string_view channel, std::uint64_t since, std::size_t limit,
        net::Then<net::ChannelHistory> then
    ) override;
    void presence_stats(
        const net::Caller& caller, std::string_view channel, net::Then<net::PresenceStats> then
    ) override;
    [[nodiscard]] std::optional<net::CallOrder> call_order(std::string_view method) override;
    void call(
        const net::Caller& caller, std::string_view method, std::string_view data, net::ReplyTo to
    ) override;
    void viewers_changed(std::string_view channel, std::uint64_t viewers) override;
    void unwatched(net::ChannelNumber number) override;
    void disconnected(net::SessionId session, const domain::Identity& identity) override;

    // Every core's server, for counting presence over all of them. Set before the loop runs.
    struct Core {
        CoreLoop* loop;
        const net::Server* server;
    };
    void set_cores(std::vector<Core> cores) { cores_ = std::move(cores); }

  private:
    using Opened = std::move_only_function<void(base::Result<void>)>;

    [[nodiscard]] base::Result<ChannelName> authorise(
        const domain::Identity& identity, std::string_view channel
    ) const;
    void open(const ChannelName& name, Opened opened);

    // Somebody on the way into a poll's channel.
    struct PollAdmission {
        Actor actor;
        ChannelName name;
        std::uint32_t version;  // of the definition that it is decided by
        bool by_ballot;
        net::Then<net::Admission> then;
    };
    void admit_to_poll(const Actor& actor, const ChannelName& name, net::Then<net::Admission> then);
    void read_ballot(const std::shared_ptr<const domain::Poll>& poll, PollAdmission admission);
    void finish(PollAdmission admission, bool sees);

    Services& services_;
    const OriginPolicy& origins_;
    std::vector<Core> cores_;
    std::unordered_map<std::string, std::vector<Opened>>
        opening_;  // channels on their way to this core
};

}  // namespace voxpop::app
