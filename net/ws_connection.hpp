// One WebSocket: Beast's stream for the handshake, reading and control frames; the outbox for
// everything that is written; a Session for what it means. It lives as long as one of its
// operations is under way.
//
// This header hides Beast's WebSocket, whose templates cost 20 s wherever they are instantiated:
// once. The core's thread.
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include <memory>

#include "net/core_network.hpp"
#include "net/handshake.hpp"
#include "net/outbox_stream.hpp"

namespace voxpop::net {

class WsConnection final : public std::enable_shared_from_this<WsConnection>,
                           private Wire,
                           private RawSink {
  public:
    // Answers the handshake, which has been checked, and serves.
    static void start(
        CoreNetwork& core, boost::asio::ip::tcp::socket socket, Peer peer, Request request,
        std::string subprotocol
    );
    ~WsConnection() override;

    [[nodiscard]] Session& session() { return session_; }
    void on_timer(base::Monotonic due);
    // Sends what waits.
    void flush();
    // Ends it without a word.
    void abort();

  private:
    struct Stream;  // Beast's

    WsConnection(CoreNetwork& core, boost::asio::ip::tcp::socket socket, Peer peer);
    void accept(Request request, std::string subprotocol);
    void read();
    void on_read(const boost::system::error_code& error);
    void wait_writable();
    [[nodiscard]] boost::asio::ip::tcp::socket& socket();

    void wants_flush() override;
    void closing() override;
    void resume_reading() override;
    void write_raw(std::string bytes) override;

    CoreNetwork& core_;
    std::unique_ptr<Stream> stream_;
    Session session_;
    base::Monotonic close_by_{};  // once closing
    bool dirty_ = false;
    bool writable_awaited_ = false;
    bool reading_ = false;
    bool ended_ = false;
};

}  // namespace voxpop::net
