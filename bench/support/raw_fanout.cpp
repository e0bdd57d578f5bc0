#include "bench/support/raw_fanout.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <array>

#include "base/limits.hpp"

namespace voxpop::bench {
namespace {

struct Listener {
    Socket socket;
    std::uint16_t port = 0;
};

Listener listen_on_loopback() {
    Listener listener{Socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))};
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* plain = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener.socket.fd(), plain, size) != 0) give_up("bind");
    if (::listen(listener.socket.fd(), SOMAXCONN) != 0) give_up("listen");
    ::getsockname(listener.socket.fd(), plain, &size);
    listener.port = ntohs(address.sin_port);
    return listener;
}

// The same options as the server's sockets have.
Socket accept_one(const Socket& listener) {
    Socket socket(::accept4(listener.fd(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (socket.fd() < 0) give_up("accept");
    const int on = 1;
    ::setsockopt(socket.fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const int bytes = base::limits::kSendBufferBytes;
    ::setsockopt(socket.fd(), SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
    return socket;
}

void watch(const Socket& epoll, const Socket& socket) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = socket.fd();
    if (::epoll_ctl(epoll.fd(), EPOLL_CTL_ADD, socket.fd(), &event) != 0) give_up("epoll_ctl");
}

}  // namespace

RawFanout::RawFanout(std::size_t subscribers)
    : epoll_(::epoll_create1(EPOLL_CLOEXEC)), wake_(::eventfd(0, EFD_CLOEXEC)) {
    const auto listener = listen_on_loopback();
    watch(epoll_, wake_);
    for (std::size_t i = 0; i < subscribers; ++i) {
        clients_.push_back(connect_to(listener.port));
        sockets_.push_back(accept_one(listener.socket));
        watch(epoll_, sockets_.back());
    }
    thread_ = std::thread([this] { run(); });
}

RawFanout::~RawFanout() {
    bytes_ = nullptr;
    ::eventfd_write(wake_.fd(), 1);
    thread_.join();
}

void RawFanout::publish(const std::string& bytes) {
    bytes_ = &bytes;
    ::eventfd_write(wake_.fd(), 1);
}

void RawFanout::run() {
    std::array<epoll_event, 128> events{};
    for (;;) {
        const int ready = ::epoll_wait(epoll_.fd(), events.data(), events.size(), -1);
        for (int i = 0; i < ready; ++i) {
            if (events[static_cast<std::size_t>(i)].data.fd != wake_.fd())
                give_up("a subscriber of the raw loop left");
            eventfd_t count = 0;
            ::eventfd_read(wake_.fd(), &count);
            if (bytes_ == nullptr) return;
            send_to_all();
        }
    }
}

void RawFanout::send_to_all() const {
    for (const auto& socket : sockets_) {
        const ssize_t sent =
            ::send(socket.fd(), bytes_->data(), bytes_->size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent != static_cast<ssize_t>(bytes_->size())) give_up("a raw socket is full");
    }
}

}  // namespace voxpop::bench
