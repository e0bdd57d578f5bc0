#include "web/assets.hpp"

#include <algorithm>

#include "web/asset_table.hpp"

namespace voxpop::web {

std::optional<Asset> find_asset(std::string_view path) {
    const auto table = asset_table();
    const auto at = std::ranges::lower_bound(table, path, {}, &Asset::path);
    if (at == table.end() || at->path != path) return std::nullopt;
    return *at;
}

}  // namespace voxpop::web
