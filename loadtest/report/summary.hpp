// A run's result as plain data: what the terminal, the JSON file, the HTML page and the thresholds
// all tell of.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "loadtest/board.hpp"
#include "loadtest/check/checker.hpp"

namespace voxpop::load {

struct Latency {
    Event event = Event::vote;
    std::uint64_t count = 0;
    double mean = 0;  // all in milliseconds
    double p50 = 0;
    double p90 = 0;
    double p99 = 0;
    double p999 = 0;
    double max = 0;
    // Value in milliseconds by share, for the percentile plot.
    std::vector<std::pair<double, double>> curve;
};

// One second of the run.
struct Second {
    double at = 0;  // seconds since the schedules began; negative while readers arrived
    std::uint64_t connections = 0;
    std::uint64_t sent = 0;
    std::uint64_t acknowledged = 0;
    std::uint64_t deliveries = 0;
    std::uint64_t errors = 0;  // refused, unknown, failed and lost connections
    double client_cpu = 0;     // of the busiest worker, 0 to 1
    double server_cpu = 0;     // in cores
    double server_memory_mb = 0;
    // Milliseconds by event; nothing recorded: negative.
    std::array<double, kEvents> p50 = nothing();
    std::array<double, kEvents> p99 = nothing();

    static constexpr std::array<double, kEvents> nothing() {
        std::array<double, kEvents> none{};
        none.fill(-1);
        return none;
    }
};

struct Summary {
    std::string scenario;
    std::string command_line;
    std::string version;         // of this tool
    std::string server_version;  // empty: not known
    std::string system;          // kernel and machine
    std::string started_at;      // UTC, ISO 8601
    std::uint64_t run = 0;
    std::vector<std::string> targets;
    double duration_s = 0;
    bool interrupted = false;
    bool arrivals_are_the_load = false;
    bool arrivals_count = false;  // connect and subscribe are part of p99_ms

    std::uint64_t connections = 0;       // asked for
    std::uint64_t connections_peak = 0;  // open at once
    std::uint64_t ready_at_start = 0;    // followed everything when the schedules began
    std::uint64_t connect_failures = 0;
    std::uint64_t lost_connections = 0;
    std::uint64_t sent = 0;
    std::uint64_t acknowledged = 0;
    std::uint64_t refused = 0;
    std::uint64_t unknown = 0;
    std::uint64_t unsent = 0;
    std::uint64_t deliveries = 0;
    std::uint64_t frames = 0;
    std::uint64_t bytes_in = 0;
    std::uint64_t bytes_out = 0;
    std::uint64_t recovered = 0;
    std::uint64_t recovered_publications = 0;
    std::uint64_t reloads = 0;
    std::vector<std::pair<std::uint32_t, std::uint64_t>> refusals;  // by error or close code

    double client_cpu = 0;       // of the busiest worker over the run, 0 to 1
    double client_cpu_peak = 0;  // in its busiest second
    double client_memory_per_connection_bytes = 0;
    std::uint64_t late = 0;
    double slip_max_ms = 0;
    double client_pause_max_ms = 0;
    unsigned workers = 1;
    unsigned lost_processes = 0;  // of the tool's own
    bool server_seen = false;     // its process runs here and may be looked at
    double server_cpu = 0;        // cores, over the run
    double server_cpu_peak = 0;
    double server_memory_mb = 0;        // at the end
    std::uint64_t server_restarts = 0;  // processes of the server that ended during the run
    double server_memory_per_connection_bytes = 0;

    std::vector<Latency> latency;  // those with anything recorded
    std::vector<Second> seconds;
    Verdict verdict;
    std::vector<std::string> notes;
    std::vector<std::string> warnings;  // why the numbers may be about the client
    struct Requirement {
        std::string expression;
        double value = 0;
        bool met = false;
    };
    std::vector<Requirement> requirements;

    [[nodiscard]] bool ok() const;
    [[nodiscard]] double seconds_or_one() const { return duration_s > 0 ? duration_s : 1; }
};

[[nodiscard]] Latency make_latency(Event event, const Histogram& histogram);

// For people: a screenful.
[[nodiscard]] std::string to_text(const Summary& summary);
// The verdict's paragraph alone, for people.
[[nodiscard]] std::string to_text(const Verdict& verdict);
// For programs; docs/LOADTEST.md names every field.
[[nodiscard]] std::string to_json(const Summary& summary);
// One self-contained page.
[[nodiscard]] std::string to_html(const Summary& summary);

// 3 significant digits, without an exponent: 0.412, 17.3, 1250. The same text everywhere.
[[nodiscard]] std::string figure(double value);
// 12345678 as 12,345,678.
[[nodiscard]] std::string grouped(std::uint64_t value);
// Both: 0.412, 17.3, 1,250.
[[nodiscard]] std::string grouped_figure(double value);

}  // namespace voxpop::load
