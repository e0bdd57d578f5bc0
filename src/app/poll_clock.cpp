#include "app/poll_clock.hpp"

#include <utility>

#include "domain/timed.hpp"

namespace voxpop::app {

void PollClock::read(std::move_only_function<void(base::Result<void>)> then) {
    using Polls = base::Result<std::vector<domain::Poll>>;
    auto take = [this, then = std::move(then)](Polls polls) mutable {
        if (!polls) return then(std::unexpected(polls.error()));
        for (const auto& poll : *polls) watch(poll);
        then({});
    };
    parts_.store.timed_polls(on_loop<Polls>(parts_.home, std::move(take)));
}

// Forgets first: what is heard while reading is newer than what is read.
void PollClock::read_again() {
    doubtful_ = false;
    timed_.clear();
    read([this](const base::Result<void>& read) { doubtful_ = doubtful_ || !read; });
}

void PollClock::watch(const domain::Poll& poll) {
    const auto known = timed_.find(poll.id);
    if (known != timed_.end() && known->second.version > poll.version) return;
    if (domain::is_moved_by_time(poll)) {
        timed_.insert_or_assign(poll.id, poll);
    } else {
        timed_.erase(poll.id);
    }
}

void PollClock::on_changes(const std::vector<domain::Change>& changes) {
    for (const auto& change : changes) {
        if (const auto* changed = std::get_if<domain::PollChanged>(&change)) watch(changed->poll);
    }
}

void PollClock::tick() {
    if (doubtful_) read_again();
    const auto now = parts_.clock.now();
    std::vector<std::pair<domain::Poll, domain::PollState>> due;
    for (const auto& [id, poll] : timed_) {
        if (const auto state = domain::due_state(poll, now)) due.emplace_back(poll, *state);
    }
    for (const auto& [poll, state] : due) {
        timed_.erase(poll.id);  // back with its next definition, or with the next attempt
        move(poll, state);
    }
}

void PollClock::move(const domain::Poll& poll, domain::PollState state) {
    auto moved = domain::with_state(poll, state, parts_.clock.now());
    if (!moved) {
        parts_.log.error(
            "a poll could not be moved in time",
            {{"poll", poll.id.view()}, {"why", moved.error().message()}}
        );
        return;
    }
    // Should its definition have changed meanwhile, the next attempt meets a newer version, and
    // ends.
    auto settle = [this, again = std::make_unique<domain::Poll>(poll)](domain::Outcome outcome) {
        if (!outcome && outcome.error().temporary()) watch(*again);
    };
    parts_.pen.write(domain::PutPoll{std::move(*moved), poll.version}, std::move(settle));
}

}  // namespace voxpop::app
