#include "net/ws_connection.hpp"

#include <sys/socket.h>

#include <simdjson.h>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/limits.hpp"

namespace voxpop::net {
namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;
namespace limits = base::limits;

namespace {

// An idle connection keeps no more than this for its next frame.
inline constexpr std::size_t kIdleReadBytesMax = 2'048;
inline constexpr auto kCloseTimeout = std::chrono::seconds(5);

}  // namespace

struct WsConnection::Stream {
    Stream(boost::asio::ip::tcp::socket socket, RawSink& sink)
        : ws(OutboxStream(std::move(socket), sink)) {}

    websocket::stream<OutboxStream, false> ws;  // false: no permessage-deflate, nor its memory
    beast::flat_buffer buffer;
};

void WsConnection::start(
    CoreNetwork& core, boost::asio::ip::tcp::socket socket, Peer peer, Request request,
    std::string subprotocol
) {
    boost::system::error_code ignored;
    socket.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
    socket.set_option(
        boost::asio::socket_base::send_buffer_size(limits::kSendBufferBytes), ignored
    );
    socket.non_blocking(true, ignored);
    const std::shared_ptr<WsConnection> connection(
        new WsConnection(core, std::move(socket), std::move(peer))  // owned at once
    );
    connection->accept(std::move(request), std::move(subprotocol));
}

WsConnection::WsConnection(CoreNetwork& core, boost::asio::ip::tcp::socket socket, Peer peer)
    : core_(core),
      stream_(std::make_unique<Stream>(std::move(socket), static_cast<RawSink&>(*this))),
      session_(core.sessions, ++core.last_session, std::move(peer), *this) {
    core_.connections.emplace(session_.id(), this);
    core_.sessions.metrics.adjust(base::Gauge::connections, 1);
}

WsConnection::~WsConnection() {
    core_.connections.erase(session_.id());
    if (dirty_) std::erase(core_.dirty, this);
    core_.sessions.metrics.adjust(base::Gauge::connections, -1);
}

boost::asio::ip::tcp::socket& WsConnection::socket() {
    return stream_->ws.next_layer().socket();
}

void WsConnection::accept(Request request, std::string subprotocol) {
    auto& ws = stream_->ws;
    ws.auto_fragment(false);
    ws.read_message_max(session_.frame_bytes_max());
    if (!subprotocol.empty()) {
        ws.set_option(
            websocket::stream_base::decorator([subprotocol](websocket::response_type& response) {
                response.set(beast::http::field::sec_websocket_protocol, subprotocol);
            })
        );
    }
    auto shared = std::make_unique<Request>(std::move(request));
    auto& view = *shared;
    ws.async_accept(view, [self = shared_from_this(), shared = std::move(shared)](auto error) {
        if (error) return self->abort();
        self->read();
    });
}

void WsConnection::read() {
    reading_ = true;
    stream_->ws.async_read(stream_->buffer, [self = shared_from_this()](auto error, std::size_t) {
        self->reading_ = false;
        self->on_read(error);
    });
}

void WsConnection::on_read(const boost::system::error_code& error) {
    if (error || ended_) return abort();
    auto& buffer = stream_->buffer;
    const std::size_t size = buffer.size();
    (void)buffer.prepare(protocol::kPadding);  // readable bytes behind the text
    const std::string_view text(static_cast<const char*>(buffer.cdata().data()), size);
    if (session_.outbox().closed()) {
        // Only the peer's own close frame is of interest now.
    } else if (!stream_->ws.got_text()) {
        session_.close(close::kTextOnly);
    } else if (!simdjson::validate_utf8(text.data(), text.size())) {
        session_.close(close::kInvalidUtf8);
    } else {
        session_.on_frame(text);
    }
    buffer.consume(size);
    if (buffer.capacity() > kIdleReadBytesMax) buffer.shrink_to_fit();
    stream_->ws.read_message_max(session_.frame_bytes_max());
    if (session_.wants_frames() || session_.outbox().closed()) read();
}

void WsConnection::resume_reading() {
    if (!reading_ && !ended_) read();
}

void WsConnection::wants_flush() {
    if (dirty_) return;
    dirty_ = true;
    core_.dirty.push_back(this);
    core_.flush_soon();
}

void WsConnection::closing() {
    close_by_ = core_.sessions.clock.monotonic() + kCloseTimeout;
    core_.wheel.add(session_.id(), close_by_);
    // A session that had stopped reading must hear the peer's answer.
    boost::asio::post(socket().get_executor(), [self = shared_from_this()] {
        self->resume_reading();
    });
}

void WsConnection::on_timer(base::Monotonic due) {
    if (close_by_ != base::Monotonic{} && due >= close_by_) return abort();
    session_.on_timer(due);
}

void WsConnection::write_raw(std::string bytes) {
    session_.outbox().push_raw(bytes);
    flush();
}

void WsConnection::flush() {
    dirty_ = false;
    auto& outbox = session_.outbox();
    auto& metrics = core_.sessions.metrics;
    const std::size_t stripe = core_.sessions.options.metrics_stripe;
    while (!ended_ && !writable_awaited_ && !outbox.empty()) {
        const auto bytes = outbox.next(core_.scratch);
        if (bytes.empty()) return;
        const auto sent = ::send(
            socket().native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT
        );
        const bool full = sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
        outbox.sent(sent > 0 ? static_cast<std::size_t>(sent) : 0);
        metrics.add(base::Metric::sends, stripe);
        if (sent < 0 && !full) return abort();
        if (sent > 0)
            metrics.add(base::Metric::bytes_sent, stripe, static_cast<std::uint64_t>(sent));
        if (full || static_cast<std::size_t>(sent) < bytes.size()) wait_writable();
    }
}

void WsConnection::wait_writable() {
    writable_awaited_ = true;
    socket().async_wait(
        boost::asio::ip::tcp::socket::wait_write,
        [self = shared_from_this()](const boost::system::error_code& error) {
            self->writable_awaited_ = false;
            error ? self->abort() : self->flush();
        }
    );
}

void WsConnection::abort() {
    if (std::exchange(ended_, true)) return;
    boost::system::error_code ignored;
    socket().close(ignored);
}

void CoreNetwork::flush() {
    flush_posted = false;
    // A flush may end a connection, never dirty another.
    for (WsConnection* connection : std::exchange(dirty, {})) connection->flush();
}

void CoreNetwork::flush_soon() {
    if (flush_posted) return;
    flush_posted = true;
    boost::asio::post(io, [this] { flush(); });
}

}  // namespace voxpop::net
