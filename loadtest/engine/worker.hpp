// One thread of load: follows the schedules of the plan, lets its crowd act when something is due,
// and looks at its sockets in between. Never waits for an answer.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <memory>
#include <vector>

#include "loadtest/board.hpp"
#include "loadtest/engine/crowd.hpp"
#include "loadtest/engine/raw_readers.hpp"
#include "loadtest/engine/readers.hpp"
#include "loadtest/plan.hpp"

namespace voxpop::load {

struct WorkerPlace {
    unsigned index = 0;
    unsigned workers = 1;
    ReaderRange readers;
    bool reports_memory = true;  // for its whole process
};

class Worker {
  public:
    // `journal`: a file descriptor open for appending.
    Worker(const Plan& plan, WorkerPlace place, Board& board, int journal);

    // Until the conductor's phase is `finishing`. Any thread, once.
    void run();

  private:
    struct Traffic {
        Command command;
        Schedule schedule;
    };

    // Gives the crowd its sockets.
    template <class AnyCrowd>
    void hire(std::unique_ptr<AnyCrowd> crowd);
    // Does what is due and comes back when the next thing is, until the run is over.
    void tick();
    [[nodiscard]] std::int64_t arrive_due(std::int64_t now, Phase phase);
    [[nodiscard]] std::int64_t send_due(std::int64_t now);
    [[nodiscard]] std::int64_t storm_due(std::int64_t now);
    void note_lateness(std::int64_t intended, std::int64_t now);
    void report(std::int64_t now);

    const Plan& plan_;
    WorkerPlace place_;
    BoardHead& shared_;
    WorkerBoard& board_;
    boost::asio::io_context io_{1};
    boost::asio::steady_timer timer_{io_};
    std::unique_ptr<Crowd> crowd_;
    std::unique_ptr<Transport> transport_;
    Schedule arrivals_;
    Slot arrived_ = 0;
    std::vector<Traffic> traffic_;
    std::int64_t storms_ = 0;
    std::int64_t next_tick_ns_ = 0;
    std::int64_t next_report_ns_ = 0;
    std::uint64_t memory_before_ = 0;
};

}  // namespace voxpop::load
