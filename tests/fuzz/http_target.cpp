// A request's target: what is accepted is a path from the root that stays below it.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "net/http_target.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto target =
        voxpop::net::parse_target(std::string_view(reinterpret_cast<const char*>(data), size));
    if (!target) return 0;
    const std::string_view path = target->path;
    const bool plain = path.starts_with('/') && path.find("//") == std::string_view::npos &&
                       path.find("/../") == std::string_view::npos && !path.ends_with("/..") &&
                       path.find('\0') == std::string_view::npos;
    if (!plain) std::abort();
    return 0;
}
