// What the connections of one core share, and the list of those that have something to send. The
// core's thread. It outlives every connection, but not every operation: an operation that is still
// under way when the server is destroyed is dropped by the io_context, and its connection, ended
// before, touches nothing.
#pragma once

#include <boost/asio/io_context.hpp>

#include <memory>
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
    // Those that have not ended; WsConnection::end() takes itself out.
    std::unordered_map<SessionId, std::shared_ptr<WsConnection>> connections;
    std::vector<std::shared_ptr<WsConnection>> dirty;  // have something to send
    std::vector<std::shared_ptr<WsConnection>> flushing;
    std::string scratch;  // where several frames are joined for one send
    SessionId last_session = 0;
    std::size_t conversations = 0;  // connections that speak HTTP
    bool flush_posted = false;
    bool draining = false;

    // Sends what waits, one send per connection.
    void flush();
    // The same, once the handlers that are ready now have run.
    void flush_soon();
};

}  // namespace voxpop::net
