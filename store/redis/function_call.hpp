// Calls of the library's functions: each is given one key, which says where it runs, and derives
// the others from it.
#pragma once

#include <string_view>

#include "store/redis/client/command.hpp"
#include "store/redis/library.hpp"

namespace voxpop::store::redis {

[[nodiscard]] inline Command function(std::string_view name, std::string_view key) {
    return Command("FCALL").arg(function_name(name)).arg(1).arg(key).whole_slot();
}

// One that changes nothing.
[[nodiscard]] inline Command function_ro(std::string_view name, std::string_view key) {
    return Command("FCALL_RO").arg(function_name(name)).arg(1).arg(key).whole_slot();
}

}  // namespace voxpop::store::redis
