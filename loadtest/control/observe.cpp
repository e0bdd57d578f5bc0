#include "loadtest/control/observe.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include "loadtest/check/journal_file.hpp"
#include "loadtest/control/inquiry.hpp"

namespace voxpop::load {

namespace {

constexpr int kTries = 20;
constexpr auto kPause = std::chrono::milliseconds(200);

std::vector<Entry> observe(const Plan& plan, const std::string& staff_token) {
    std::vector<Entry> out;
    const auto unreachable = [&](const std::string& why) {
        out.emplace_back(entry::Unreachable{why});
        return out;
    };
    const std::string token = staff_token.empty() ? plan.any_token() : staff_token;
    const Target& target = plan.targets.front();
    auto link = ControlLink::open(target, token, plan.origin);
    if (!link) return unreachable(link.error());
    for (const PollPlan& poll : plan.polls) {
        auto snapshot = ask_snapshot(*link, poll.id, entry::Moment::after);
        if (!snapshot) return unreachable(snapshot.error());
        out.emplace_back(*snapshot);
        auto http = ask_poll_over_http(target, poll.id, staff_token, entry::Moment::after);
        if (http) out.emplace_back(*http);
    }
    for (const ThreadPlan& thread : plan.threads) {
        auto answer = ask_thread(*link, thread.id, entry::Moment::after);
        if (!answer) return unreachable(answer.error());
        out.emplace_back(answer->thread);
        for (auto& poll : answer->poll_states) {
            const bool ours = std::ranges::any_of(plan.polls, [&](const PollPlan& p) {
                return p.id == poll.poll;
            });
            if (ours) out.emplace_back(std::move(poll));
        }
        auto history = ask_history(*link, thread.id, answer->thread.epoch, thread.offset_before);
        if (!history) continue;  // the subscribers have seen what stands there
        for (auto& published : *history) out.emplace_back(std::move(published));
    }
    return out;
}

bool is_unreachable(const std::vector<Entry>& after) {
    return std::ranges::any_of(after, [](const Entry& entry) {
        return std::holds_alternative<entry::Unreachable>(entry);
    });
}

}  // namespace

std::vector<Entry> observe_settled(const Plan& plan, const std::string& staff_token) {
    std::vector<Entry> after;
    for (int tries = 0; tries < kTries; ++tries) {
        if (tries > 0) std::this_thread::sleep_for(kPause);
        after = observe(plan, staff_token);
        if (!is_unreachable(after) && agrees(after)) break;
    }
    return after;
}

}  // namespace voxpop::load
