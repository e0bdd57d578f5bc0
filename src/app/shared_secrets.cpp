#include "app/shared_secrets.hpp"

#include <algorithm>
#include <future>
#include <utility>

#include "app/redis_options.hpp"
#include "config/store_location.hpp"
#include "store/redis/find_secret.hpp"
#include "store/redis/redis_store.hpp"

namespace voxpop::app {
namespace {

// For a store that is asked one thing and closed again.
class NobodyListens final : public domain::StoreObserver {
  public:
    void on_group(std::span<domain::Settled>, std::span<domain::Change>) override {}
    void on_health(bool, const std::string&) override {}
};

base::Result<std::string> agree_on(
    domain::Store& store, const std::string& name, std::string proposal
) {
    std::promise<base::Result<std::string>> promise;
    auto kept = promise.get_future();
    store.secret(name, std::move(proposal), [&promise](base::Result<std::string> answer) {
        promise.set_value(std::move(answer));
    });
    return kept.get();
}

}  // namespace

base::Result<Secrets> agree_on_secrets(domain::Store& store, Secrets proposal) {
    auto device = agree_on(store, "device", std::move(proposal.device_secret));
    if (!device) return std::unexpected(device.error());
    auto token = agree_on(store, "token", std::move(proposal.token_key));
    if (!token) return std::unexpected(token.error());
    return Secrets{std::move(*device), std::move(*token)};
}

std::expected<Secrets, std::string> shared_secrets(const config::Config& config) {
    const auto location = config::locate_store(config.store);
    if (!location) return std::unexpected(location.error());
    if (location->kind != config::StoreKind::redis) return open_secrets(config);
    NobodyListens observer;
    auto options = redis_options(config, location->redis);
    options.warn_of_settings = false;  // the node's own store does
    store::redis::RedisStore store(std::move(options));
    store.start(observer);
    auto secrets = agree_on_secrets(store, make_secrets());
    store.stop();
    if (!secrets) {
        return std::unexpected(
            "the store does not tell its secrets: " + std::string(secrets.error().message())
        );
    }
    if (!config.auth.device_secret.empty()) secrets->device_secret = config.auth.device_secret;
    return std::move(*secrets);
}

std::expected<Secrets, std::string> find_signing_secrets(const config::Config& config) {
    auto secrets = make_secrets();
    const bool site_has_key =
        std::ranges::find(config.auth.keys, "HS256", &config::TokenKey::algorithm) !=
        config.auth.keys.end();
    if (site_has_key) return secrets;
    const auto location = config::locate_store(config.store);
    if (!location) return std::unexpected(location.error());
    auto key = location->kind == config::StoreKind::redis
                   ? store::redis::find_secret(redis_options(config, location->redis), "token")
                   : find_token_key(*location);
    if (!key) return std::unexpected(std::move(key.error()));
    secrets.token_key = std::move(*key);
    return secrets;
}

}  // namespace voxpop::app
