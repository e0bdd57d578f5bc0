// Tells the operator that a start waits for Redis: where it is looked for and why it is not there,
// as soon as that is known, then less and less often until the start succeeds or gives up.
//
// Thread safety: none; the loop's thread.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <string>

#include "base/log.hpp"
#include "store/redis/client/client.hpp"

namespace voxpop::store::redis {

class StartNotice {
  public:
    StartNotice(
        boost::asio::io_context& io, base::Log log, const Client& client,
        const ClientOptions& options
    );

    void begin() { wait(); }
    // The first try has failed: no need to wait.
    void failed();
    void end() { timer_.cancel(); }

    // What to tell when the start gives up.
    [[nodiscard]] std::string last_words() const;

  private:
    void wait();
    void tell();

    boost::asio::steady_timer timer_;
    base::Log log_;
    const Client& client_;
    const std::string where_;
    std::chrono::milliseconds pause_;
    bool told_ = false;
};

}  // namespace voxpop::store::redis
