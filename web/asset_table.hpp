// What tools/embed.mjs generates: every asset, sorted by path. Only assets.cpp reads it.
#pragma once

#include <span>

#include "web/assets.hpp"

namespace voxpop::web {

[[nodiscard]] std::span<const Asset> asset_table();

}  // namespace voxpop::web
