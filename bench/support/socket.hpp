// A blocking client's socket for benchmarks: as little as can be, so that what is measured is the
// server. Whatever fails ends the benchmark with a sentence: there is nothing to measure then.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace voxpop::bench {

class Socket {
  public:
    Socket() = default;
    explicit Socket(int fd) : fd_(fd) {}
    Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Socket& operator=(Socket&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~Socket();

    [[nodiscard]] int fd() const { return fd_; }

  private:
    int fd_ = -1;
};

// Says what failed, with errno's text, and exits.
[[noreturn]] void give_up(const char* what);

// Lets the process open as many files as the system allows it.
void raise_file_limit();

// A connection to a port of 127.0.0.1.
[[nodiscard]] Socket connect_to(std::uint16_t port);

// The same, and the WebSocket handshake done.
[[nodiscard]] Socket open_websocket(std::uint16_t port);

void send_all(const Socket& socket, std::string_view bytes);

// A client's text frame. The mask is zero, which RFC 6455 allows, so the payload is seen as it is.
[[nodiscard]] std::string client_frame(std::string_view payload);

// Reads until `word` has come `count` times in all. What comes must be answers, not pushes: it is
// thrown away.
void read_until(const Socket& socket, std::string_view word, std::size_t count);

}  // namespace voxpop::bench
