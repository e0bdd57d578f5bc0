#include "bench/support/socket.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>

namespace voxpop::bench {
namespace {

constexpr std::size_t kShortPayload = 125;
constexpr unsigned char kMasked = 0x80;

// What one read brings, as a view into a buffer of this thread.
std::string_view receive(const Socket& socket) {
    thread_local std::array<char, 65'536> buffer;
    const ssize_t got = ::recv(socket.fd(), buffer.data(), buffer.size(), 0);
    if (got <= 0) give_up("the server closed a connection");
    return {buffer.data(), static_cast<std::size_t>(got)};
}

}  // namespace

Socket::~Socket() {
    if (fd_ >= 0) ::close(fd_);
}

void give_up(const char* what) {
    std::perror(what);
    std::exit(EXIT_FAILURE);
}

void raise_file_limit() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

Socket connect_to(std::uint16_t port) {
    Socket socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (socket.fd() < 0) give_up("socket");
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket.fd(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        give_up("connect");
    const int on = 1;
    ::setsockopt(socket.fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return socket;
}

Socket open_websocket(std::uint16_t port) {
    Socket socket = connect_to(port);
    send_all(
        socket,
        "GET /connection/websocket HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        "Sec-WebSocket-Version: 13\r\n\r\n"
    );
    std::string response;
    while (!response.contains("\r\n\r\n")) response += receive(socket);
    if (!response.starts_with("HTTP/1.1 101")) give_up("the handshake was refused");
    return socket;
}

void send_all(const Socket& socket, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(socket.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0) give_up("send");
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

std::string client_frame(std::string_view payload) {
    std::string frame = "\x81";
    if (payload.size() <= kShortPayload) {
        frame += static_cast<char>(kMasked | payload.size());
    } else {
        frame += static_cast<char>(kMasked | 126U);
        frame += static_cast<char>(payload.size() >> 8U);
        frame += static_cast<char>(payload.size() & 0xFFU);
    }
    frame.append(4, '\0');
    frame += payload;
    return frame;
}

void read_until(const Socket& socket, std::string_view word, std::size_t count) {
    std::string all;
    for (std::size_t seen = 0, at = 0; seen < count;) {
        const std::size_t found = all.find(word, at);
        if (found == std::string::npos) {
            all += receive(socket);
        } else {
            at = found + word.size();
            ++seen;
        }
    }
}

}  // namespace voxpop::bench
