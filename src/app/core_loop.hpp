// One core's event loop and the way into it from other threads.
//
// Everything that belongs to a core is touched on its thread alone; other threads post tasks. Tasks
// of one poster run in the order posted, and a burst of them costs one wake-up.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <cstddef>
#include <functional>

#include "base/mailbox.hpp"

namespace voxpop::app {

using Task = std::move_only_function<void()>;

class CoreLoop {
  public:
    explicit CoreLoop(std::size_t index)
        : index_(index), mailbox_([this] { boost::asio::post(io_, [this] { drain(); }); }) {}

    [[nodiscard]] std::size_t index() const { return index_; }
    [[nodiscard]] boost::asio::io_context& io() { return io_; }

    // Any thread, this one included.
    void post(Task task) { mailbox_.push(std::move(task)); }

    // Runs until stop(). Called once, by the core's thread.
    void run() { io_.run(); }
    // Any thread.
    void stop() {
        work_.reset();
        io_.stop();
    }

  private:
    void drain() {
        mailbox_.drain([](Task&& task) { task(); });
    }

    std::size_t index_;
    boost::asio::io_context io_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor(
    )};
    base::Mailbox<Task> mailbox_;
};

// An answer for the store to call on its own thread, which continues on `loop`.
template <class T, class F>
[[nodiscard]] auto on_loop(CoreLoop& loop, F then) {
    return [&loop, then = std::move(then)](T result) mutable {
        loop.post([then = std::move(then), result = std::move(result)]() mutable {
            then(std::move(result));
        });
    };
}

}  // namespace voxpop::app
