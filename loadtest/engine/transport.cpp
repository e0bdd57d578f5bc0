#include "loadtest/engine/transport.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <cstring>

#include "loadtest/wire/handshake.hpp"
#include "loadtest/wire/inbound.hpp"

namespace voxpop::load {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::size_t kBufferBytes = kFramePayloadMax + 64 * 1024;  // touched only as far as used
constexpr std::size_t kReadBytes = 256 * 1024;
constexpr std::uint16_t kAbnormal = 1006;

// Leaves the choice of a source port to connect(), when the pair of addresses is known. A kernel
// that does not know the option has fewer ports to give, no more.
void choose_port_late(int fd) {
    const int on = 1;
    static_cast<void>(::setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on));
}

asio::ip::tcp::endpoint endpoint_of(const sockaddr_in& address) {
    asio::ip::tcp::endpoint endpoint;
    std::memcpy(endpoint.data(), &address, sizeof address);
    return endpoint;
}

asio::ip::tcp::endpoint loopback_source(unsigned host) {
    constexpr std::uint32_t kLoopback = 0x7f000000;  // 127.0.0.0
    return {asio::ip::address_v4(kLoopback | host), 0};
}

// Bytes that nobody has written are no memory of the process yet.
std::string untouched(std::size_t bytes) {
    std::string buffer;
    buffer.resize_and_overwrite(bytes, [](char*, std::size_t size) { return size; });
    return buffer;
}

}  // namespace

Transport::Transport(
    asio::io_context& io, TransportOptions options, TransportEvents& events, WorkerBoard& board
)
    : options_(std::move(options)),
      events_(events),
      board_(board),
      buffer_(untouched(kBufferBytes + kInboundPadding)),
      masks_(static_cast<std::uint32_t>(options_.seed)) {
    links_.reserve(options_.slots);
    for (std::size_t i = 0; i < options_.slots; ++i) links_.emplace_back(io);
    for (const Target& target : options_.targets) {
        handshakes_.push_back(
            handshake_request(target.host_and_port(), target.path, options_.origin)
        );
    }
}

template <class Handle>
auto Transport::unless_gone(Slot slot, Handle handle) {
    return [this, slot, generation = links_[slot].generation, handle](error_code error) {
        if (links_[slot].generation == generation) handle(error);
    };
}

void Transport::open(Slot slot, std::size_t target) {
    Link& link = links_[slot];
    board_.add(Counter::connect_attempts);
    link.target = static_cast<std::uint8_t>(target);
    error_code error;
    link.socket.open(asio::ip::tcp::v4(), error);
    if (error) {
        board_.add(Counter::connect_failures);
        return events_.on_closed(slot, kAbnormal, false);
    }
    // An option that the kernel does not know costs comfort, not correctness.
    link.socket.non_blocking(true, error);
    link.socket.set_option(asio::ip::tcp::no_delay(true), error);
    const Target& to = options_.targets[target];
    if (to.is_loopback()) {
        choose_port_late(link.socket.native_handle());
        const auto host = options_.first_source + next_source_++ % kSourceAddresses;
        link.socket.bind(loopback_source(host), error);
    }
    link.state = State::connecting;
    auto then = unless_gone(slot, [this, slot](error_code failure) {
        if (failure) return fail(slot, kAbnormal);
        on_connected(slot);
    });
    link.socket.async_connect(endpoint_of(to.address), std::move(then));
}

void Transport::on_connected(Slot slot) {
    Link& link = links_[slot];
    link.state = State::upgrading;
    wait_to_read(slot);
    write(slot, handshakes_[link.target]);
}

void Transport::wait_to_read(Slot slot) {
    Link& link = links_[slot];
    if (!link.reading || link.waits_to_read) return;
    link.waits_to_read = true;
    auto then = unless_gone(slot, [this, slot](error_code error) {
        links_[slot].waits_to_read = false;
        if (error) return fail(slot, kAbnormal);
        if (links_[slot].reading) read(slot);
    });
    link.socket.async_wait(Socket::wait_read, std::move(then));
}

void Transport::wait_to_write(Slot slot) {
    Link& link = links_[slot];
    if (link.waits_to_write) return;
    link.waits_to_write = true;
    auto then = unless_gone(slot, [this, slot](error_code error) {
        links_[slot].waits_to_write = false;
        if (error) return fail(slot, kAbnormal);
        write_unsent(slot);
    });
    link.socket.async_wait(Socket::wait_write, std::move(then));
}

void Transport::read(Slot slot) {
    Link& link = links_[slot];
    const std::uint32_t generation = link.generation;
    std::size_t held = 0;
    if (link.received) {
        held = link.received->size();
        std::memcpy(buffer_.data(), link.received->data(), held);
    }
    const auto room = std::min(kReadBytes, kBufferBytes - held);
    error_code error;
    const auto n = link.socket.read_some(asio::buffer(buffer_.data() + held, room), error);
    if (error == asio::error::would_block) return wait_to_read(slot);
    if (error) return fail(slot, kAbnormal);
    board_.add(Counter::bytes_in, n);

    const std::size_t bytes = held + n;
    const std::size_t used = take(slot, buffer_.data(), bytes);
    if (link.generation != generation) return;
    if (used == bytes) {
        link.received.reset();
    } else {
        link.received = std::make_unique<std::string>(buffer_.data() + used, bytes - used);
    }
    wait_to_read(slot);
}

std::size_t Transport::take(Slot slot, char* data, std::size_t bytes) {
    Link& link = links_[slot];
    const std::uint32_t generation = link.generation;
    std::size_t used = 0;
    if (link.state == State::upgrading) {
        used = take_handshake(slot, {data, bytes});
        if (used == 0) return 0;
    }
    while (link.generation == generation) {
        const auto result = parse_frame(data + used, bytes - used);
        if (result.status == FrameStatus::partial) return used;
        if (result.status == FrameStatus::broken) {
            board_.add(Counter::broken);
            fail(slot, 1002);
            return used;
        }
        used += result.frame.frame_bytes;
        if (!take_frame(slot, result.frame)) return used;
    }
    return used;
}

std::size_t Transport::take_handshake(Slot slot, std::string_view data) {
    const auto result = parse_handshake(data);
    if (result.status == HandshakeStatus::partial) return 0;
    if (result.status == HandshakeStatus::refused) {
        board_.refuse(result.http_status);
        fail(slot, kAbnormal);
        return 0;
    }
    links_[slot].state = State::open;
    board_.add(Counter::open);
    events_.on_open(slot);
    return result.bytes;
}

// False when the link ended with this frame.
bool Transport::take_frame(Slot slot, const FrameView& frame) {
    Link& link = links_[slot];
    board_.add(Counter::frames);
    switch (frame.opcode) {
        case Opcode::ping:
            out_.clear();
            append_masked_frame(
                out_, Opcode::pong, frame.text(), static_cast<std::uint32_t>(masks_())
            );
            write(slot, out_);
            return true;
        case Opcode::pong:
            return true;
        case Opcode::close:
            fail(slot, close_code(frame.text()));
            return false;
        default:
            break;
    }
    if (frame.final && !link.fragments) {
        events_.on_message(slot, frame.text());
        return true;
    }
    if (!link.fragments) link.fragments = std::make_unique<std::string>();
    link.fragments->append(frame.text());
    if (!frame.final) return true;
    const auto whole = std::move(link.fragments);
    whole->reserve(whole->size() + kInboundPadding);
    events_.on_message(slot, *whole);
    return true;
}

void Transport::send(Slot slot, std::string_view message) {
    out_.clear();
    append_masked_frame(out_, Opcode::text, message, static_cast<std::uint32_t>(masks_()));
    write(slot, out_);
}

void Transport::write(Slot slot, std::string_view bytes) {
    Link& link = links_[slot];
    if (is_closed(slot)) return;
    board_.add(Counter::bytes_out, bytes.size());
    std::size_t sent = 0;
    if (!link.unsent) {
        // A dead socket is reported by its next read; here it only keeps the bytes.
        error_code error;
        sent = link.socket.write_some(asio::buffer(bytes), error);
        if (sent == bytes.size()) return;
        link.unsent = std::make_unique<std::string>();
    }
    link.unsent->append(bytes.substr(sent));
    wait_to_write(slot);
}

void Transport::write_unsent(Slot slot) {
    Link& link = links_[slot];
    error_code error;
    const auto sent = link.socket.write_some(asio::buffer(*link.unsent), error);
    if (error && error != asio::error::would_block) return fail(slot, kAbnormal);
    link.unsent->erase(0, sent);
    if (link.unsent->empty()) {
        link.unsent.reset();
    } else {
        wait_to_write(slot);
    }
}

void Transport::set_reading(Slot slot, bool on) {
    links_[slot].reading = on;
    if (on && !is_closed(slot) && links_[slot].state != State::connecting) wait_to_read(slot);
}

void Transport::close(Slot slot) {
    if (!is_closed(slot)) release(slot);
}

void Transport::fail(Slot slot, std::uint16_t code) {
    const bool was_open = is_open(slot);
    board_.add(was_open ? Counter::lost_connections : Counter::connect_failures);
    release(slot);
    events_.on_closed(slot, code, was_open);
}

void Transport::release(Slot slot) {
    Link& link = links_[slot];
    if (link.state == State::open) board_.subtract(Counter::open);
    error_code error;
    link.socket.close(error);
    link.state = State::closed;
    link.reading = true;
    link.waits_to_read = false;
    link.waits_to_write = false;
    ++link.generation;
    link.received.reset();
    link.unsent.reset();
    link.fragments.reset();
}

}  // namespace voxpop::load
