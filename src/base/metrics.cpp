#include "base/metrics.hpp"

#include <cstdlib>
#include <string_view>

namespace voxpop::base {
namespace {

struct Row {
    std::string_view name;
    std::string_view help;
};

constexpr auto kCounterCount = static_cast<std::size_t>(Metric::count_);
constexpr auto kGaugeCount = static_cast<std::size_t>(Gauge::count_);

constexpr std::array<Row, kCounterCount> kCounters{{
    {"connections_accepted_total", "TCP connections accepted"},
    {"connections_refused_total", "Connections refused: limits, origin or no file descriptor"},
    {"commands_total", "Client commands read"},
    {"command_errors_total", "Client commands answered with an error"},
    {"parse_errors_total", "Frames that were not a command"},
    {"rate_limited_total", "Commands refused by a rate limit"},
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
    {"store_errors_total", "Errors of the store itself"},
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

void append_row(std::string& out, const Row& row, std::string_view type, const std::string& value) {
    const std::string name = "voxpop_" + std::string(row.name);
    out += "# HELP " + name + " " + std::string(row.help) + "\n";
    out += "# TYPE " + name + " " + std::string(type) + "\n";
    out += name + " " + value + "\n";
}

}  // namespace

std::size_t Metrics::claim_stripe() {
    const std::size_t stripe = next_stripe_.fetch_add(1, std::memory_order_relaxed);
    if (stripe >= kStripes) std::abort();  // more threads than any configuration allows
    return stripe;
}

std::string Metrics::prometheus() const {
    std::string out;
    for (std::size_t i = 0; i < kCounterCount; ++i) {
        append_row(out, kCounters[i], "counter", std::to_string(sum(static_cast<Metric>(i))));
    }
    for (std::size_t i = 0; i < kGaugeCount; ++i) {
        append_row(out, kGauges[i], "gauge", std::to_string(value(static_cast<Gauge>(i))));
    }
    return out;
}

}  // namespace voxpop::base
