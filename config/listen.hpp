// "127.0.0.1:8080" and "[::1]:8080": an IP address and a port as one text.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "config/config.hpp"

namespace voxpop::config {

// The error says how to write it. Names, "localhost" included, are not addresses.
[[nodiscard]] std::expected<Listen, std::string> parse_listen(std::string_view text);

[[nodiscard]] std::string to_string(const Listen& listen);

}  // namespace voxpop::config
