// Watches the board while a run goes on and keeps one row a second of it, for the plots and the
// live screen. The conductor's thread.
#pragma once

#include <cstdint>
#include <vector>

#include "loadtest/conductor.hpp"
#include "loadtest/machine/process.hpp"
#include "loadtest/report/summary.hpp"

namespace voxpop::load {

class Recorder {
  public:
    Recorder(const Board& board, ServerProcesses server);

    void look(const Glance& glance);

    [[nodiscard]] const std::vector<Second>& seconds() const { return seconds_; }
    // Writes what it knows into the summary.
    void fill(Summary& summary) const;

  private:
    // Totals at the end of the last row.
    struct Totals {
        std::int64_t at_ns = 0;
        std::uint64_t sent = 0;
        std::uint64_t acknowledged = 0;
        std::uint64_t deliveries = 0;
        std::uint64_t errors = 0;
        std::vector<std::uint64_t> cpu_us;  // by worker
        double server_cpu_s = 0;
        std::vector<Histogram> latency;  // by event
    };

    [[nodiscard]] Totals totals(std::int64_t now_ns);
    void add_row(const Glance& glance);

    const Board& board_;
    ServerProcesses server_;
    ProcessUse server_before_;
    ProcessUse server_now_;
    Totals last_;
    std::vector<Second> seconds_;
    std::uint64_t connections_peak_ = 0;
    std::uint64_t server_memory_peak_bytes_ = 0;
    // From the beginning of the schedules to their end.
    std::int64_t start_ns_ = 0;
    std::uint64_t memory_at_start_bytes_ = 0;  // of the tool
    std::uint64_t memory_at_end_bytes_ = 0;
    std::vector<std::uint64_t> cpu_at_start_us_;
    std::vector<std::uint64_t> cpu_at_end_us_;
    double server_cpu_at_start_s_ = 0;
    double server_cpu_at_end_s_ = 0;
    std::int64_t end_ns_ = 0;
};

}  // namespace voxpop::load
