#include "loadtest/report/recorder.hpp"

#include <algorithm>
#include <cmath>

namespace voxpop::load {

namespace {

constexpr std::int64_t kRowNs = 1'000'000'000;
constexpr double kMega = 1024 * 1024;

std::vector<std::uint64_t> cpu_by_worker(const Board& board) {
    std::vector<std::uint64_t> out;
    for (const auto& worker : board.workers()) out.push_back(worker.get(Counter::cpu_us));
    return out;
}

std::uint64_t greatest_growth(
    const std::vector<std::uint64_t>& now, const std::vector<std::uint64_t>& before
) {
    std::uint64_t most = 0;
    for (std::size_t i = 0; i < now.size() && i < before.size(); ++i) {
        most = std::max(most, now[i] - before[i]);
    }
    return most;
}

}  // namespace

Recorder::Recorder(const Board& board, ServerProcesses server)
    : board_(board), server_(std::move(server)), server_before_(server_.look()) {
    last_ = totals(now_ns());
}

Recorder::Totals Recorder::totals(std::int64_t now_ns) {
    Totals t;
    t.at_ns = now_ns;
    t.sent = board_.sum(Counter::sent);
    t.acknowledged = board_.sum(Counter::acknowledged);
    t.deliveries = board_.sum(Counter::deliveries);
    t.errors = board_.sum(Counter::refused) + board_.sum(Counter::unknown) +
               board_.sum(Counter::connect_failures);
    t.cpu_us = cpu_by_worker(board_);
    // Servers that are all gone keep what they had when they were last seen.
    if (const ProcessUse use = server_.look(); use.memory_bytes > 0) server_now_ = use;
    t.server_cpu_s = server_now_.cpu_seconds;
    for (std::size_t i = 0; i < kEvents; ++i) {
        t.latency.push_back(board_.latency(static_cast<Event>(i)));
    }
    return t;
}

void Recorder::look(const Glance& glance) {
    connections_peak_ = std::max(connections_peak_, board_.sum(Counter::open));
    if (glance.start_ns != 0 && start_ns_ == 0) {
        add_row(glance);
        start_ns_ = glance.start_ns;
        cpu_at_start_us_ = last_.cpu_us;
        server_cpu_at_start_s_ = last_.server_cpu_s;
        memory_at_start_bytes_ = board_.sum(Counter::memory_bytes);
    }
    const bool over = glance.phase > Phase::running && start_ns_ != 0 && end_ns_ == 0;
    if (!over && glance.now_ns - last_.at_ns < kRowNs) return;
    add_row(glance);
    if (!over) return;
    end_ns_ = glance.now_ns;
    memory_at_end_bytes_ = board_.sum(Counter::memory_bytes);
    cpu_at_end_us_ = last_.cpu_us;
    server_cpu_at_end_s_ = last_.server_cpu_s;
}

void Recorder::add_row(const Glance& glance) {
    Totals now = totals(glance.now_ns);
    const double seconds = static_cast<double>(now.at_ns - last_.at_ns) / 1e9;
    if (seconds < 0.05) return;  // too short to divide by
    const auto per_second = [&](std::uint64_t a, std::uint64_t b) {
        return static_cast<std::uint64_t>(std::llround(static_cast<double>(a - b) / seconds));
    };
    Second row;
    const std::int64_t zero = glance.start_ns != 0 ? glance.start_ns : glance.now_ns;
    row.at = static_cast<double>(glance.now_ns - zero) / 1e9;
    row.connections = board_.sum(Counter::open);
    row.sent = per_second(now.sent, last_.sent);
    row.acknowledged = per_second(now.acknowledged, last_.acknowledged);
    row.deliveries = per_second(now.deliveries, last_.deliveries);
    row.errors = per_second(now.errors, last_.errors);
    row.client_cpu = static_cast<double>(greatest_growth(now.cpu_us, last_.cpu_us)) / 1e6 / seconds;
    row.server_cpu = (now.server_cpu_s - last_.server_cpu_s) / seconds;
    row.server_memory_mb = static_cast<double>(server_now_.memory_bytes) / kMega;
    for (std::size_t i = 0; i < kEvents; ++i) {
        const Histogram news = now.latency[i].since(last_.latency[i]);
        const bool any = news.count() > 0;
        row.p50[i] = any ? static_cast<double>(news.value_at(0.5)) / 1e3 : -1;
        row.p99[i] = any ? static_cast<double>(news.value_at(0.99)) / 1e3 : -1;
    }
    server_memory_peak_bytes_ = std::max(server_memory_peak_bytes_, server_now_.memory_bytes);
    seconds_.push_back(row);
    last_ = std::move(now);
}

void Recorder::fill(Summary& summary) const {
    summary.seconds = seconds_;
    // Before the schedules begin there is only the way to them: those rows count backwards.
    const auto first =
        std::ranges::find_if(summary.seconds, [](const Second& s) { return s.at > 0; });
    const auto length = static_cast<double>(first - summary.seconds.begin());
    for (auto row = summary.seconds.begin(); row != first; ++row) {
        row->at = static_cast<double>(row - summary.seconds.begin()) - length + 1;
    }
    summary.connections_peak = connections_peak_;
    const double seconds = static_cast<double>(end_ns_ - start_ns_) / 1e9;
    if (end_ns_ > start_ns_) {
        summary.client_cpu =
            static_cast<double>(greatest_growth(cpu_at_end_us_, cpu_at_start_us_)) / 1e6 / seconds;
        summary.server_cpu = (server_cpu_at_end_s_ - server_cpu_at_start_s_) / seconds;
    }
    for (const Second& row : seconds_) {
        summary.client_cpu_peak = std::max(summary.client_cpu_peak, row.client_cpu);
        summary.server_cpu_peak = std::max(summary.server_cpu_peak, row.server_cpu);
    }
    const auto people = static_cast<double>(std::max<std::uint64_t>(1, connections_peak_));
    // When everybody has come, and before the journal and the notes of a long run add to it.
    const auto memory =
        summary.arrivals_are_the_load ? memory_at_end_bytes_ : memory_at_start_bytes_;
    summary.client_memory_per_connection_bytes = static_cast<double>(memory) / people;
    summary.server_seen = server_.seen();
    summary.server_restarts = server_.ended();
    if (!summary.server_seen) return;
    summary.server_memory_mb = static_cast<double>(server_now_.memory_bytes) / kMega;
    const auto before = static_cast<double>(server_before_.memory_bytes);
    summary.server_memory_per_connection_bytes =
        std::max(0.0, static_cast<double>(server_memory_peak_bytes_) - before) / people;
}

}  // namespace voxpop::load
