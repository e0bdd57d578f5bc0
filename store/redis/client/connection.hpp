// One socket to one server, TCP or unix, for one life: opened, used, closed, never opened again.
// Bytes that are appended to output() leave as one write per turn of the loop; replies come in the
// order of arrival, all of one read at once. It knows nothing of commands; see pipeline.hpp.
//
// Thread safety: none; the thread of the io_context. The sink may close() from within its calls.
#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "store/redis/client/options.hpp"
#include "store/redis/client/reply.hpp"
#include "store/redis/client/reply_reader.hpp"

namespace voxpop::store::redis {

class Connection : public std::enable_shared_from_this<Connection> {
  public:
    class Sink {
      public:
        virtual ~Sink() = default;
        virtual void on_open() = 0;
        virtual void on_replies(std::span<Reply> replies) = 0;
        // The last call; not after close(). `why` is a sentence without the address.
        virtual void on_closed(const std::string& why) = 0;
    };

    Connection(boost::asio::io_context& io, Endpoint endpoint, std::size_t reply_bytes_max);
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    // Looks the name up and connects; `sink` must live until close() or on_closed().
    void open(Sink& sink);
    // Silently. What the socket has not taken yet is dropped.
    void close();

    // Append here, also before on_open(), then call flush().
    [[nodiscard]] std::string& output() { return output_; }
    void flush();

    [[nodiscard]] const Endpoint& endpoint() const { return endpoint_; }
    // Bytes appended ever, and how many of them the server may have seen: those the kernel took,
    // and those of a write that is under way.
    [[nodiscard]] std::uint64_t appended() const { return handed_over_ + output_.size(); }
    [[nodiscard]] std::uint64_t sent_at_most() const { return handed_over_; }
    // Appended and not taken by the kernel.
    [[nodiscard]] std::size_t waiting_bytes() const { return output_.size() + unwritten_; }

  private:
    using Protocol = boost::asio::generic::stream_protocol;

    void resolve();
    void connect(std::vector<Protocol::endpoint> candidates);
    void read();
    void take(std::span<const char> bytes);
    void start_write();
    void continue_write();
    void fail(const std::string& why);

    boost::asio::ip::tcp::resolver resolver_;
    Protocol::socket socket_;
    const Endpoint endpoint_;
    Sink* sink_ = nullptr;
    ReplyReader reader_;
    std::vector<Reply> replies_;
    std::array<char, ReplyReader::kFeedBytes> input_{};

    bool open_ = false;
    bool flush_posted_ = false;
    std::string output_;   // gathers
    std::string writing_;  // leaves; its last unwritten_ bytes are still here
    std::size_t unwritten_ = 0;
    std::uint64_t handed_over_ = 0;  // bytes that were ever moved into writing_
};

}  // namespace voxpop::store::redis
