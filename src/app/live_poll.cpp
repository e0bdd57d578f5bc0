#include "app/live_poll.hpp"

#include <utility>

#include "app/encode.hpp"

namespace voxpop::app {

void LivePoll::load(domain::PollView view) {
    const auto known = std::exchange(view_, std::move(view));
    if (!std::exchange(loaded_, true)) return;
    went_back_ = went_back_ || view_.poll.version < known.poll.version ||
                 view_.tally.version < known.tally.version;
    new_round_ = new_round_ || view_.poll.round != known.poll.round;
    definition_changed_ = definition_changed_ || view_.poll != known.poll;
    tally_changed_ = tally_changed_ || view_.tally != known.tally;
}

bool LivePoll::feed(const domain::BoxChanged& changed) {
    // The definition of a later round travels on another way, and may come after its ballots.
    if (changed.box.round > view_.poll.round) return false;
    if (changed.box != view_.poll.box() || changed.tally.version <= view_.tally.version)
        return true;
    view_.tally = changed.tally;
    tally_changed_ = true;
    return true;
}

void LivePoll::feed(const domain::PollChanged& changed) {
    if (changed.poll.version <= view_.poll.version) return;
    const bool other_round = changed.poll.round != view_.poll.round;
    new_round_ = new_round_ || other_round;
    view_.poll = changed.poll;
    if (other_round || changed.tally.version > view_.tally.version) view_.tally = changed.tally;
    definition_changed_ = true;
}

LivePoll::News LivePoll::take_news() {
    News news{
        .data = snapshot(),
        .has_mask = hides(),
        .masked_data = {},
        .new_round = std::exchange(new_round_, false),
        .went_back = std::exchange(went_back_, false),
    };
    // Those who may not see results learn that the poll opened or closed, not that somebody voted.
    if (news.has_mask && definition_changed_) news.masked_data = masked_snapshot();
    tally_changed_ = definition_changed_ = false;
    return news;
}

std::string LivePoll::snapshot() const {
    return poll_publication(view_.poll, view_.tally);
}

std::string LivePoll::masked_snapshot() const {
    return hides() ? masked_poll_publication(view_.poll) : snapshot();
}

}  // namespace voxpop::app
