// One worker's sockets: connects, upgrades to WebSocket, cuts what arrives into messages, and
// sends. Knows nothing of what the messages say.
//
// The tool holds tens of thousands of idle connections, so a link waits for its socket to become
// readable and only then reads, into a buffer that all links share; nothing is allocated for a link
// that has neither a half-received frame nor unsent bytes. The thread that runs the io_context.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "loadtest/board.hpp"
#include "loadtest/target.hpp"
#include "loadtest/wire/ws_frame.hpp"

namespace voxpop::load {

// A link's place in the worker, for good: a link that reconnects keeps it.
using Slot = std::uint32_t;

// Called while the io_context runs, and from open() when there is no socket to be had.
class TransportEvents {
  public:
    virtual ~TransportEvents() = default;
    // The WebSocket is up.
    virtual void on_open(Slot slot) = 0;
    // A whole message. kInboundPadding bytes after it may be read. May send and close.
    virtual void on_message(Slot slot, std::string_view message) = 0;
    // The link is gone, not by our close(). `code`: the server's close code; 1006: none was
    // received. `was_open`: on_open had been called.
    virtual void on_closed(Slot slot, std::uint16_t code, bool was_open) = 0;
};

// How many source addresses a worker uses on loopback.
inline constexpr unsigned kSourceAddresses = 8;

struct TransportOptions {
    std::span<const Target> targets;
    std::string origin;
    std::size_t slots = 0;
    std::uint64_t seed = 1;
    // Spreads loopback connections over 127.0.0.x, beginning at this host number, because one pair
    // of addresses has fewer than 65,536 ports.
    unsigned first_source = 1;
};

class Transport {
  public:
    Transport(
        boost::asio::io_context& io, TransportOptions options, TransportEvents& events,
        WorkerBoard& board
    );
    Transport(const Transport&) = delete;
    Transport& operator=(const Transport&) = delete;

    // Begins to connect a closed slot.
    void open(Slot slot, std::size_t target);
    // One text message; kept when the socket is full.
    void send(Slot slot, std::string_view message);
    // Drops the link without a farewell, as a phone in a tunnel does. No on_closed follows.
    void close(Slot slot);
    // A reader that does not read: its socket's buffers fill up.
    void set_reading(Slot slot, bool on);

    [[nodiscard]] bool is_open(Slot slot) const { return links_[slot].state == State::open; }
    [[nodiscard]] bool is_closed(Slot slot) const { return links_[slot].state == State::closed; }

  private:
    // Without the type erasure of tcp::socket's executor, which costs 32 bytes a link.
    using Socket = boost::asio::basic_stream_socket<
        boost::asio::ip::tcp, boost::asio::io_context::executor_type>;
    enum class State : std::uint8_t { closed, connecting, upgrading, open };

    struct Link {
        explicit Link(boost::asio::io_context& io) : socket(io) {}

        Socket socket;
        State state = State::closed;
        std::uint8_t target = 0;
        bool reading = true;
        bool waits_to_read = false;
        bool waits_to_write = false;
        std::uint32_t generation = 0;  // tells a reopened link from the one a handler is about
        std::unique_ptr<std::string> received;  // the beginning of a frame
        std::unique_ptr<std::string> unsent;
        std::unique_ptr<std::string> fragments;  // of a message in several frames
    };

    // `handle`, unless the link has been closed or reopened by then.
    template <class Handle>
    auto unless_gone(Slot slot, Handle handle);
    void on_connected(Slot slot);
    void wait_to_read(Slot slot);
    void wait_to_write(Slot slot);
    void read(Slot slot);
    // Takes what the buffer holds; gives how much of it was used.
    std::size_t take(Slot slot, char* data, std::size_t bytes);
    std::size_t take_handshake(Slot slot, std::string_view data);
    bool take_frame(Slot slot, const FrameView& frame);
    void write(Slot slot, std::string_view bytes);
    void write_unsent(Slot slot);
    void fail(Slot slot, std::uint16_t code);
    void release(Slot slot);

    TransportOptions options_;
    TransportEvents& events_;
    WorkerBoard& board_;
    std::vector<Link> links_;
    std::string buffer_;
    std::string out_;  // the frame being built
    std::mt19937 masks_;
    std::vector<std::string> handshakes_;  // by target
    unsigned next_source_ = 0;
};

}  // namespace voxpop::load
