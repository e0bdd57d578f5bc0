#include "app/voter_sessions.hpp"

#include "app/channel_name.hpp"

namespace voxpop::app {
namespace {

// No id holds a line break.
std::string key_of(const base::PollId& poll, const base::UserId& voter) {
    return poll.str() + "\n" + voter.str();
}

}  // namespace

void VoterSessions::moved(
    const base::PollId& poll, const base::UserId& voter, const CoreLoop& here, net::SessionId by
) {
    for (const auto& core : cores_) {
        const net::SessionId except = core.loop == &here ? by : 0;
        core.loop->post([&core, poll, voter, except] {
            const auto asking = core.voters->asking_.find(key_of(poll, voter));
            if (asking != core.voters->asking_.end()) ++asking->second.moves;
            core.readmit(ChannelName::of(poll).str(), voter, except);
        });
    }
}

VoterSessions::Mark VoterSessions::begin(const base::PollId& poll, const base::UserId& voter) {
    Asking& asking = asking_[key_of(poll, voter)];
    ++asking.subscriptions;
    return asking.moves;
}

bool VoterSessions::end(const base::PollId& poll, const base::UserId& voter, Mark began) {
    const auto at = asking_.find(key_of(poll, voter));
    const bool moved = at->second.moves != began;
    if (--at->second.subscriptions == 0) asking_.erase(at);
    return moved;
}

}  // namespace voxpop::app
