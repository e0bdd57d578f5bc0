// The layer under Beast's websocket::stream: what Beast reads comes from the socket, what it writes
// (the handshake's response, pongs, close frames) joins our own frames in the connection's outbox.
// So nothing is ever interleaved, and a publication costs no Beast write.
#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/role.hpp>
#include <boost/beast/websocket/teardown.hpp>

#include <string>
#include <utility>

namespace voxpop::net {

// Takes Beast's bytes; the connection.
class RawSink {
  public:
    virtual ~RawSink() = default;
    virtual void write_raw(std::string bytes) = 0;
};

class OutboxStream {
  public:
    using executor_type = boost::asio::ip::tcp::socket::executor_type;

    OutboxStream(boost::asio::ip::tcp::socket socket, RawSink& sink)
        : socket_(std::move(socket)), sink_(&sink) {}

    [[nodiscard]] executor_type get_executor() { return socket_.get_executor(); }
    [[nodiscard]] boost::asio::ip::tcp::socket& socket() { return socket_; }

    template <class Buffers, class Token>
    auto async_read_some(const Buffers& buffers, Token&& token) {
        return socket_.async_read_some(buffers, std::forward<Token>(token));
    }

    // Takes all of `buffers` at once: a control frame must not be parted by frames of ours.
    template <class Buffers, class Token>
    auto async_write_some(const Buffers& buffers, Token&& token) {
        return boost::asio::async_initiate<Token, void(boost::system::error_code, std::size_t)>(
            [this](auto handler, const Buffers& taken) {
                const std::size_t count = boost::asio::buffer_size(taken);
                std::string bytes(count, '\0');
                boost::asio::buffer_copy(boost::asio::buffer(bytes), taken);
                sink_->write_raw(std::move(bytes));
                boost::asio::post(
                    socket_.get_executor(),
                    [handler = std::move(handler), count]() mutable {
                        std::move(handler)(boost::system::error_code(), count);
                    }
                );
            },
            token, buffers
        );
    }

  private:
    boost::asio::ip::tcp::socket socket_;
    RawSink* sink_;
};

// How Beast's time-outs would end the stream.
inline void beast_close_socket(OutboxStream& stream) {
    boost::system::error_code ignored;
    stream.socket().close(ignored);
}

inline void teardown(
    boost::beast::role_type, OutboxStream& stream, boost::system::error_code& error
) {
    stream.socket().shutdown(boost::asio::ip::tcp::socket::shutdown_send, error);
}

template <class Handler>
void async_teardown(boost::beast::role_type role, OutboxStream& stream, Handler&& handler) {
    boost::system::error_code error;
    teardown(role, stream, error);
    boost::asio::post(stream.get_executor(), [handler = std::forward<Handler>(handler)]() mutable {
        std::move(handler)(boost::system::error_code());
    });
}

}  // namespace voxpop::net
