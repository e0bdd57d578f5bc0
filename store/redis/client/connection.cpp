#include "store/redis/client/connection.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>

#include <sys/un.h>

#include <utility>

namespace voxpop::store::redis {

namespace asio = boost::asio;
using boost::system::error_code;

Connection::Connection(asio::io_context& io, Endpoint endpoint, std::size_t reply_bytes_max)
    : resolver_(io), socket_(io), endpoint_(std::move(endpoint)), reader_(reply_bytes_max) {}

void Connection::open(Sink& sink) {
    sink_ = &sink;
    if (endpoint_.host.empty()) {
        if (endpoint_.path.size() >= sizeof(sockaddr_un::sun_path)) {
            asio::post(socket_.get_executor(), [self = shared_from_this()] {
                self->fail("the socket's path is too long");
            });
            return;
        }
        return connect({asio::local::stream_protocol::endpoint(endpoint_.path)});
    }
    error_code is_name;
    const auto address = asio::ip::make_address(endpoint_.host, is_name);
    if (is_name) return resolve();
    connect({asio::ip::tcp::endpoint(address, endpoint_.port)});
}

void Connection::resolve() {
    resolver_.async_resolve(
        endpoint_.host, std::to_string(endpoint_.port),
        [self = shared_from_this(
         )](error_code failed, const asio::ip::tcp::resolver::results_type& found) {
            if (self->sink_ == nullptr) return;
            if (failed) return self->fail("cannot look its name up: " + failed.message());
            std::vector<Protocol::endpoint> candidates;
            for (const auto& entry : found) candidates.emplace_back(entry.endpoint());
            self->connect(std::move(candidates));
        }
    );
}

void Connection::connect(std::vector<Protocol::endpoint> candidates) {
    // The operation keeps a copy of what it walks through.
    asio::async_connect(
        socket_, candidates,
        [self = shared_from_this()](error_code failed, const Protocol::endpoint&) {
            if (self->sink_ == nullptr) return;
            if (failed) return self->fail("cannot connect: " + failed.message());
            if (!self->endpoint_.host.empty()) {
                error_code ignored;  // only slower without
                self->socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
            }
            self->open_ = true;
            self->read();
            self->sink_->on_open();
            self->start_write();
        }
    );
}

void Connection::close() {
    sink_ = nullptr;
    open_ = false;
    resolver_.cancel();
    error_code ignored;
    socket_.close(ignored);
}

void Connection::fail(const std::string& why) {
    Sink* sink = sink_;
    if (sink == nullptr) return;
    close();
    sink->on_closed(why);
}

void Connection::read() {
    socket_.async_read_some(
        asio::buffer(input_),
        [self = shared_from_this()](error_code failed, std::size_t bytes) {
            if (self->sink_ == nullptr) return;
            if (failed == asio::error::eof) return self->fail("it closed the connection");
            if (failed) return self->fail("cannot read: " + failed.message());
            self->take({self->input_.data(), bytes});
            if (self->sink_ != nullptr) self->read();
        }
    );
}

void Connection::take(std::span<const char> bytes) {
    const auto followed = reader_.feed(bytes, replies_);
    if (!replies_.empty()) {
        // Out of the member first: the sink may close, and this object's owner may go.
        auto replies = std::exchange(replies_, {});
        sink_->on_replies(replies);
        replies.clear();
        replies_ = std::move(replies);  // its capacity
    }
    if (!followed) fail("cannot follow its replies: " + followed.error());
}

void Connection::flush() {
    if (flush_posted_) return;
    flush_posted_ = true;
    asio::post(socket_.get_executor(), [self = shared_from_this()] {
        self->flush_posted_ = false;
        self->start_write();
    });
}

void Connection::start_write() {
    if (!open_ || unwritten_ != 0 || output_.empty()) return;
    writing_.clear();
    std::swap(writing_, output_);
    unwritten_ = writing_.size();
    handed_over_ += unwritten_;
    continue_write();
}

void Connection::continue_write() {
    const std::size_t done = writing_.size() - unwritten_;
    socket_.async_write_some(
        asio::buffer(writing_.data() + done, unwritten_),
        [self = shared_from_this()](error_code failed, std::size_t bytes) {
            if (self->sink_ == nullptr) return;
            if (failed) return self->fail("cannot write: " + failed.message());
            self->unwritten_ -= bytes;
            if (self->unwritten_ != 0) return self->continue_write();
            self->start_write();
        }
    );
}

}  // namespace voxpop::store::redis
