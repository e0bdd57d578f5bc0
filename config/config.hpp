// The whole configuration, typed and checked. Loading order: built-in defaults < file (TOML) <
// environment (VOXPOP_SECTION_KEY) < flags. docs/CONFIG.md is the same list for people, kept in
// step by a test.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/limits.hpp"
#include "base/log.hpp"

namespace voxpop::config {

namespace limits = base::limits;

struct Listen {
    std::string address = "127.0.0.1";
    std::uint16_t port = 8080;
};

// When a write to Redis is acknowledged.
enum class StoreAck : std::uint8_t { stored, replicated };

struct StoreConfig {
    std::string url;  // see store_location.hpp; empty: sqlite in data_dir
    std::string data_dir = "voxpop-data";
    // Redis alone.
    StoreAck ack = StoreAck::stored;
    std::size_t replicas = 1;  // that must have a write, with `replicated`
    base::Millis replica_timeout{1'000};
    base::Millis wait{0};           // for how long a write may wait for a store that is away
    std::string sentinel_password;  // the Sentinels' own; empty: they ask for none
};

// A key that connection tokens are verified with. The algorithm belongs to the key, never to the
// token.
struct TokenKey {
    std::string id;               // the token's `kid`; empty: for tokens without one
    std::string algorithm;        // HS256, RS256 or ES256
    std::string secret;           // HS256: the secret; else empty
    std::string public_key_file;  // RS256, ES256: where the key came from
    std::string public_key;       // its PEM text, read while loading
    friend bool operator==(const TokenKey&, const TokenKey&) = default;
};

struct AuthConfig {
    std::vector<TokenKey> keys;
    std::string admin_token;    // bearer token of the site's own backend; empty: no such access
    std::string device_secret;  // signs guests' device tokens; empty: made once, kept with the data
    bool guests = true;         // a connection without a token is a guest
    base::Millis token_ttl_max{0};  // tokens that live longer are refused; zero: any
};

struct SiteConfig {
    std::string id = "default";
    std::vector<std::string> origins;  // "https://news.example", "https://*.news.example"
    bool threads_on_first_use = true;
    bool premoderate = false;  // new threads wait for approval of each comment
};

// Per minute, with a burst. Zero: unlimited.
struct RateConfig {
    std::uint32_t burst = 0;
    std::uint32_t per_minute = 0;
};

struct RatesConfig {
    RateConfig commands_per_connection{200, 6'000};
    RateConfig votes_per_user{20, 60};
    RateConfig comments_per_user{5, 10};
    RateConfig taps_per_user{20, 240};
    RateConfig connections_per_ip{100, 600};
    RateConfig writes_per_ip{200, 1'200};
    bool exempt_loopback = false;  // lifts the limits per IP for loopback addresses
};

struct LimitsConfig {
    base::Millis tick = limits::kTick;
    base::Millis ping_interval = limits::kPingInterval;
    base::Millis pong_timeout = limits::kPongTimeout;
    base::Millis edit_window = limits::kEditWindow;
    std::size_t sessions_per_core = limits::kSessionsPerCoreMax;
    std::size_t outbox_bytes = limits::kOutboxBytesMax;
    std::size_t channels_per_client = limits::kChannelsPerClientMax;
    std::size_t command_bytes = limits::kCommandBytesMax;
    std::size_t comment_graphemes = limits::kCommentGraphemesMax;
};

struct Config {
    Listen listen;
    std::vector<std::string> trusted_proxies;  // addresses and blocks: "10.0.0.0/8"
    std::size_t cores = 0;                     // 0: as many as the machine has
    base::LogLevel log_level = base::LogLevel::info;
    StoreConfig store;
    AuthConfig auth;
    SiteConfig site;
    RatesConfig rates;
    LimitsConfig limits;
    bool dev = false;  // the demo: seeded thread and poll, localhost origins
};

}  // namespace voxpop::config
