// Readers of any WebSocket server, for comparisons side by side: send one text when connected,
// count what comes, and publish a text at the scenario's rate. Knows no protocol: a publication
// carries the time it was meant to be sent as `vpt` and digits, and whoever receives those digits
// says how long it took. One thread.
#pragma once

#include <queue>
#include <random>
#include <vector>

#include "loadtest/engine/crowd.hpp"

namespace voxpop::load {

class RawReaders final : public Crowd {
  public:
    RawReaders(const Plan& plan, std::size_t count, std::uint64_t first, WorkerBoard& board);

    void attach(Transport& transport) { transport_ = &transport; }

    void arrive(Slot slot, std::int64_t intended_ns) override;
    bool command(Command command, std::int64_t intended_ns) override;
    void cut(double share, std::int64_t intended_ns) override;
    std::int64_t tend(std::int64_t now_ns) override;
    void back_by(std::int64_t, std::int64_t) override {}
    void report() override {}
    void finish() override {}

    void on_open(Slot slot) override;
    void on_message(Slot slot, std::string_view message) override;
    void on_closed(Slot slot, std::uint16_t code, bool was_open) override;

  private:
    struct Back {
        std::int64_t at_ns = 0;
        Slot slot = 0;
        friend bool operator>(const Back& a, const Back& b) { return a.at_ns > b.at_ns; }
    };

    void lose(Slot slot, std::int64_t back_at_ns);

    const Plan& plan_;
    std::uint64_t first_;
    WorkerBoard& board_;
    Transport* transport_ = nullptr;
    std::vector<std::int64_t> arrival_ns_;  // by slot; 0 once it is there
    std::priority_queue<Back, std::vector<Back>, std::greater<>> back_;
    std::mt19937_64 random_;
    Slot next_ = 0;
    std::string text_;
};

// The time in a message, or 0: what follows the mark `vpt`.
[[nodiscard]] std::int64_t find_raw_stamp(std::string_view message);
// `pattern` with each {t} replaced by the mark and the time.
[[nodiscard]] std::string raw_message(std::string_view pattern, std::int64_t intended_ns);

}  // namespace voxpop::load
