#include "loadtest/check_command.hpp"

#include <algorithm>

#include "loadtest/check/journal_file.hpp"
#include "loadtest/control/observe.hpp"

namespace voxpop::load {

namespace {

// Adds what an entry is about to a plan, so that the server can be asked about the same.
void add_subject(Plan& plan, const Entry& entry) {
    if (const auto* poll = std::get_if<entry::PollState>(&entry)) {
        const bool known =
            std::ranges::any_of(plan.polls, [&](const PollPlan& p) { return p.id == poll->poll; });
        if (!known) plan.polls.push_back({poll->poll, {}, poll->results});
    }
    if (const auto* thread = std::get_if<entry::ThreadState>(&entry)) {
        const bool known = std::ranges::any_of(plan.threads, [&](const ThreadPlan& t) {
            return t.id == thread->thread;
        });
        if (!known) plan.threads.push_back({thread->thread, thread->offset});
    }
}

}  // namespace

std::expected<Verdict, std::string> check_journals(const CheckSettings& settings) {
    Checker checker;
    Plan plan;
    plan.targets = settings.targets;
    for (const auto& path : settings.files) {
        const auto file = JournalFile::open(path);
        if (!file) return std::unexpected(file.error());
        const auto read = file->for_each([&](const Entry& entry) {
            add_subject(plan, entry);
            checker.add(entry);
        });
        if (!read) return std::unexpected(read.error());
    }
    if (!settings.targets.empty()) {
        const std::string token = settings.tokens.empty() ? "" : settings.tokens.front();
        for (const Entry& entry : observe_settled(plan, token)) checker.add(entry);
    }
    return checker.verdict();
}

}  // namespace voxpop::load
