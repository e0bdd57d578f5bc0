// The HTTP request that becomes a WebSocket (RFC 6455, section 4), from the client's side. Every
// connection uses the key of the RFC's own example, so the expected answer is a constant: the key
// protects caches between a browser and a server, and a load tool has none. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace voxpop::load {

inline constexpr std::string_view kHandshakeKey = "dGhlIHNhbXBsZSBub25jZQ==";
inline constexpr std::string_view kHandshakeAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
inline constexpr std::size_t kHandshakeBytesMax = 16 * 1024;

// `origin` may be empty: then the header is left out, as programs other than browsers do.
[[nodiscard]] std::string handshake_request(
    std::string_view host, std::string_view path, std::string_view origin
);

enum class HandshakeStatus { upgraded, partial, refused };

struct HandshakeResult {
    HandshakeStatus status = HandshakeStatus::partial;
    std::size_t bytes = 0;     // of the response, when upgraded
    unsigned http_status = 0;  // when refused; 0: it was not HTTP, or a wrong accept key
};

[[nodiscard]] HandshakeResult parse_handshake(std::string_view data);

}  // namespace voxpop::load
