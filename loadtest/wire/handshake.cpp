#include "loadtest/wire/handshake.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace voxpop::load {

namespace {

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, [](char x, char y) {
        return std::tolower(static_cast<unsigned char>(x)) ==
               std::tolower(static_cast<unsigned char>(y));
    });
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// The value of the header `name`; an empty view when it is not there.
std::string_view header_value(std::string_view head, std::string_view name) {
    while (!head.empty()) {
        const auto line = head.substr(0, head.find("\r\n"));
        const auto colon = line.find(':');
        if (colon != std::string_view::npos && equal_ignoring_case(line.substr(0, colon), name)) {
            return trimmed(line.substr(colon + 1));
        }
        head.remove_prefix(std::min(head.size(), line.size() + 2));
    }
    return {};
}

unsigned status_of(std::string_view head) {
    if (!head.starts_with("HTTP/1.1 ") || head.size() < 12) return 0;
    unsigned status = 0;
    const auto digits = head.substr(9, 3);
    const auto end = std::from_chars(digits.data(), digits.data() + 3, status);
    return end.ptr == digits.data() + 3 ? status : 0;
}

}  // namespace

std::string handshake_request(
    std::string_view host, std::string_view path, std::string_view origin
) {
    std::string out;
    out.append("GET ").append(path).append(" HTTP/1.1\r\nHost: ").append(host);
    out.append("\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13");
    out.append("\r\nSec-WebSocket-Key: ").append(kHandshakeKey);
    if (!origin.empty()) out.append("\r\nOrigin: ").append(origin);
    out.append("\r\nUser-Agent: voxpop-load\r\n\r\n");
    return out;
}

HandshakeResult parse_handshake(std::string_view data) {
    const auto end = data.find("\r\n\r\n");
    if (end == std::string_view::npos) {
        if (data.size() > kHandshakeBytesMax) return {HandshakeStatus::refused, 0, 0};
        return {};
    }
    const auto head = data.substr(0, end + 2);
    const unsigned status = status_of(head);
    if (status != 101) return {HandshakeStatus::refused, 0, status};
    if (header_value(head, "sec-websocket-accept") != kHandshakeAccept) {
        return {HandshakeStatus::refused, 0, 0};
    }
    return {HandshakeStatus::upgraded, end + 4, status};
}

}  // namespace voxpop::load
