// The rows, and how the members of Config become values and back.
#include <algorithm>
#include <array>

#include "base/striped_counter.hpp"
#include "config/listen.hpp"
#include "config/setting.hpp"

namespace voxpop::config {
namespace {

using namespace std::chrono_literals;

Value to_value(const std::string& v) {
    return v;
}
Value to_value(bool v) {
    return v;
}
Value to_value(std::size_t v) {
    return static_cast<std::int64_t>(v);
}
Value to_value(std::uint32_t v) {
    return std::int64_t{v};
}
Value to_value(base::Millis v) {
    return std::int64_t{v.count()};
}
Value to_value(const std::vector<std::string>& v) {
    return v;
}
Value to_value(const std::vector<TokenKey>& v) {
    return v;
}
Value to_value(const Listen& v) {
    return to_string(v);
}
constexpr std::array<std::string_view, 2> kAcks{"stored", "replicated"};
Value to_value(StoreAck v) {
    return std::string(kAcks.at(static_cast<std::size_t>(v)));
}
Value to_value(base::LogLevel v) {
    constexpr std::array<std::string_view, 5> kNames{"debug", "info", "warn", "error", "off"};
    return std::string(kNames.at(static_cast<std::size_t>(v)));
}

void from_value(std::string& out, const Value& v) {
    out = std::get<std::string>(v);
}
void from_value(bool& out, const Value& v) {
    out = std::get<bool>(v);
}
void from_value(std::size_t& out, const Value& v) {
    out = static_cast<std::size_t>(std::get<std::int64_t>(v));
}
void from_value(std::uint32_t& out, const Value& v) {
    out = static_cast<std::uint32_t>(std::get<std::int64_t>(v));
}
void from_value(base::Millis& out, const Value& v) {
    out = base::Millis(std::get<std::int64_t>(v));
}
void from_value(std::vector<std::string>& out, const Value& v) {
    out = std::get<std::vector<std::string>>(v);
}
void from_value(std::vector<TokenKey>& out, const Value& v) {
    out = std::get<std::vector<TokenKey>>(v);
}
void from_value(Listen& out, const Value& v) {
    out = parse_listen(std::get<std::string>(v)).value_or(out);
}
void from_value(StoreAck& out, const Value& v) {
    out = std::get<std::string>(v) == kAcks[0] ? StoreAck::stored : StoreAck::replicated;
}
void from_value(base::LogLevel& out, const Value& v) {
    (void)base::parse_log_level(std::get<std::string>(v), out);  // check_value() let it pass
}

struct Bounds {
    std::int64_t least = 0;
    std::int64_t most = 0;
};
constexpr Bounds between(base::Millis least, base::Millis most) {
    return {least.count(), most.count()};
}

// A row for the member that `at` gives of a Config.
template <auto at>
constexpr Setting row(std::string_view name, Kind kind, Bounds bounds, std::string_view help) {
    return {
        .name = name,
        .kind = kind,
        .least = bounds.least,
        .most = bounds.most,
        .get = [](const Config& config) { return to_value(at(config)); },
        .set = [](Config& config, const Value& value) { from_value(at(config), value); },
        .help = help
    };
}

#define VOXPOP_AT(member) ([](auto& config) -> auto& { return config.member; })

constexpr std::int64_t kCoresMax = base::kStripes - 8;  // the rest is for service threads
constexpr Bounds kRate{0, 1'000'000};
constexpr Bounds kSecret{32, 4'096};

constexpr std::array kSettings{
    row<VOXPOP_AT(listen)>(
        "server.listen", Kind::address, {}, "Where to listen. Port 0 takes any free port."
    ),
    row<VOXPOP_AT(trusted_proxies)>(
        "server.trusted_proxies", Kind::networks, {},
        "Proxies in front of this server: `10.0.0.0/8`, `2001:db8::5`. Of a request from one, the "
        "client is the last address in X-Forwarded-For that is not a proxy as well."
    ),
    row<VOXPOP_AT(cores)>(
        "server.cores", Kind::integer, {0, kCoresMax},
        "Threads that serve connections. 0: one for each core of the machine."
    ),
    row<VOXPOP_AT(log_level)>(
        "server.log_level", Kind::log_level, {}, "The least severe lines that are logged."
    ),
    row<VOXPOP_AT(dev)>(
        "server.dev", Kind::boolean, {},
        "Demo mode: seeds the thread and poll `demo`, lets pages of localhost in, and lifts the "
        "limits "
        "per address for loopback. Not for the open internet."
    ),
    row<VOXPOP_AT(store.url)>(
        "store.url", Kind::store_url, {},
        "The store: `sqlite:PATH`, `memory:` (nothing is kept), or a Redis that several nodes may "
        "share: `redis://[user:password@]host:port[/db]`, `redis+unix://path`, "
        "`redis+sentinel://host:port,…/name`, `redis+cluster://host:port,…`. "
        "Empty: SQLite in store.data_dir."
    ),
    row<VOXPOP_AT(store.data_dir)>(
        "store.data_dir", Kind::path, {},
        "The folder of the database and of the secrets that the server makes for itself."
    ),
    row<VOXPOP_AT(store.ack)>(
        "store.ack", Kind::acknowledgement, {},
        "Redis: when a write is acknowledged: once the primary has it, or once replicas have it "
        "too."
    ),
    row<VOXPOP_AT(store.replicas)>(
        "store.replicas", Kind::integer, {1, 5},
        "Redis: how many replicas must have a write, with store.ack `replicated`."
    ),
    row<VOXPOP_AT(store.replica_timeout)>(
        "store.replica_timeout", Kind::duration, between(10ms, 1min),
        "Redis: how long to wait for them; then the write is answered with a temporary error."
    ),
    row<VOXPOP_AT(store.wait)>(
        "store.wait", Kind::duration, between(0ms, 1min),
        "Redis: how long a write may wait while Redis is away. 0s: it is refused at once."
    ),
    row<VOXPOP_AT(store.sentinel_password)>(
        "store.sentinel_password", Kind::secret, {1, 4'096},
        "Redis: the password that the Sentinels ask for (their `requirepass`); that of the servers "
        "is in store.url. Empty: they ask for none."
    ),
    row<VOXPOP_AT(store.sentinel_password)>(
        "store.sentinel_password_file", Kind::secret_file, {1, 4'096},
        "A file that holds store.sentinel_password."
    ),
    row<VOXPOP_AT(auth.keys)>(
        "auth.keys", Kind::keys, {}, "The keys that sign the site's connection tokens; see below."
    ),
    row<VOXPOP_AT(auth.admin_token)>(
        "auth.admin_token", Kind::secret, {16, 4'096},
        "The bearer token of the site's own backend for the HTTP API. Empty: no such access."
    ),
    row<VOXPOP_AT(auth.admin_token)>(
        "auth.admin_token_file", Kind::secret_file, {16, 4'096},
        "A file that holds auth.admin_token."
    ),
    row<VOXPOP_AT(auth.device_secret)>(
        "auth.device_secret", Kind::secret, kSecret,
        "Signs guests' device tokens. Empty: made once and kept beside the database."
    ),
    row<VOXPOP_AT(auth.device_secret)>(
        "auth.device_secret_file", Kind::secret_file, kSecret,
        "A file that holds auth.device_secret."
    ),
    row<VOXPOP_AT(auth.guests)>(
        "auth.guests", Kind::boolean, {}, "Whether a connection without a token is a guest."
    ),
    row<VOXPOP_AT(auth.token_ttl_max)>(
        "auth.token_ttl_max", Kind::duration, between(0ms, 24h * 366),
        "Connection tokens that live longer are refused. 0s: any; 15min is good practice."
    ),
    row<VOXPOP_AT(site.id)>(
        "site.id", Kind::text, {1, 64}, "The site's name in channels and logs."
    ),
    row<VOXPOP_AT(site.origins)>(
        "site.origins", Kind::origins, {},
        "Web pages that may connect: `https://news.example`, `https://*.news.example`."
    ),
    row<VOXPOP_AT(site.threads_on_first_use)>(
        "site.threads_on_first_use", Kind::boolean, {},
        "Whether first use makes a thread: by a page of one of the origins, or with a moderator's "
        "or "
        "administrator's token."
    ),
    row<VOXPOP_AT(site.premoderate)>(
        "site.premoderate", Kind::boolean, {},
        "Whether comments in new threads wait for a moderator's approval."
    ),
    row<VOXPOP_AT(rates.commands_per_connection.burst)>(
        "rates.commands_per_connection.burst", Kind::integer, kRate,
        "Commands that one connection may send at once."
    ),
    row<VOXPOP_AT(rates.commands_per_connection.per_minute)>(
        "rates.commands_per_connection.per_minute", Kind::integer, kRate,
        "Commands of one connection per minute. 0 in any rate: unlimited."
    ),
    row<VOXPOP_AT(rates.votes_per_user.burst)>(
        "rates.votes_per_user.burst", Kind::integer, kRate, "Votes of one user at once."
    ),
    row<VOXPOP_AT(rates.votes_per_user.per_minute)>(
        "rates.votes_per_user.per_minute", Kind::integer, kRate, "Votes of one user per minute."
    ),
    row<VOXPOP_AT(rates.comments_per_user.burst)>(
        "rates.comments_per_user.burst", Kind::integer, kRate, "Comments of one user at once."
    ),
    row<VOXPOP_AT(rates.comments_per_user.per_minute)>(
        "rates.comments_per_user.per_minute", Kind::integer, kRate,
        "Comments of one user per minute."
    ),
    row<VOXPOP_AT(rates.taps_per_user.burst)>(
        "rates.taps_per_user.burst", Kind::integer, kRate,
        "Calls of one user at once that add hearts or claps; a call may add several."
    ),
    row<VOXPOP_AT(rates.taps_per_user.per_minute)>(
        "rates.taps_per_user.per_minute", Kind::integer, kRate,
        "Calls of one user per minute that add hearts or claps."
    ),
    row<VOXPOP_AT(rates.connections_per_ip.burst)>(
        "rates.connections_per_ip.burst", Kind::integer, kRate,
        "New connections from one address at once. An address is an IPv4 address or an IPv6 /64."
    ),
    row<VOXPOP_AT(rates.connections_per_ip.per_minute)>(
        "rates.connections_per_ip.per_minute", Kind::integer, kRate,
        "New connections from one address per minute."
    ),
    row<VOXPOP_AT(rates.writes_per_ip.burst)>(
        "rates.writes_per_ip.burst", Kind::integer, kRate,
        "Writes of all users of one address at once."
    ),
    row<VOXPOP_AT(rates.writes_per_ip.per_minute)>(
        "rates.writes_per_ip.per_minute", Kind::integer, kRate,
        "Writes of all users of one address per minute."
    ),
    row<VOXPOP_AT(rates.exempt_loopback)>(
        "rates.exempt_loopback", Kind::boolean, {},
        "Whether the limits per address leave out loopback addresses. On in demo mode unless it is "
        "set."
    ),
    row<VOXPOP_AT(limits.tick)>(
        "limits.tick", Kind::duration, between(10ms, 10s),
        "How often changed tallies, counts and comments are sent."
    ),
    row<VOXPOP_AT(limits.ping_interval)>(
        "limits.ping_interval", Kind::duration, between(1s, 5min),
        "How often a connection is pinged."
    ),
    row<VOXPOP_AT(limits.pong_timeout)>(
        "limits.pong_timeout", Kind::duration, between(1s, 2min),
        "How long a client may take to answer a ping; shorter than limits.ping_interval."
    ),
    row<VOXPOP_AT(limits.edit_window)>(
        "limits.edit_window", Kind::duration, between(0ms, 24h * 7),
        "How long authors may edit a comment. 0s: not at all."
    ),
    row<VOXPOP_AT(limits.sessions_per_core)>(
        "limits.sessions_per_core", Kind::integer, {1, 1'000'000},
        "Connections that one core takes."
    ),
    row<VOXPOP_AT(limits.outbox_bytes)>(
        "limits.outbox_bytes", Kind::integer, {base::limits::kOutboxBytesLeast, 64 * 1024 * 1024},
        "What may wait for one slow client before it is disconnected, in bytes."
    ),
    row<VOXPOP_AT(limits.channels_per_client)>(
        "limits.channels_per_client", Kind::integer, {1, 1'024}, "Subscriptions of one connection."
    ),
    row<VOXPOP_AT(limits.command_bytes)>(
        "limits.command_bytes", Kind::integer,
        {static_cast<std::int64_t>(5 * limits::kCommentBytesMax / 2),
         static_cast<std::int64_t>(limits::kFirstFrameBytesMax)},
        "The longest command, in bytes."
    ),
    row<VOXPOP_AT(limits.comment_graphemes)>(
        "limits.comment_graphemes", Kind::integer, {1, 5'000},
        "The longest comment, in characters as a reader counts them; in no case more than 16 KiB."
    ),
};

#undef VOXPOP_AT

}  // namespace

std::span<const Setting> settings() {
    return kSettings;
}

const Setting* find_setting(std::string_view name) {
    const auto found = std::ranges::find(kSettings, name, &Setting::name);
    return found == kSettings.end() ? nullptr : &*found;
}

}  // namespace voxpop::config
