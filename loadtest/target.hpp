// Where a node of the installation listens: ws://HOST:PORT/path, taken apart and resolved.
#pragma once

#include <netinet/in.h>

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace voxpop::load {

struct Target {
    std::string host;  // as given
    std::uint16_t port = 80;
    std::string path;  // of the WebSocket
    sockaddr_in address{};

    [[nodiscard]] std::string host_and_port() const { return host + ":" + std::to_string(port); }
    // 127.0.0.0/8: source addresses can be chosen at will there.
    [[nodiscard]] bool is_loopback() const;
};

// One address; an English sentence when it cannot be used. Asks the resolver.
[[nodiscard]] std::expected<Target, std::string> parse_target(std::string_view url);

// A list, separated by commas.
[[nodiscard]] std::expected<std::vector<Target>, std::string> parse_targets(std::string_view urls);

}  // namespace voxpop::load
