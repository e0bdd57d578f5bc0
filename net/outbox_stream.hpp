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
#include <string_view>
#include <utility>

namespace voxpop::net {

// The connection, as the stream under Beast sees it.
class OutboxOwner {
  public:
    virtual ~OutboxOwner() = default;
    // Bytes that Beast writes.
    virtual void write_raw(std::string_view bytes) = 0;
    // Beast has used up all that was read and is about to ask the socket for more: the moment to
    // send what the frames of this wake-up were answered with.
    virtual void before_read() = 0;
};

class OutboxStream {
  public:
    using executor_type = boost::asio::ip::tcp::socket::executor_type;

    OutboxStream(boost::asio::ip::tcp::socket socket, OutboxOwner& owner)
        : socket_(std::move(socket)), owner_(&owner) {}

    [[nodiscard]] executor_type get_executor() { return socket_.get_executor(); }
    [[nodiscard]] boost::asio::ip::tcp::socket& socket() { return socket_; }

    template <class Buffers, class Token>
    auto async_read_some(const Buffers& buffers, Token&& token) {
        owner_->before_read();
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
                owner_->write_raw(bytes);
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
    OutboxOwner* owner_;
};

// How Beast's time-outs would end the stream.
inline void beast_close_socket(OutboxStream& stream) {
    boost::system::error_code ignored;
    stream.socket().close(ignored);
}

// Beast is done with the connection. Nothing happens here: frames may still wait in the outbox, and
// the connection ends itself once they have left.
inline void teardown(boost::beast::role_type, OutboxStream&, boost::system::error_code& error) {
    error = {};
}

template <class Handler>
void async_teardown(boost::beast::role_type, OutboxStream& stream, Handler&& handler) {
    boost::asio::post(stream.get_executor(), [handler = std::forward<Handler>(handler)]() mutable {
        std::move(handler)(boost::system::error_code());
    });
}

}  // namespace voxpop::net
