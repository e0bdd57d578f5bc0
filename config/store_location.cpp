#include "config/store_location.hpp"

#include <string_view>
#include <utility>

namespace voxpop::config {
namespace {

constexpr std::string_view kSqlite = "sqlite:";
constexpr std::string_view kMemory = "memory:";
constexpr std::string_view kFileName = "voxpop.db";

}  // namespace

std::optional<std::filesystem::path> StoreLocation::folder() const {
    if (kind != StoreKind::sqlite) return std::nullopt;
    const auto parent = file.parent_path();
    return parent.empty() ? std::filesystem::path(".") : parent;
}

std::expected<StoreLocation, std::string> locate_store(const StoreConfig& store) {
    if (store.url.empty()) {
        if (store.data_dir.empty()) return std::unexpected("the data folder has no name");
        return StoreLocation{StoreKind::sqlite, std::filesystem::path(store.data_dir) / kFileName};
    }
    if (store.url == kMemory) return StoreLocation{StoreKind::memory, {}};
    if (store.url.starts_with(kSqlite) && store.url.size() > kSqlite.size())
        return StoreLocation{StoreKind::sqlite, store.url.substr(kSqlite.size())};
    const std::string shown = "'" + without_password(store.url) + "' is no store";
    if (is_redis_url(store.url)) {
        auto redis = parse_redis_url(store.url);
        if (!redis) return std::unexpected(shown + ": " + redis.error());
        return StoreLocation{.kind = StoreKind::redis, .redis = std::move(*redis)};
    }
    return std::unexpected(shown + "; use sqlite:PATH, memory: or redis://HOST:PORT");
}

}  // namespace voxpop::config
