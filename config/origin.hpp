// Web origins (RFC 6454: scheme, host, port) and the patterns of the allow-list.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace voxpop::config {

struct Origin {
    bool https = false;
    std::string host;  // lower case; an IPv6 address without its brackets
    std::uint16_t port = 0;
    friend bool operator==(const Origin&, const Origin&) = default;
};

// "https://news.example:8443" and nothing after it; the port is the scheme's when it is not
// written. Nothing for other schemes, "null", paths, user names, and hosts with characters a host
// cannot have.
[[nodiscard]] std::optional<Origin> parse_origin(std::string_view text);

// An origin, or all origins below a domain: "https://*.news.example".
struct OriginPattern {
    Origin origin;  // with any_subdomain: the domain after "*."
    bool any_subdomain = false;

    // The error says what is wrong with `text`.
    [[nodiscard]] static std::expected<OriginPattern, std::string> parse(std::string_view text);
    [[nodiscard]] bool matches(const Origin& candidate) const;
};

}  // namespace voxpop::config
