// Calls that are due but must not happen inside of the call that caused them: they happen at the
// next turn of the loop, in order, or at once when the client stops.
//
// Thread safety: none. Held by shared_ptr: the turn that is posted keeps it alive.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace voxpop::store::redis {

class Deferred : public std::enable_shared_from_this<Deferred> {
  public:
    using Work = std::move_only_function<void()>;

    explicit Deferred(boost::asio::io_context& io) : io_(io) {}

    void later(Work work) {
        if (stopped_) return work();
        work_.push_back(std::move(work));
        if (std::exchange(posted_, true)) return;
        boost::asio::post(io_, [self = shared_from_this()] { self->run(); });
    }
    // Does what is due; from now on everything is done at once.
    void stop() {
        stopped_ = true;
        run();
    }

  private:
    void run() {
        posted_ = false;
        for (auto& work : std::exchange(work_, {})) work();
    }

    boost::asio::io_context& io_;
    std::vector<Work> work_;
    bool posted_ = false;
    bool stopped_ = false;
};

}  // namespace voxpop::store::redis
