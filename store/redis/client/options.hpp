// Where Redis is and how patiently it is talked to: what make_client() needs. Plain data.
#pragma once

#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace voxpop::store::redis {

// The address of one server: host and port, or the path of a unix socket.
struct Endpoint {
    std::string host;  // a name or an address, IPv6 without brackets; empty: `path` counts
    std::uint16_t port = 6379;
    std::string path;

    // "host:port", "[::1]:port" or the path: for log lines, and the name of a shard.
    [[nodiscard]] std::string text() const;
    friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

enum class Topology : std::uint8_t {
    single,    // endpoints[0] is the server
    sentinel,  // the endpoints are Sentinels, which know where `master_name` is
    cluster,   // the endpoints are some nodes of a Cluster, which know the others
};

// Reconnecting waits a random time from zero to first · 2^failures, at most `longest` ("full
// jitter"), so that nodes which lost the same server do not come back in step.
struct BackoffOptions {
    std::chrono::milliseconds first{50};
    std::chrono::milliseconds longest{2'000};
};

struct ClientOptions {
    Topology topology = Topology::single;
    std::vector<Endpoint> endpoints;
    std::string master_name;  // Sentinel's name for the server

    // Given to Redis servers, not to Sentinels. An empty user with a password is the user
    // `default`.
    std::string user;
    std::string password;
    int database = 0;  // a Cluster has none but 0
    std::string sentinel_user;
    std::string sentinel_password;

    // Name look-up, connecting, AUTH and SELECT together. Longer than a lost SYN's first repeat (1
    // s).
    std::chrono::milliseconds connect_timeout{2'000};
    // Calls with Command::replicated() have a connection of their own to each primary, so that no
    // other call stands behind their WAIT. They overtake, and are overtaken by, other calls.
    bool waits_apart = false;
    // How long a server may stay silent while an answer is due; then the connection is given up and
    // what was in flight is `unknown`. Measured from the last answer: a long pipeline that moves is
    // not late. Longer than the slowest single command, shorter than what a reader would wait.
    std::chrono::milliseconds command_timeout{2'000};
    BackoffOptions backoff;
    // A subscription that is silent this long is asked (PING) whether it still lives.
    std::chrono::milliseconds ping_interval{5'000};
    // A Cluster's slots are read again this often, so that a failover is found without traffic.
    std::chrono::milliseconds slots_interval{5'000};

    // Per connection; beyond them a call is `unsent`. Calls that wait for an answer:
    std::size_t in_flight_calls_max = 65'536;
    // Channels that are to be left, and wait for room among those calls; beyond them the connection
    // is given up, and the next one is asked for what is wanted alone.
    std::size_t channels_leaving_max = 65'536;
    // Bytes that the socket has not taken yet:
    std::size_t output_bytes_max = 64 * 1024 * 1024;
    // One reply; a longer one ends the connection.
    std::size_t reply_bytes_max = 64 * 1024 * 1024;
    // How often one call may be sent on (MOVED, ASK) before it is `unsent`.
    int redirects_max = 5;
    // Shards of a Cluster.
    std::size_t shards_max = 1'024;
};

}  // namespace voxpop::store::redis
