// What an error reply asks for: go elsewhere, come again later, or take it as it is. Pure.
#pragma once

#include <cstdint>
#include <string_view>

#include "store/redis/client/options.hpp"

namespace voxpop::store::redis {

struct ServerError {
    enum class Kind : std::uint8_t {
        refused,      // the command's own fault; the text is for the caller
        moved,        // the slot lives at `endpoint`, for good
        ask,          // this once, after ASKING, at `endpoint`: the slot is being moved there
        unavailable,  // not executed, and may be later
        demoted,      // the same, and this server is not a primary any more
        unprepared,   // the same, and this server has lost the functions that it was given
    };
    Kind kind = Kind::refused;
    std::uint16_t slot = 0;
    Endpoint endpoint;
};

// `text` as Redis sent it ("MOVED 3999 127.0.0.1:6381"), `from` who sent it: an empty host in a
// redirection means the same host.
[[nodiscard]] ServerError parse_server_error(std::string_view text, const Endpoint& from);

}  // namespace voxpop::store::redis
