// Guests who keep changing their ballots in the demo's poll, each over a WebSocket of its own with
// some votes always on the way: every vote is a write. What one read brings is answered with as
// many new votes in one frame.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "bench/support/socket.hpp"

namespace voxpop::bench {

class Voters {
  public:
    // Connects them to 127.0.0.1, and has each send `outstanding` votes.
    Voters(std::uint16_t port, std::size_t connections, std::size_t outstanding);

    // They vote for so long; how many votes were acknowledged in it.
    std::uint64_t run(std::chrono::duration<double> duration);

  private:
    class Voter;

    Socket epoll_;
    std::vector<Voter> voters_;
};

class Voters::Voter {
  public:
    explicit Voter(std::uint16_t port);

    [[nodiscard]] const Socket& socket() const { return socket_; }
    void vote(std::size_t times);
    // How many votes one read says are stored.
    [[nodiscard]] std::size_t acknowledged();

  private:
    Socket socket_;
    std::uint32_t last_id_ = 1;
    std::string rest_;  // an answer may come in two reads
};

}  // namespace voxpop::bench
