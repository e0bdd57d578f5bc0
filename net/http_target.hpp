// The target of an HTTP request: path and query, percent-decoded. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace voxpop::net {

struct HttpTarget {
    std::string path;
    std::vector<std::pair<std::string, std::string>> query;
};

// Nothing when the target is not a path in origin form, has a broken percent escape, a NUL, "//" or
// a segment "." or "..".
[[nodiscard]] std::optional<HttpTarget> parse_target(std::string_view target);

}  // namespace voxpop::net
