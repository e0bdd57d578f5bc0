// A node of the tests: publisher and pen on one loop that is turned by hand, and a reader on its
// core who follows every channel as a hub and a client would.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/ledger.hpp"
#include "app/publisher.hpp"
#include "shared_store.hpp"

namespace voxpop::app {

// What somebody who follows one channel of a node has seen.
struct Followed {
    net::ChannelState state;
    std::vector<net::PublicationPtr> seen;  // since it was opened, or since the last restart
    std::size_t restarts = 0;
    bool gapless = true;
};

class TestNode final : public domain::StoreObserver {
  public:
    TestNode(SharedStore& shared, const base::Clock& clock);

    void on_group(std::span<domain::Settled> settled, std::span<domain::Change> changes) override;
    void on_health(bool, const std::string&) override {}
    void on_gap() override {
        loop.post([this] { publisher.on_gap(); });
    }

    // Turns the loop until it has nothing to do.
    void turn();
    // Lets something happen, or everything.
    void step();
    void settle();

    domain::Outcome write(domain::Command command);
    base::Result<void> open(const std::string& channel);
    void close(const std::string& channel);

    [[nodiscard]] Followed& followed(const std::string& channel) { return followed_.at(channel); }
    [[nodiscard]] std::string snapshot(const std::string& channel) {
        return followed(channel).state.snapshot;
    }

    CoreLoop loop{0};
    base::Log log{base::LogLevel::off};
    base::Metrics metrics;
    NodeStore store;
    Pen pen;
    Publisher publisher;

  private:
    void apply(const net::ChannelUpdate& update);

    std::map<std::string, Followed> followed_;
};

}  // namespace voxpop::app
