// What an operator sees while a run goes on: one screen that renews itself on a terminal, a line
// for every phase and every few seconds where there is none. Writes to standard error, so that
// standard output has the summary alone.
#pragma once

#include <string>

#include "loadtest/report/recorder.hpp"
#include "loadtest/settings.hpp"

namespace voxpop::load {

class Screen {
  public:
    explicit Screen(bool quiet);

    void begin(const Settings& settings, const Plan& plan);
    void show(const Glance& glance, const Board& board, const Recorder& recorder);
    // Leaves the last screen as it is.
    void end();

  private:
    void show_line(const Glance& glance, const Board& board, const Recorder& recorder);
    void show_screen(const Glance& glance, const Board& board, const Recorder& recorder);

    bool quiet_;
    bool terminal_;
    std::string title_;
    double duration_s_ = 0;
    std::uint64_t people_ = 0;
    // Of plain lines.
    Phase phase_ = Phase::arriving;
    std::int64_t next_line_ns_ = 0;
    unsigned lines_ = 0;  // of the screen that is there
};

}  // namespace voxpop::load
