// Keeps one connection to a primary alive: finds the server, connects, begins a session; and when
// any of that fails, or the connection is lost later, tries again after a jittered pause, for ever.
//
// Thread safety: none. Held by shared_ptr: handlers that are still queued keep it alive.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <memory>
#include <string>

#include "store/redis/client/backoff.hpp"
#include "store/redis/client/client.hpp"
#include "store/redis/client/locator.hpp"
#include "store/redis/client/pipeline.hpp"

namespace voxpop::store::redis {

class Link : public std::enable_shared_from_this<Link>, private Pipeline::Owner {
  public:
    class Owner {
      public:
        virtual ~Owner() = default;
        // `identity.shard` is empty.
        virtual void on_link_open(ServerIdentity identity) = 0;
        // The connection is gone, all its calls settled; or (`was_open` false) a try has failed.
        virtual void on_link_lost(const std::string& why, bool was_open) = 0;
        virtual bool on_link_push(Reply& /*reply*/) { return false; }
        virtual void on_link_read_end() {}
    };

    Link(
        boost::asio::io_context& io, std::unique_ptr<Locator> locator,
        std::shared_ptr<const ClientOptions> options
    );

    // `owner` must live until stop().
    void start(Owner& owner);
    // Settles all calls; then nothing is called any more.
    void stop(const std::string& why);
    // Gives the connection up, as if it had been lost. Not while it is being opened.
    void drop(const std::string& why);
    // The connection has proved useful: the pause after the next loss is a short one.
    void steady() { backoff_.reset(); }
    // Another connection to the same server stands: a pause is over now.
    void hurry();

    [[nodiscard]] bool open() const { return phase_ == Phase::open; }
    // The last try has failed, or the connection was lost, and there is a pause before the next.
    [[nodiscard]] bool pausing() const { return phase_ == Phase::waiting; }
    // Only while open().
    [[nodiscard]] Pipeline& pipeline() { return *pipeline_; }

  private:
    enum class Phase : std::uint8_t { stopped, starting, locating, opening, open, waiting };

    void try_soon();
    void try_now();
    void connect(const Endpoint& endpoint);
    void fail(const std::string& why);
    void after(std::chrono::milliseconds pause, void (Link::*then)());
    void too_late();

    void on_pipeline_open() override;
    void on_pipeline_closed(const std::string& why) override { fail(why); }
    bool on_push(Reply& reply) override { return open() && owner_->on_link_push(reply); }
    void on_read_end() override {
        if (open()) owner_->on_link_read_end();
    }

    boost::asio::io_context& io_;
    std::unique_ptr<Locator> locator_;
    const std::shared_ptr<const ClientOptions> options_;
    boost::asio::steady_timer
        timer_;  // of the phase: when opening is too late, when waiting is over
    Backoff backoff_;
    Owner* owner_ = nullptr;
    Phase phase_ = Phase::stopped;
    std::shared_ptr<Pipeline> pipeline_;
};

}  // namespace voxpop::store::redis
