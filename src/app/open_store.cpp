#include "app/open_store.hpp"

#include <stdexcept>

#include "config/store_location.hpp"
#include "store/memory/memory_store.hpp"
#include "store/sqlite/sqlite_store.hpp"

namespace voxpop::app {

std::unique_ptr<domain::Store> open_store(const config::StoreConfig& config) {
    const auto location = config::locate_store(config);
    if (!location) throw std::runtime_error(location.error());
    switch (location->kind) {
        case config::StoreKind::memory:
            return std::make_unique<store::MemoryStore>();
        case config::StoreKind::sqlite:
            return std::make_unique<store::SqliteStore>(location->file);
        case config::StoreKind::redis:
            throw std::runtime_error("this build has no store on Redis");
    }
    throw std::logic_error("a store kind without a store");
}

}  // namespace voxpop::app
