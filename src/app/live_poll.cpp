#include "app/live_poll.hpp"

#include <utility>

#include "app/encode.hpp"

namespace voxpop::app {

void LivePoll::feed(const domain::BoxChanged& changed) {
    if (changed.box != view_.poll.box() || changed.tally.version <= view_.tally.version) return;
    view_.tally = changed.tally;
    tally_changed_ = true;
}

void LivePoll::feed(const domain::PollChanged& changed) {
    if (changed.poll.version <= view_.poll.version) return;
    new_round_ = new_round_ || changed.poll.round != view_.poll.round;
    view_ = {changed.poll, changed.tally};
    definition_changed_ = true;
}

LivePoll::News LivePoll::take_news() {
    News news{.data = snapshot(), .has_mask = hides(), .masked_data = {}, .new_round = new_round_};
    // Those who may not see results learn that the poll opened or closed, not that somebody voted.
    if (news.has_mask && definition_changed_) news.masked_data = masked_snapshot();
    tally_changed_ = definition_changed_ = new_round_ = false;
    return news;
}

std::string LivePoll::snapshot() const {
    return poll_publication(view_.poll, view_.tally);
}

std::string LivePoll::masked_snapshot() const {
    return hides() ? masked_poll_publication(view_.poll) : snapshot();
}

}  // namespace voxpop::app
