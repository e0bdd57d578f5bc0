// Names that nobody else has: of a node, of an epoch.
#pragma once

#include <cstdint>
#include <random>
#include <string>

#include "base/ids.hpp"

namespace voxpop::store::redis {

[[nodiscard]] inline std::string random_name() {
    std::random_device device;
    const std::uint64_t bits = std::uint64_t{device()} << 32U | device();
    return base::CommentId(bits).str();  // as good a spelling of 64 bits as any
}

}  // namespace voxpop::store::redis
