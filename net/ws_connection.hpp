// One WebSocket: Beast's stream for the handshake, reading and control frames; the outbox for
// everything that is written; a Session for what it means.
//
// Its life: serving; then closing, once a close frame waits in the outbox or Beast has found a
// fault and answered it: what waits still leaves, and input is read and thrown away, because a
// socket that is closed with unread input takes the last bytes back; then ended: the socket is
// closed, the session gone, and operations that are still under way find nothing to do. Closing has
// a time limit.
//
// This header hides Beast's WebSocket, whose templates cost 20 s wherever they are instantiated:
// once. The core's thread.
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "net/core_network.hpp"
#include "net/handshake.hpp"
#include "net/outbox_stream.hpp"

namespace voxpop::net {

class WsConnection final : public std::enable_shared_from_this<WsConnection>,
                           private Wire,
                           private OutboxOwner {
  public:
    // Answers the handshake, which has been checked, and serves.
    static void start(
        CoreNetwork& core, boost::asio::ip::tcp::socket socket, Peer peer, Request request,
        std::string subprotocol
    );
    ~WsConnection() override;

    // Of a connection that has not ended.
    [[nodiscard]] Session& session() { return *session_; }
    void on_timer(base::Monotonic due);
    // Sends what waits, as far as the socket takes it.
    void flush();
    // Closes the socket without a word and forgets the session.
    void end();

  private:
    struct Stream;  // Beast's

    WsConnection(CoreNetwork& core, boost::asio::ip::tcp::socket socket, Peer peer);
    void accept(Request request, std::string subprotocol);
    void read();
    void on_read(const boost::system::error_code& error);
    void take_message();
    void send(std::string_view bytes);
    void wait_writable();
    void set_close_limit();
    void linger();
    void discard_input();
    void end_soon();
    [[nodiscard]] boost::asio::ip::tcp::socket& socket();

    void wants_flush() override;
    void closing() override;
    void resume_reading() override;
    void write_raw(std::string_view bytes) override;
    void before_read() override;

    CoreNetwork& core_;
    std::unique_ptr<Stream> stream_;
    SessionId id_;
    std::optional<Session> session_;  // until the end
    base::Monotonic close_by_{};      // once closing
    bool dirty_ = false;              // on the core's list
    bool corked_ = false;  // frames of one wake-up are being taken; before_read() sends the answers
    bool writable_awaited_ = false;
    bool reading_ = false;
    bool lingering_ = false;     // Beast is done, the rest of the outbox leaves
    bool said_goodbye_ = false;  // both sides; nothing more can come
    bool failed_ = false;        // the socket is no good; the end is on its way
};

}  // namespace voxpop::net
