#include "net/ws_connection.hpp"

#include <sys/socket.h>

#include <simdjson.h>
#include <boost/asio/post.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <array>
#include <cerrno>
#include <utility>

#include "base/limits.hpp"
#include "net/read_buffer.hpp"

namespace voxpop::net {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;
namespace limits = base::limits;
using asio::ip::tcp;

namespace {

constexpr auto kCloseTimeout = std::chrono::seconds(5);

bool would_block() {
    return errno == EAGAIN || errno == EWOULDBLOCK;
}

bool is_close_frame(std::string_view bytes) {
    return bytes.starts_with('\x88');
}

}  // namespace

struct WsConnection::Stream {
    Stream(tcp::socket socket, OutboxOwner& owner) : ws(OutboxStream(std::move(socket), owner)) {}

    websocket::stream<OutboxStream, false> ws;  // false: no permessage-deflate, nor its memory
    ReadBuffer buffer;
};

void WsConnection::start(
    CoreNetwork& core, tcp::socket socket, Peer peer, Request request, std::string subprotocol
) {
    boost::system::error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    socket.set_option(asio::socket_base::send_buffer_size(limits::kSendBufferBytes), ignored);
    socket.non_blocking(true, ignored);
    const std::shared_ptr<WsConnection> connection(
        new WsConnection(core, std::move(socket), std::move(peer))  // owned at once
    );
    core.connections.emplace(connection->id_, connection);
    core.sessions.metrics.adjust(base::Gauge::connections, 1);
    connection->accept(std::move(request), std::move(subprotocol));
}

WsConnection::WsConnection(CoreNetwork& core, tcp::socket socket, Peer peer)
    : core_(core),
      stream_(std::make_unique<Stream>(std::move(socket), static_cast<OutboxOwner&>(*this))),
      id_(++core.last_session),
      session_(std::in_place, core.sessions, id_, std::move(peer), static_cast<Wire&>(*this)) {}

WsConnection::~WsConnection() = default;

tcp::socket& WsConnection::socket() {
    return stream_->ws.next_layer().socket();
}

void WsConnection::accept(Request request, std::string subprotocol) {
    auto& ws = stream_->ws;
    ws.auto_fragment(false);
    ws.read_message_max(session_->frame_bytes_max());
    if (!subprotocol.empty()) {
        ws.set_option(websocket::stream_base::decorator([subprotocol = std::move(subprotocol
                                                         )](websocket::response_type& response) {
            response.set(beast::http::field::sec_websocket_protocol, subprotocol);
        }));
    }
    auto kept = std::make_unique<Request>(std::move(request));
    auto& view = *kept;
    ws.async_accept(
        view,
        [self = shared_from_this(), kept = std::move(kept)](const beast::error_code& error) {
            if (!self->session_) return;
            error ? self->end() : self->read();
        }
    );
}

// Reading.

void WsConnection::read() {
    reading_ = true;
    auto then = [self = shared_from_this()](const beast::error_code& error, std::size_t) {
        self->reading_ = false;
        self->on_read(error);
    };
    stream_->ws.async_read(stream_->buffer, std::move(then));
}

void WsConnection::on_read(const boost::system::error_code& error) {
    if (!session_) return;
    const bool gone = error == asio::error::eof || error == asio::error::connection_reset ||
                      error == asio::error::operation_aborted;
    if (failed_ || gone) return end();
    said_goodbye_ = error == websocket::error::closed;
    if (error) return linger();
    corked_ = true;
    take_message();
    stream_->ws.read_message_max(session_->frame_bytes_max());
    if (session_->wants_frames() || session_->outbox().closed()) return read();
    before_read();  // not reading, but just as idle
}

void WsConnection::take_message() {
    const std::string_view text = stream_->buffer.text();
    if (session_->outbox().closed()) {
        // Only the peer's own close frame is of interest now.
    } else if (!stream_->ws.got_text()) {
        session_->close(close::kTextOnly);
    } else if (!simdjson::validate_utf8(text.data(), text.size())) {
        session_->close(close::kInvalidUtf8);
    } else {
        session_->on_frame(text);
    }
    stream_->buffer.clear();
}

void WsConnection::before_read() {
    corked_ = false;
    flush();
}

void WsConnection::resume_reading() {
    // Not from within the session's own call: reading may bring it the next frame.
    asio::post(socket().get_executor(), [self = shared_from_this()] {
        if (self->session_ && !self->reading_ && !self->lingering_) self->read();
    });
}

// Writing.

void WsConnection::wants_flush() {
    if (dirty_ || corked_) return;
    dirty_ = true;
    core_.dirty.push_back(shared_from_this());
    core_.flush_soon();
}

void WsConnection::write_raw(std::string_view bytes) {
    if (!session_) return;
    auto& outbox = session_->outbox();
    is_close_frame(bytes) ? outbox.push_last(bytes) : outbox.push_raw(bytes);
    // Pings whose pongs nobody reads.
    if (outbox.overflown()) return end_soon();
    flush();
}

void WsConnection::flush() {
    dirty_ = false;
    if (!session_) return;
    auto& outbox = session_->outbox();
    while (!failed_ && !writable_awaited_) {
        const auto bytes = outbox.next(core_.scratch);
        if (bytes.empty()) break;
        send(bytes);
    }
    if (!lingering_ || !outbox.empty()) return;
    if (said_goodbye_) return end_soon();
    boost::system::error_code ignored;
    socket().shutdown(tcp::socket::shutdown_send, ignored);
}

void WsConnection::send(std::string_view bytes) {
    auto& metrics = core_.sessions.metrics;
    const std::size_t stripe = core_.sessions.options.metrics_stripe;
    const auto result =
        ::send(socket().native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    const bool failed = result < 0 && !would_block();
    const auto count = result > 0 ? static_cast<std::size_t>(result) : 0;
    session_->outbox().sent(count);
    metrics.add(base::Metric::sends, stripe);
    metrics.add(base::Metric::bytes_sent, stripe, count);
    if (failed) return end_soon();
    if (count < bytes.size()) wait_writable();
}

void WsConnection::wait_writable() {
    writable_awaited_ = true;
    auto then = [self = shared_from_this()](const boost::system::error_code& error) {
        self->writable_awaited_ = false;
        error ? self->end() : self->flush();
    };
    socket().async_wait(tcp::socket::wait_write, std::move(then));
}

// Ending.

void WsConnection::on_timer(base::Monotonic due) {
    if (close_by_ != base::Monotonic{} && due >= close_by_) return end();
    session_->on_timer(due);
}

void WsConnection::set_close_limit() {
    if (close_by_ != base::Monotonic{}) return;
    close_by_ = core_.sessions.clock.monotonic() + kCloseTimeout;
    core_.wheel.add(id_, close_by_);
}

void WsConnection::closing() {
    set_close_limit();
    resume_reading();  // to hear the peer's answer, had the session stopped
}

// Beast is done: both sides have sent their close frames, or the peer has broken the protocol and
// Beast has said so.
void WsConnection::linger() {
    if (lingering_) return;
    lingering_ = true;
    set_close_limit();
    flush();
    discard_input();
}

void WsConnection::discard_input() {
    auto then = [self = shared_from_this()](const boost::system::error_code& error) {
        if (error) return self->end();
        std::array<char, 16 * 1024> trash;
        const auto count =
            ::recv(self->socket().native_handle(), trash.data(), trash.size(), MSG_DONTWAIT);
        if (count == 0 || (count < 0 && !would_block())) return self->end();
        self->discard_input();
    };
    socket().async_wait(tcp::socket::wait_read, std::move(then));
}

// The end, but not from within a call of the session or of Beast.
void WsConnection::end_soon() {
    if (std::exchange(failed_, true)) return;
    asio::post(socket().get_executor(), [self = shared_from_this()] { self->end(); });
}

void WsConnection::end() {
    if (!session_) return;
    const auto self = shared_from_this();
    session_.reset();
    core_.connections.erase(id_);
    core_.sessions.metrics.adjust(base::Gauge::connections, -1);
    boost::system::error_code ignored;
    socket().close(ignored);
}

}  // namespace voxpop::net
