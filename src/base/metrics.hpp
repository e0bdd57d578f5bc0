// What the server counts about itself, for /metrics in the Prometheus text format.
//
// A metric is an enumerator with a row in metrics.cpp (name, help, label). Counters are striped by
// thread: each thread that counts takes a stripe once (Metrics::claim_stripe) and keeps it. Gauges
// are plain atomics that are set or added to.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/striped_counter.hpp"

namespace voxpop::base {

enum class Metric : std::uint8_t {
    connections_accepted,
    connections_refused,
    commands,
    command_errors,
    parse_errors,
    rate_limited_commands_per_connection,
    rate_limited_votes_per_user,
    rate_limited_comments_per_user,
    rate_limited_taps_per_user,
    rate_limited_connections_per_ip,
    rate_limited_writes_per_ip,
    tokens_refused_missing,
    tokens_refused_malformed,
    tokens_refused_unknown_key,
    tokens_refused_signature,
    tokens_refused_claims,
    tokens_refused_expired,
    tokens_refused_device,
    tokens_refused_other_user,
    tokens_refused_not_admin,
    pushes_delivered,
    bytes_sent,
    sends,
    slow_disconnects,
    slow_resubscribes,
    pong_timeouts,
    publications,
    votes_acknowledged,
    comments_acknowledged,
    writes_acknowledged,
    writes_failed,
    groups_committed,
    write_wait_us,  // microseconds, of all writes together
    store_errors,
    taps_counted,
    taps_flushed,
    recoveries,
    recoveries_failed,
    http_requests,
    http_errors,
    count_
};

enum class Gauge : std::uint8_t {
    connections,
    subscriptions,
    channels,
    store_queue,
    store_up,
    store_shards_missing,
    taps_waiting,
    start_time_seconds,
    count_
};

class Metrics {
  public:
    // A stripe of one's own, for the calling thread to keep. Any thread; aborts after kStripes
    // claims.
    [[nodiscard]] std::size_t claim_stripe();

    void add(Metric metric, std::size_t stripe, std::uint64_t n = 1) {
        counters_[static_cast<std::size_t>(metric)].add(stripe, n);
    }
    [[nodiscard]] std::uint64_t sum(Metric metric) const {
        return counters_[static_cast<std::size_t>(metric)].sum();
    }

    void set(Gauge gauge, std::int64_t value) {
        gauges_[static_cast<std::size_t>(gauge)].store(value, std::memory_order_relaxed);
    }
    void adjust(Gauge gauge, std::int64_t by) {
        gauges_[static_cast<std::size_t>(gauge)].fetch_add(by, std::memory_order_relaxed);
    }
    [[nodiscard]] std::int64_t value(Gauge gauge) const {
        return gauges_[static_cast<std::size_t>(gauge)].load(std::memory_order_relaxed);
    }

    // The whole set as Prometheus text, version 0.0.4. Any thread.
    [[nodiscard]] std::string prometheus() const;

  private:
    std::atomic<std::size_t> next_stripe_{0};
    std::array<StripedCounter, static_cast<std::size_t>(Metric::count_)> counters_;
    std::array<std::atomic<std::int64_t>, static_cast<std::size_t>(Gauge::count_)> gauges_{};
};

}  // namespace voxpop::base
