// The URLs of Redis: one server, a unix socket, Sentinel, a Cluster.
//
//   redis://[user:password@]host[:port][/db]
//   redis+unix://path[?db=N]                            (user:password@ before an absolute path
//   too) redis+sentinel://[user:password@]host[:port],…/name[?db=N]
//   redis+cluster://[user:password@]host[:port],…
//
// User and password are percent-decoded, IPv6 addresses stand in brackets. Pure.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace voxpop::config {

enum class RedisKind : std::uint8_t { single, unix_socket, sentinel, cluster };

struct RedisHost {
    std::string host;
    std::uint16_t port = 0;
    friend bool operator==(const RedisHost&, const RedisHost&) = default;
};

struct RedisLocation {
    RedisKind kind = RedisKind::single;
    std::vector<RedisHost> hosts;  // single: one; sentinel and cluster: those to ask; unix: none
    std::string path;              // unix: the socket
    std::string master_name;       // sentinel: the server's name there
    std::string user;
    std::string password;
    int database = 0;
    friend bool operator==(const RedisLocation&, const RedisLocation&) = default;
};

[[nodiscard]] bool is_redis_url(std::string_view url);

// The error is a sentence for the operator. It never repeats the URL, which may hold a password.
[[nodiscard]] std::expected<RedisLocation, std::string> parse_redis_url(std::string_view url);

// The URL as it may be shown and logged: the password replaced by "***". Of other URLs, the URL.
[[nodiscard]] std::string without_password(std::string_view url);

}  // namespace voxpop::config
