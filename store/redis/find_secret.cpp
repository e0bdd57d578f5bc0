#include "store/redis/find_secret.hpp"

#include "store/redis/blocking_client.hpp"
#include "store/redis/keys.hpp"

namespace voxpop::store::redis {

std::expected<std::string, std::string> find_secret(
    const StoreOptions& options, std::string_view name
) {
    BlockingClient redis(options, BlockingClient::Calls::plain);
    redis.connect();
    const auto key = keys::secret(name);
    const auto reply = redis.ask(key, Command("GET").arg(key));
    if (!redis.ok()) return std::unexpected(redis.failure());
    if (reply.view().nil()) return std::unexpected("Redis: " + std::string(kNothingThere));
    return std::string(reply.view().text());
}

}  // namespace voxpop::store::redis
