#include "test_node.hpp"

#include <utility>

namespace voxpop::app {

TestNode::TestNode(SharedStore& shared, const base::Clock& clock)
    : store(shared),
      pen(loop, store, clock, metrics, metrics.claim_stripe()),
      publisher(Publisher::Parts{
          loop,
          store,
          clock,
          log,
          metrics,
          metrics.claim_stripe(),
          *base::InlineString<base::kIdBytesMax>::from("default"),
          {[this](const net::UpdateBatch& batch) {
              for (const auto& update : *batch) apply(update);
          }}
      }) {
    store.start(*this);
}

void TestNode::on_group(std::span<domain::Settled> settled, std::span<domain::Change> changes) {
    std::vector<domain::Change> all(changes.begin(), changes.end());
    loop.post([this, all = std::move(all)] { publisher.on_changes(all); });
    std::vector<domain::Settled> outcomes(
        std::make_move_iterator(settled.begin()), std::make_move_iterator(settled.end())
    );
    if (outcomes.empty()) return;
    loop.post([this, outcomes = std::move(outcomes)]() mutable { pen.settle(std::move(outcomes)); }
    );
}

void TestNode::turn() {
    while (loop.io().poll() > 0) {
    }
}

void TestNode::step() {
    store.let_something_happen();
    turn();
}

// What happens makes the publisher ask for more; four rounds are more than a reading has steps.
void TestNode::settle() {
    for (int round = 0; round < 16; ++round) {
        store.let_everything_happen();
        turn();
        publisher.tick();
        turn();
    }
}

domain::Outcome TestNode::write(domain::Command command) {
    std::optional<domain::Outcome> outcome;
    pen.write(std::move(command), [&outcome](domain::Outcome settled) {
        outcome = std::move(settled);
    });
    turn();
    return std::move(outcome).value();
}

base::Result<void> TestNode::open(const std::string& channel) {
    std::optional<base::Result<net::ChannelState>> state;
    publisher.open(0, *parse_channel(channel), [&state](auto opened) {
        state = std::move(opened);
    });
    while (!state) step();
    if (!*state) return std::unexpected(state->error());
    followed_[channel] = {.state = **state, .seen = (*state)->history};
    return {};
}

void TestNode::close(const std::string& channel) {
    publisher.unwatch(0, followed(channel).state.number);
    followed_.erase(channel);
}

void TestNode::apply(const net::ChannelUpdate& update) {
    for (auto& [name, followed] : followed_) {
        if (followed.state.number != update.number) continue;
        auto& position = followed.state.position;
        if (!update.snapshot.empty()) followed.state.snapshot = update.snapshot;
        if (!update.epoch.empty()) {
            ++followed.restarts;
            followed.seen.clear();
            position = {update.epoch, update.offset};
        }
        for (const auto& publication : update.publications) {
            followed.gapless = followed.gapless && publication->offset == position.offset + 1;
            position.offset = publication->offset;
            followed.seen.push_back(publication);
        }
    }
}

}  // namespace voxpop::app
