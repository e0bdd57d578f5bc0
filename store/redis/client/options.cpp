#include "store/redis/client/options.hpp"

namespace voxpop::store::redis {

std::string Endpoint::text() const {
    if (host.empty()) return path;
    const bool ipv6 = host.find(':') != std::string::npos;
    return (ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

}  // namespace voxpop::store::redis
