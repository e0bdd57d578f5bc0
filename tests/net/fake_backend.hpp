// An application that does what a test tells it to, and remembers what it was asked. One thread.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "net/backend.hpp"

namespace voxpop::net {

class FakeBackend final : public Backend {
  public:
    // What the next calls give.
    std::map<std::string, base::ErrorCode> connect_errors;  // by token
    std::optional<std::chrono::seconds> ttl;
    std::optional<domain::Role> role_from_now_on;  // of whoever refreshes a token
    Admission admission{.sees_results = true, .counts_as_viewer = true};
    std::map<std::string, base::ErrorCode> subscribe_errors;  // by channel
    bool hold_subscribes = false;
    std::optional<std::size_t> commands_left;  // then too_many_requests
    std::string origin_refused = "https://evil.example";
    // An rpc is answered by it; without it, it is kept in `calls`.
    std::function<void(std::string_view method, std::string_view data, ReplyTo)> on_call;

    // What was asked.
    struct Call {
        std::string method;
        std::string data;
        ReplyTo to;
    };
    struct Read {
        std::string channel;
        std::uint64_t since;
        std::size_t limit;
        Then<ChannelHistory> then;
    };
    std::vector<Call> calls;
    std::vector<Read> reads;
    std::vector<Then<Admission>> subscribes;
    std::vector<std::pair<std::string, std::uint64_t>> viewers;
    std::vector<ChannelNumber> unwatched_channels;
    std::vector<SessionId> gone;
    std::vector<std::string> connected_with;  // tokens

    bool origin_allowed(std::string_view origin) override;
    base::Result<Welcome> connect(const Peer& peer, const ConnectRequest& request) override;
    base::Result<Welcome> refresh(const Caller& caller, std::string_view token) override;
    base::Result<void> take_command(SessionId session) override;
    void subscribe(const Caller& caller, const SubscribeRequest& request, Then<Admission> then)
        override;
    void history(
        std::string_view channel, std::uint64_t since, std::size_t limit, Then<ChannelHistory> then
    ) override;
    void presence_stats(const Caller& caller, std::string_view channel, Then<PresenceStats> then)
        override;
    // Methods "write.*" are writes, "read.*" barriers; there are no others.
    std::optional<CallOrder> call_order(std::string_view method) override;
    void call(
        const Caller& caller, std::string_view method, std::string_view data, ReplyTo reply_to
    ) override;
    void viewers_changed(std::string_view channel, std::uint64_t count) override;
    void unwatched(ChannelNumber number) override;
    void disconnected(SessionId session, const domain::Identity& identity) override;
};

// A stream's state whose history holds `kept` publications up to `top`.
[[nodiscard]] ChannelState stream_channel(
    std::string name, ChannelNumber number, std::uint64_t top = 0, std::size_t kept = 0
);
[[nodiscard]] ChannelState latest_channel(std::string name, ChannelNumber number);

// {"data":7,"offset":7} for offset 7.
[[nodiscard]] PublicationPtr publication(std::uint64_t offset);
[[nodiscard]] std::vector<PublicationPtr> publications(std::uint64_t first, std::uint64_t last);

// One publication of a stream, as its publisher would encode it.
[[nodiscard]] ChannelUpdate stream_update(const ChannelState& channel, std::uint64_t offset);
// One value of a latest channel.
[[nodiscard]] ChannelUpdate value_update(const ChannelState& channel, std::string_view data);

}  // namespace voxpop::net
