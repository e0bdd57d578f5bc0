#include "app/redis_options.hpp"

#include <utility>

namespace voxpop::app {
namespace {

using config::RedisKind;
using store::redis::Topology;

Topology topology_of(RedisKind kind) {
    switch (kind) {
        case RedisKind::sentinel:
            return Topology::sentinel;
        case RedisKind::cluster:
            return Topology::cluster;
        case RedisKind::single:
        case RedisKind::unix_socket:
            break;
    }
    return Topology::single;
}

store::redis::ClientOptions client_options(
    const config::StoreConfig& config, const config::RedisLocation& location
) {
    store::redis::ClientOptions options;
    options.topology = topology_of(location.kind);
    for (const auto& [host, port] : location.hosts) {
        options.endpoints.push_back({.host = host, .port = port, .path = {}});
    }
    if (location.kind == RedisKind::unix_socket) {
        options.endpoints.push_back({.host = {}, .port = 0, .path = location.path});
    }
    options.master_name = location.master_name;
    options.user = location.user;
    options.password = location.password;
    options.database = location.database;
    options.sentinel_password = config.sentinel_password;
    return options;
}

}  // namespace

store::redis::StoreOptions redis_options(
    const config::Config& config, const config::RedisLocation& location
) {
    store::redis::StoreOptions options;
    options.client = client_options(config.store, location);
    options.ack = config.store.ack == config::StoreAck::replicated ? store::redis::Ack::replicated
                                                                   : store::redis::Ack::stored;
    options.replicas = static_cast<unsigned>(config.store.replicas);
    options.replica_timeout = config.store.replica_timeout;
    options.wait = config.store.wait;
    options.site = config.site.id;
    options.log = base::Log(config.log_level);
    options.warn_of_settings = !config.dev;  // who tries it out takes Redis as it comes
    return options;
}

}  // namespace voxpop::app
