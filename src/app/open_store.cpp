#include "app/open_store.hpp"

#include <stdexcept>

#include "app/redis_options.hpp"
#include "config/store_location.hpp"
#include "store/memory/memory_store.hpp"
#include "store/redis/redis_store.hpp"
#include "store/sqlite/sqlite_store.hpp"

namespace voxpop::app {

std::unique_ptr<domain::Store> open_store(const config::Config& config) {
    const auto location = config::locate_store(config.store);
    if (!location) throw std::runtime_error(location.error());
    switch (location->kind) {
        case config::StoreKind::memory:
            return std::make_unique<store::MemoryStore>();
        case config::StoreKind::sqlite:
            return std::make_unique<store::SqliteStore>(location->file);
        case config::StoreKind::redis:
            return std::make_unique<store::redis::RedisStore>(redis_options(config, location->redis)
            );
    }
    throw std::logic_error("a store kind without a store");
}

}  // namespace voxpop::app
