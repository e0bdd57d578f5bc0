#include "socket_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <charconv>

namespace voxpop::net {

std::string handshake(std::string_view more, std::string_view key) {
    std::string out =
        "GET /connection/websocket?cf_protocol_version=v2 HTTP/1.1\r\nHost: localhost\r\n"
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n";
    out.append("Sec-WebSocket-Key: ").append(key).append("\r\n").append(more).append("\r\n");
    return out;
}

std::string client_frame(std::uint8_t first_byte, std::string_view payload, bool masked) {
    constexpr std::array<char, 4> kMask = {'\x12', '\x34', '\x56', '\x78'};
    const auto flag = static_cast<char>(masked ? 0x80 : 0);
    std::string out(1, static_cast<char>(first_byte));
    const auto big_endian = [&](int bytes) {
        for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
            out += static_cast<char>(payload.size() >> shift & 0xFF);
        }
    };
    if (payload.size() < 126) {
        out += static_cast<char>(flag | static_cast<char>(payload.size()));
    } else if (payload.size() < 65'536) {
        out += static_cast<char>(flag | 126);
        big_endian(2);
    } else {
        out += static_cast<char>(flag | 127);
        big_endian(8);
    }
    if (!masked) return out.append(payload);
    out.append(kMask.data(), kMask.size());
    for (std::size_t i = 0; i < payload.size(); ++i) {
        out += static_cast<char>(payload[i] ^ kMask[i % 4]);
    }
    return out;
}

SocketClient::SocketClient(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    REQUIRE(fd_ >= 0);
    const timeval limit{.tv_sec = 10, .tv_usec = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
}

SocketClient::~SocketClient() {
    ::close(fd_);
}

void SocketClient::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return;  // the server has hung up; what it said is still to be read
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

bool SocketClient::fill() {
    std::array<char, 64 * 1024> chunk;
    const auto count = ::recv(fd_, chunk.data(), chunk.size(), 0);
    if (count <= 0) return false;
    received_.append(chunk.data(), static_cast<std::size_t>(count));
    return true;
}

std::string SocketClient::take(std::size_t size) {
    std::string out = received_.substr(0, size);
    received_.erase(0, size);
    return out;
}

void SocketClient::upgrade() {
    send(handshake());
    REQUIRE(response().starts_with("HTTP/1.1 101"));
}

void SocketClient::connect() {
    upgrade();
    send_text(R"({"connect":{},"id":1})");
    REQUIRE(frame().value_or("").starts_with(R"({"id":1,"connect")"));
}

std::string SocketClient::response(bool head) {
    std::size_t end = 0;
    while ((end = received_.find("\r\n\r\n")) == std::string::npos) {
        if (!fill()) return take(received_.size());
    }
    std::size_t size = end + 4;
    const auto field = received_.find("Content-Length: ");
    if (field < end && !head) {
        std::size_t length = 0;
        std::from_chars(&received_[field + 16], &received_[end], length);
        size += length;
    }
    while (received_.size() < size) {
        if (!fill()) break;
    }
    return take(size);
}

std::optional<std::string> SocketClient::frame() {
    const auto need = [this](std::size_t size) {
        while (received_.size() < size) {
            if (!fill()) return false;
        }
        return true;
    };
    const auto at = [this](std::size_t i) { return static_cast<unsigned char>(received_[i]); };
    if (!need(2)) return std::nullopt;
    std::size_t header = 2;
    std::size_t size = at(1);
    if (size >= 126) {
        const std::size_t extra = size == 126 ? 2 : 8;
        if (!need(header + extra)) return std::nullopt;
        size = 0;
        for (std::size_t i = 0; i < extra; ++i) size = size << 8 | at(2 + i);
        header += extra;
    }
    if (!need(header + size)) return std::nullopt;
    const auto first = at(0);
    (void)take(header);
    std::string payload = take(size);
    if (first == 0x8A) return "pong " + payload;
    if (first != kClose) return payload;
    if (payload.size() < 2) return "close";
    const auto code =
        static_cast<unsigned char>(payload[0]) << 8 | static_cast<unsigned char>(payload[1]);
    std::string out = "close " + std::to_string(code);
    if (payload.size() > 2) out += " " + payload.substr(2);
    return out;
}

bool SocketClient::ends() {
    while (fill()) received_.clear();
    return errno != EAGAIN && errno != EWOULDBLOCK;
}

}  // namespace voxpop::net
