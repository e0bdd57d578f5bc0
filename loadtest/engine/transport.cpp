#include "loadtest/engine/transport.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "loadtest/wire/handshake.hpp"
#include "loadtest/wire/inbound.hpp"

namespace voxpop::load {

namespace {

constexpr std::size_t kBufferBytes = kFramePayloadMax + 64 * 1024;  // touched only as far as used
constexpr std::size_t kReadBytes = 256 * 1024;
constexpr std::uint16_t kAbnormal = 1006;

std::system_error last_error(const char* what) {
    return std::system_error(errno, std::generic_category(), what);
}

void set_option(int fd, int level, int name, int value) {
    // An option that the kernel does not know costs comfort, not correctness.
    static_cast<void>(::setsockopt(fd, level, name, &value, sizeof value));
}

// Binds to 127.0.0.`host`; the port is chosen at connect time, when the pair of addresses is known.
void bind_source(int fd, unsigned host) {
    sockaddr_in source{};
    source.sin_family = AF_INET;
    source.sin_addr.s_addr = htonl(0x7f000000u | host);
    set_option(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
    static_cast<void>(::bind(fd, reinterpret_cast<const sockaddr*>(&source), sizeof source));
}

}  // namespace

Transport::Transport(TransportOptions options, TransportEvents& events, WorkerBoard& board)
    : options_(std::move(options)),
      events_(events),
      board_(board),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      links_(options_.slots),
      buffer_(std::make_unique_for_overwrite<char[]>(kBufferBytes + kInboundPadding)),
      masks_(static_cast<std::uint32_t>(options_.seed)) {
    if (epoll_ < 0) throw last_error("epoll");
    for (const Target& target : options_.targets) {
        handshakes_.push_back(
            handshake_request(target.host_and_port(), target.path, options_.origin)
        );
    }
}

Transport::~Transport() {
    for (Slot slot = 0; slot < links_.size(); ++slot) close(slot);
    ::close(epoll_);
}

void Transport::open(Slot slot, std::size_t target) {
    Link& link = links_[slot];
    board_.add(Counter::connect_attempts);
    link.target = static_cast<std::uint8_t>(target);
    link.fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (link.fd < 0) {
        board_.add(Counter::connect_failures);
        return events_.on_closed(slot, kAbnormal, false);
    }
    set_option(link.fd, IPPROTO_TCP, TCP_NODELAY, 1);
    const Target& to = options_.targets[target];
    if (to.is_loopback()) {
        bind_source(link.fd, options_.first_source + next_source_++ % kSourceAddresses);
    }
    link.state = State::connecting;
    link.wants_write = true;
    const auto* address = reinterpret_cast<const sockaddr*>(&to.address);
    if (::connect(link.fd, address, sizeof to.address) != 0 && errno != EINPROGRESS) {
        return fail(slot, kAbnormal);
    }
    watch(slot, EPOLL_CTL_ADD);
}

void Transport::watch(Slot slot, int operation) {
    const Link& link = links_[slot];
    epoll_event event{};
    if (link.reading) event.events |= EPOLLIN;
    if (link.wants_write) event.events |= EPOLLOUT;
    event.data.u64 = std::uint64_t{link.generation} << 32 | slot;
    static_cast<void>(::epoll_ctl(epoll_, operation, link.fd, &event));
}

void Transport::poll(std::int64_t until_ns) {
    std::array<epoll_event, 512> ready;
    const std::int64_t wait_ns = std::max<std::int64_t>(0, until_ns - now_ns());
    const timespec timeout{wait_ns / 1'000'000'000, wait_ns % 1'000'000'000};
    const int n =
        ::epoll_pwait2(epoll_, ready.data(), static_cast<int>(ready.size()), &timeout, nullptr);
    for (int i = 0; i < n; ++i) {
        const auto& event = ready[static_cast<std::size_t>(i)];
        on_event(
            static_cast<Slot>(event.data.u64), static_cast<std::uint32_t>(event.data.u64 >> 32),
            event.events
        );
    }
}

void Transport::on_event(Slot slot, std::uint32_t generation, std::uint32_t events) {
    Link& link = links_[slot];
    const auto is_current = [&] { return link.fd >= 0 && link.generation == generation; };
    if (!is_current()) return;
    if (link.state == State::connecting && (events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) != 0) {
        return on_connected(slot);
    }
    if ((events & EPOLLOUT) != 0) write_unsent(slot);
    if (is_current() && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) read(slot);
}

void Transport::on_connected(Slot slot) {
    Link& link = links_[slot];
    int error = 0;
    socklen_t size = sizeof error;
    if (::getsockopt(link.fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0) {
        return fail(slot, kAbnormal);
    }
    link.state = State::upgrading;
    link.wants_write = false;
    watch(slot, EPOLL_CTL_MOD);
    write(slot, handshakes_[link.target]);
}

void Transport::read(Slot slot) {
    Link& link = links_[slot];
    const std::uint32_t generation = link.generation;
    std::size_t held = 0;
    if (link.received) {
        held = link.received->size();
        std::memcpy(buffer_.get(), link.received->data(), held);
    }
    const auto room = std::min(kReadBytes, kBufferBytes - held);
    const auto n = ::recv(link.fd, buffer_.get() + held, room, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (n <= 0) return fail(slot, kAbnormal);
    board_.add(Counter::bytes_in, static_cast<std::uint64_t>(n));

    const std::size_t bytes = held + static_cast<std::size_t>(n);
    const std::size_t used = take(slot, buffer_.get(), bytes);
    if (link.generation != generation || link.fd < 0) return;
    if (used == bytes) {
        link.received.reset();
    } else {
        link.received = std::make_unique<std::string>(buffer_.get() + used, bytes - used);
    }
}

std::size_t Transport::take(Slot slot, char* data, std::size_t bytes) {
    Link& link = links_[slot];
    const std::uint32_t generation = link.generation;
    std::size_t used = 0;
    if (link.state == State::upgrading) {
        used = take_handshake(slot, {data, bytes});
        if (used == 0) return 0;
    }
    while (link.generation == generation && link.fd >= 0) {
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
    if (link.fd < 0) return;
    board_.add(Counter::bytes_out, bytes.size());
    std::size_t sent = 0;
    if (!link.unsent) {
        const auto n = ::send(link.fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (n >= 0) sent = static_cast<std::size_t>(n);
        // A dead socket is reported by its next read; here it only keeps the bytes.
        if (sent == bytes.size()) return;
        link.unsent = std::make_unique<std::string>();
    }
    link.unsent->append(bytes.substr(sent));
    if (link.wants_write) return;
    link.wants_write = true;
    watch(slot, EPOLL_CTL_MOD);
}

void Transport::write_unsent(Slot slot) {
    Link& link = links_[slot];
    if (link.unsent) {
        const auto n = ::send(link.fd, link.unsent->data(), link.unsent->size(), MSG_NOSIGNAL);
        if (n < 0 && errno != EAGAIN && errno != EINTR) return fail(slot, kAbnormal);
        if (n > 0) link.unsent->erase(0, static_cast<std::size_t>(n));
        if (!link.unsent->empty()) return;
        link.unsent.reset();
    }
    link.wants_write = false;
    watch(slot, EPOLL_CTL_MOD);
}

void Transport::set_reading(Slot slot, bool on) {
    Link& link = links_[slot];
    if (link.reading == on) return;
    link.reading = on;
    if (link.fd >= 0) watch(slot, EPOLL_CTL_MOD);
}

void Transport::close(Slot slot) {
    if (links_[slot].fd >= 0) release(slot);
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
    ::close(link.fd);
    link.fd = -1;
    link.state = State::closed;
    link.reading = true;
    link.wants_write = false;
    ++link.generation;
    link.received.reset();
    link.unsent.reset();
    link.fragments.reset();
}

}  // namespace voxpop::load
