#include "config/store_location.hpp"

#include <string_view>

namespace voxpop::config {
namespace {

constexpr std::string_view kSqlite = "sqlite:";
constexpr std::string_view kMemory = "memory:";
constexpr std::string_view kFileName = "voxpop.db";

}  // namespace

std::optional<std::filesystem::path> StoreLocation::folder() const {
    if (kind == StoreKind::memory) return std::nullopt;
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
    return std::unexpected("'" + store.url + "' is no store; use sqlite:PATH or memory:");
}

}  // namespace voxpop::config
