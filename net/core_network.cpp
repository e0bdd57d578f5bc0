#include "net/core_network.hpp"

#include <boost/asio/post.hpp>

#include "net/ws_connection.hpp"

namespace voxpop::net {

void CoreNetwork::flush() {
    flushing.swap(dirty);
    for (const auto& connection : flushing) connection->flush();
    flushing.clear();
}

void CoreNetwork::flush_soon() {
    if (flush_posted) return;
    flush_posted = true;
    boost::asio::post(io, [this] {
        flush_posted = false;
        flush();
    });
}

}  // namespace voxpop::net
