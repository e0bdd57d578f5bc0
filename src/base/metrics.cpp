#include "base/metrics.hpp"

#include <cstdlib>
#include <string_view>
#include <utility>

namespace voxpop::base {
namespace {

// Rows of one name follow each other, each with a label of its own.
struct Row {
    std::string_view name;
    std::string_view help;
    std::string_view label{};
};

constexpr auto kCounterCount = static_cast<std::size_t>(Metric::count_);
constexpr auto kGaugeCount = static_cast<std::size_t>(Gauge::count_);

constexpr std::string_view kRateLimited =
    "Commands and connections refused, by the limit in [rates]";
constexpr std::string_view kTokensRefused =
    "Connection tokens and tokens of the API refused, by what is wrong with them";

constexpr std::array<Row, kCounterCount> kCounters{{
    {"connections_accepted_total", "TCP connections accepted"},
    {"connections_refused_total", "Connections refused: limits, origin or no file descriptor"},
    {"commands_total", "Client commands read"},
    {"command_errors_total", "Client commands answered with an error"},
    {"parse_errors_total", "Frames that were not a command"},
    {"rate_limited_total", kRateLimited, R"(limit="commands_per_connection")"},
    {"rate_limited_total", kRateLimited, R"(limit="votes_per_user")"},
    {"rate_limited_total", kRateLimited, R"(limit="comments_per_user")"},
    {"rate_limited_total", kRateLimited, R"(limit="taps_per_user")"},
    {"rate_limited_total", kRateLimited, R"(limit="connections_per_ip")"},
    {"rate_limited_total", kRateLimited, R"(limit="writes_per_ip")"},
    {"tokens_refused_total", kTokensRefused, R"(reason="missing")"},
    {"tokens_refused_total", kTokensRefused, R"(reason="malformed")"},
    {"tokens_refused_total", kTokensRefused, R"(reason="unknown_key")"},
    {"tokens_refused_total", kTokensRefused, R"(reason="signature")"},
    {"tokens_refused_total", kTokensRefused, R"(reason="claims")"},
    {"tokens_refused_total", kTokensRefused, R"(reason="expired")"},
    {"tokens_refused_total", kTokensRefused, R"(reason="device")"},
    {"tokens_refused_total", kTokensRefused, R"(reason="other_user")"},
    {"tokens_refused_total", kTokensRefused, R"(reason="not_admin")"},
    {"pushes_delivered_total", "Publications put into a subscriber's outbox"},
    {"bytes_sent_total", "Bytes handed to the kernel"},
    {"sends_total", "Send calls"},
    {"slow_disconnects_total", "Connections closed because their outbox was full"},
    {"slow_resubscribes_total", "Subscriptions told to resubscribe because their outbox was full"},
    {"pong_timeouts_total", "Connections closed for a missing pong"},
    {"publications_total", "Publications made, before fan-out"},
    {"votes_acknowledged_total", "Ballots acknowledged after their commit"},
    {"comments_acknowledged_total", "Comment writes acknowledged after their commit"},
    {"writes_acknowledged_total", "Write commands acknowledged after their commit"},
    {"writes_failed_total", "Write commands refused or failed"},
    {"groups_committed_total", "Group commits"},
    {"write_wait_microseconds_total", "Time that write commands waited for their outcome, summed up"
    },
    {"store_errors_total", "Writes that the store did not take, and times that it went away"},
    {"taps_counted_total", "Hearts and claps that clients were told are counted"},
    {"taps_flushed_total", "Hearts and claps that the store has"},
    {"recoveries_total", "Subscriptions that recovered everything they missed"},
    {"recoveries_failed_total", "Subscriptions that were told to reload"},
    {"http_requests_total", "HTTP requests served"},
    {"http_errors_total", "HTTP requests answered with 4xx or 5xx"},
}};

constexpr std::array<Row, kGaugeCount> kGauges{{
    {"connections", "Open WebSocket connections"},
    {"subscriptions", "Subscriptions of all connections"},
    {"channels", "Channels that this node keeps"},
    {"store_queue_commands", "Write commands whose outcome is not known yet"},
    {"store_up", "1 while the store accepts writes, of all threads or of some"},
    {"store_shards_missing",
     "Shards of the store that are away: their threads can be read and written by nobody"},
    {"taps_waiting", "Hearts and claps that this node has counted and the store has not yet"},
    {"start_time_seconds", "When this process started, Unix time"},
}};

// `before` is the last row's name: what has it, too, has its help and type.
void append_row(
    std::string& out, const Row& row, std::string_view before, std::string_view type,
    const std::string& value
) {
    const std::string name = "voxpop_" + std::string(row.name);
    if (row.name != before) {
        out += "# HELP " + name + " " + std::string(row.help) + "\n";
        out += "# TYPE " + name + " " + std::string(type) + "\n";
    }
    out += name;
    if (!row.label.empty()) out += "{" + std::string(row.label) + "}";
    out += " " + value + "\n";
}

}  // namespace

std::size_t Metrics::claim_stripe() {
    const std::size_t stripe = next_stripe_.fetch_add(1, std::memory_order_relaxed);
    if (stripe >= kStripes) std::abort();  // more threads than any configuration allows
    return stripe;
}

std::string Metrics::prometheus() const {
    std::string out;
    std::string_view before;
    for (std::size_t i = 0; i < kCounterCount; ++i) {
        const auto value = std::to_string(sum(static_cast<Metric>(i)));
        append_row(out, kCounters[i], std::exchange(before, kCounters[i].name), "counter", value);
    }
    for (std::size_t i = 0; i < kGaugeCount; ++i) {
        const auto number = std::to_string(value(static_cast<Gauge>(i)));
        append_row(out, kGauges[i], std::exchange(before, kGauges[i].name), "gauge", number);
    }
    return out;
}

}  // namespace voxpop::base
