// One core's share of the network: its listener, its sessions and its hub. Shared-nothing: a
// connection lives and dies on the core that accepted it.
//
// Threads: everything on the thread that runs the io_context given. Life: stop running the
// io_context, then destroy the server, then the io_context, which drops the operations that were
// still under way.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <memory>
#include <vector>

#include "base/clock.hpp"
#include "base/ip_network.hpp"
#include "base/limits.hpp"
#include "base/log.hpp"
#include "base/metrics.hpp"
#include "net/backend.hpp"
#include "net/channel.hpp"
#include "net/http_handler.hpp"

namespace voxpop::net {

struct ServerOptions {
    boost::asio::ip::tcp::endpoint endpoint;
    std::size_t core = 0;
    std::size_t metrics_stripe = 0;
    std::string node_name;                         // in the connect result
    std::string version;                           // in the connect result
    std::vector<base::IpNetwork> trusted_proxies;  // whose X-Forwarded-For counts
    std::size_t sessions_max = base::limits::kSessionsPerCoreMax;
    std::size_t command_bytes_max = base::limits::kCommandBytesMax;
    std::size_t first_frame_bytes_max = base::limits::kFirstFrameBytesMax;
    std::size_t outbox_bytes_max = base::limits::kOutboxBytesMax;
    std::size_t channels_per_client_max = base::limits::kChannelsPerClientMax;
    base::Millis ping_interval = base::limits::kPingInterval;
    base::Millis pong_timeout = base::limits::kPongTimeout;
    base::Millis connect_timeout = base::limits::kConnectTimeout;
    base::Millis handshake_timeout = base::limits::kHandshakeTimeout;
};

class Server {
  public:
    Server(
        boost::asio::io_context& io, Backend& backend, HttpHandler& http, base::Metrics& metrics,
        base::Log& log, const base::Clock& clock, ServerOptions options
    );
    ~Server();

    // Binds with SO_REUSEPORT and begins to accept. Throws std::runtime_error with a sentence for
    // the operator when the address cannot be had. Returns the bound endpoint (port 0 gets a free
    // one).
    boost::asio::ip::tcp::endpoint listen();

    // Makes a channel known to the hub; its updates follow through apply(). Replaces one of the
    // same name, whose subscribers start again.
    void open_channel(const ChannelState& state);
    // The number of an open channel; nothing when this core does not have it.
    [[nodiscard]] std::optional<ChannelNumber> channel_number(std::string_view name) const;
    // Delivers a tick: every update to its subscribers, then one send per connection that got
    // something.
    void apply(const UpdateBatch& batch);

    // Answers a remote call; nothing happens if its session is gone. `result` is raw JSON. Answers
    // of one wake-up leave in one send per connection: call flush_replies() at the end of it.
    void reply(ReplyTo to, std::string_view result);
    void fail(ReplyTo to, const base::Error& error);
    void flush_replies();

    // From now on the session's subscription to `channel` sees hidden results (its user has voted),
    // or does not (its user has taken the ballot back).
    void show_results(SessionId session, std::string_view channel, bool visible);
    // The user's other sessions, all but `knows`, must ask again what they may see of `channel`:
    // their subscriptions by ballot start again (2500).
    void readmit(std::string_view channel, const base::UserId& user, SessionId knows);

    // Closes one connection with a close code and a short reason.
    void disconnect(SessionId session, std::uint16_t code, std::string_view reason);

    [[nodiscard]] std::size_t session_count() const;
    [[nodiscard]] Presence presence(std::string_view channel) const;

    // Stops accepting, closes every session with 3001 spread over `window`, waits until all are
    // gone or kDrainTimeout is over.
    [[nodiscard]] boost::asio::awaitable<void> drain(base::Millis window);

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace voxpop::net
