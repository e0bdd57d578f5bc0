// Who votes, or takes the ballot back, on one connection: what the cores do about the others.
#include "app/voter_sessions.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <tuple>

namespace voxpop::app {
namespace {

const auto kPoll = *base::PollId::from("secret");
const auto kOther = *base::PollId::from("other");
const auto kAnn = *base::UserId::from("ann");
const auto kBen = *base::UserId::from("ben");

struct TwoCores {
    // {core, channel, user, the session that knows}
    using Readmitted =
        std::vector<std::tuple<std::size_t, std::string, std::string, std::uint64_t>>;

    TwoCores() {
        std::vector<VoterSessions::Core> cores;
        for (std::size_t i = 0; i < loops.size(); ++i) {
            const auto readmit = [this, i](auto channel, const auto& user, auto knows) {
                readmitted.emplace_back(i, channel, user.str(), knows);
            };
            cores.push_back({&loops.at(i), &voters.at(i), readmit});
        }
        for (auto& one : voters) one.set_cores(cores);
    }
    void turn() {
        for (auto& loop : loops) loop.io().poll();
    }

    std::array<CoreLoop, 2> loops{CoreLoop(0), CoreLoop(1)};
    std::array<VoterSessions, 2> voters;
    Readmitted readmitted;
};

TEST_CASE("voter sessions: every core hears of it, and on one of them a session knows", "[app]") {
    TwoCores node;
    node.voters[1].moved(kPoll, kAnn, node.loops[1], 7);
    node.turn();
    CHECK(
        node.readmitted ==
        TwoCores::Readmitted{{0, "poll:secret", "ann", 0}, {1, "poll:secret", "ann", 7}}
    );
}

TEST_CASE("voter sessions: a ballot that moves while it is asked for is asked for again", "[app]") {
    TwoCores node;
    auto& here = node.voters[0];
    const auto first = here.begin(kPoll, kAnn);
    node.voters[1].moved(kPoll, kAnn, node.loops[1], 7);
    node.turn();
    const auto second = here.begin(kPoll, kAnn);
    CHECK(here.end(kPoll, kAnn, first));
    CHECK_FALSE(here.end(kPoll, kAnn, second));  // it began to ask after the move
}

TEST_CASE("voter sessions: the ballots of others and in other polls are nothing to it", "[app]") {
    TwoCores node;
    auto& here = node.voters[0];
    const auto asked = here.begin(kPoll, kAnn);
    here.moved(kPoll, kBen, node.loops[0], 1);
    here.moved(kOther, kAnn, node.loops[0], 1);
    node.turn();
    CHECK_FALSE(here.end(kPoll, kAnn, asked));
}

}  // namespace
}  // namespace voxpop::app
