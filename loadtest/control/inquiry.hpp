// What the installation says about a thread and its polls, by each way of asking.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "loadtest/check/journal.hpp"
#include "loadtest/control/link.hpp"
#include "loadtest/plan.hpp"

namespace voxpop::load {

// thread.get.
struct ThreadAnswer {
    entry::ThreadState thread;
    std::vector<PollPlan> polls;                // their definitions
    std::vector<entry::PollState> poll_states;  // and what they show
};
[[nodiscard]] std::expected<ThreadAnswer, std::string> ask_thread(
    ControlLink& link, const std::string& thread, entry::Moment moment
);

// The snapshot in the answer to a subscription of poll:<id>. Only the first on a link can be had.
[[nodiscard]] std::expected<entry::PollState, std::string> ask_snapshot(
    ControlLink& link, const std::string& poll, entry::Moment moment
);

// GET /api/v1/polls/<id>.
[[nodiscard]] std::expected<entry::PollState, std::string> ask_poll_over_http(
    const Target& target, const std::string& poll, const std::string& token, entry::Moment moment
);

// What stands at each offset of a thread's stream after `since`, by the server's history; as far
// back as it still has it.
[[nodiscard]] std::expected<std::vector<entry::Published>, std::string> ask_history(
    ControlLink& link, const std::string& thread, const std::string& epoch, std::uint64_t since
);

}  // namespace voxpop::load
