#include "bench/support/drain.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <array>

namespace voxpop::bench {

Drain::Drain()
    : epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      stop_(::eventfd(0, EFD_CLOEXEC)),
      thread_([this] { run(); }) {
    add(stop_);
}

Drain::~Drain() {
    ::eventfd_write(stop_.fd(), 1);
    thread_.join();
}

void Drain::add(const Socket& socket) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = socket.fd();
    if (::epoll_ctl(epoll_.fd(), EPOLL_CTL_ADD, socket.fd(), &event) != 0) give_up("epoll_ctl");
}

void Drain::expect(std::uint64_t bytes) {
    complete_.store(false, std::memory_order_relaxed);
    expected_.fetch_add(bytes, std::memory_order_release);
}

void Drain::wait() {
    complete_.wait(false, std::memory_order_acquire);
}

void Drain::run() {
    std::array<epoll_event, 512> events{};
    std::array<char, 65'536> buffer{};
    for (;;) {
        const int ready = ::epoll_wait(epoll_.fd(), events.data(), events.size(), -1);
        for (int i = 0; i < ready; ++i) {
            const int fd = events[static_cast<std::size_t>(i)].data.fd;
            if (fd == stop_.fd()) return;
            const ssize_t got = ::recv(fd, buffer.data(), buffer.size(), MSG_DONTWAIT);
            if (got <= 0) give_up("a subscriber lost its server");
            received_.fetch_add(static_cast<std::uint64_t>(got), std::memory_order_relaxed);
        }
        // Nothing arrives before expect() has said so: what is sent is sent after it.
        if (received_.load(std::memory_order_relaxed) != expected_.load(std::memory_order_acquire))
            continue;
        complete_.store(true, std::memory_order_release);
        complete_.notify_one();
    }
}

}  // namespace voxpop::bench
