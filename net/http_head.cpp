#include "net/http_head.hpp"

#include "base/limits.hpp"

namespace voxpop::net {

HeadState examine_head(std::string_view bytes) {
    const auto end = bytes.find("\r\n\r\n");
    const bool complete = end != std::string_view::npos;
    const auto head = bytes.substr(0, end);
    if (head.size() > base::limits::kHttpHeaderBytesMax) return HeadState::too_long;
    if (!complete) return HeadState::incomplete;
    const bool folded = head.find("\r\n ") != std::string_view::npos ||
                        head.find("\r\n\t") != std::string_view::npos;
    return folded ? HeadState::folded : HeadState::complete;
}

}  // namespace voxpop::net
