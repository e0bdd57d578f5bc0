// Tells all nodes what they keep in memory: definitions. What Redis has not taken is told again, in
// order, until it has: a node that listens all the while would otherwise go on with what it knows.
//
// Thread safety: none; the loop's thread.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <string>

#include "store/redis/client/client.hpp"

namespace voxpop::store::redis {

class Announcer {
  public:
    Announcer(boost::asio::io_context& io, Client& client, std::string channel)
        : client_(client), channel_(std::move(channel)), timer_(io) {}

    // Beyond bounds::kAnnouncementsMax the oldest is forgotten: who needs that definition has to
    // read it, as a node does that has just started.
    void tell(std::string news);
    void stop() { timer_.cancel(); }

  private:
    void send();
    void sent(const CallResult& result);

    Client& client_;
    const std::string channel_;
    boost::asio::steady_timer timer_;
    std::deque<std::string> untold_;
    bool busy_ = false;  // the front is on its way, or waits to be tried again
};

}  // namespace voxpop::store::redis
