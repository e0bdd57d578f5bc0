// What the connections of one core share, and the list of those that have something to send. The
// core's thread.
#pragma once

#include <boost/asio/io_context.hpp>

#include <string>
#include <unordered_map>
#include <vector>

#include "net/session.hpp"
#include "net/timing_wheel.hpp"

namespace voxpop::net {

class WsConnection;

struct CoreNetwork {
    boost::asio::io_context& io;
    base::Log& log;
    SessionContext sessions;
    TimingWheel wheel;
    std::unordered_map<SessionId, WsConnection*> connections;
    std::vector<WsConnection*> dirty;  // have something to send
    std::string scratch;               // where several frames are joined for one send
    SessionId last_session = 0;
    bool flush_posted = false;
    bool draining = false;

    // Sends what waits, one send per connection.
    void flush();
    // The same, once the handlers that are ready now have run.
    void flush_soon();
};

}  // namespace voxpop::net
