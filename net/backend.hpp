// What the connection layer needs to know about the product, and nothing more: who somebody is,
// what they may subscribe to, and what a remote call does. The application implements it, once per
// core.
//
// Every call comes on the core's thread. Answers may come at once, before the call returns, or
// later, on that same thread; never after Server::stop. string_views are valid during the call
// only.
#pragma once

#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/error.hpp"
#include "base/ids.hpp"
#include "domain/identity.hpp"
#include "net/channel.hpp"

namespace voxpop::net {

// Names a session on its core; never reused. Zero: none (a call over HTTP).
using SessionId = std::uint64_t;

// Where the answer to one command goes.
struct ReplyTo {
    SessionId session = 0;
    std::uint32_t command = 0;
};

// The other end of a connection.
struct Peer {
    boost::asio::ip::address address;  // behind trusted proxies: what they say
    std::string origin;                // the Origin header; empty when there was none
};

// The one who asks.
struct Caller {
    SessionId session = 0;
    const domain::Identity& identity;
    const Peer& peer;
};

struct ConnectRequest {
    std::string_view token;
    std::string_view data;  // raw JSON; empty: none
    std::string_view client_name;
    std::string_view client_version;
};

struct Welcome {
    domain::Identity identity;
    std::string data;                         // raw JSON for the connect result; empty: none
    std::optional<std::chrono::seconds> ttl;  // the client must refresh its token within it
};

struct SubscribeRequest {
    std::string_view channel;
    bool recovering = false;  // the client has been here before, and says up to where
};

struct Admission {
    bool sees_results = true;  // false: gets the masked frames and snapshot
    bool by_ballot = false;    // `sees_results` may change with the user's ballot
    bool counts_as_viewer = false;
};

// Who is subscribed to a channel on one core; and how many on all, where a user counts once.
struct Presence {
    std::uint64_t clients = 0;
    std::unordered_set<base::UserId> users;
};
struct PresenceStats {
    std::uint64_t clients = 0;
    std::uint64_t users = 0;
};

struct ChannelHistory {
    StreamPosition position;
    std::vector<PublicationPtr> publications;  // oldest first
    bool complete = true;                      // false: what was asked for is no longer held whole
};

// How a remote call is ordered among the commands of its connection. A `write` may overlap other
// writes (they settle in order); everything else waits for the commands before it and is waited
// for.
enum class CallOrder : std::uint8_t { write, barrier };

template <class T>
using Then = std::move_only_function<void(base::Result<T>)>;

class Backend {
  public:
    virtual ~Backend() = default;

    // Whether a browser page of `origin` may open a socket or call the API. Empty: not a browser.
    [[nodiscard]] virtual bool origin_allowed(std::string_view origin) = 0;

    // Errors: token_expired; unauthorized (the token is no good: close 3500); limit_exceeded;
    // too_many_requests.
    [[nodiscard]] virtual base::Result<Welcome> connect(
        const Peer& peer, const ConnectRequest& request
    ) = 0;
    [[nodiscard]] virtual base::Result<Welcome> refresh(
        const Caller& caller, std::string_view token
    ) = 0;

    // Counts one more command of a connection, whatever it is. Error: too_many_requests.
    [[nodiscard]] virtual base::Result<void> take_command(SessionId session) = 0;

    // Decides, and sees to it that the channel is open in this core's hub before it answers.
    // Errors: unknown_channel, permission_denied, thread_not_found, poll_not_found,
    // too_many_requests (to make a thread), overloaded, store_unavailable.
    virtual void subscribe(
        const Caller& caller, const SubscribeRequest& request, Then<Admission> then
    ) = 0;

    // Publications of a stream after `since` that the hub no longer holds.
    virtual void history(
        std::string_view channel, std::uint64_t since, std::size_t limit, Then<ChannelHistory> then
    ) = 0;

    virtual void presence_stats(
        const Caller& caller, std::string_view channel, Then<PresenceStats> then
    ) = 0;

    // Nothing for a method that does not exist.
    [[nodiscard]] virtual std::optional<CallOrder> call_order(std::string_view method) = 0;
    // `data` is raw JSON, empty for none. The answer goes through Server::reply or Server::fail.
    virtual void call(
        const Caller& caller, std::string_view method, std::string_view data, ReplyTo reply_to
    ) = 0;

    // The number of this core's viewers of a channel changed. At most once a tick and channel.
    virtual void viewers_changed(std::string_view channel, std::uint64_t viewers) = 0;

    // Nobody on this core watches the channel any more; at most once a tick and channel.
    virtual void unwatched(ChannelNumber number) = 0;

    virtual void disconnected(SessionId session, const domain::Identity& identity) = 0;
};

}  // namespace voxpop::net
