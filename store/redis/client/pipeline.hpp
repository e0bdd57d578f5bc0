// Commands over one connection: sent as they come, answered in order, each settled exactly once.
// A server that owes an answer and stays silent for too long is given up, and one that owes nothing
// is asked from time to time whether it is still there.
//
// Thread safety: none. Held by shared_ptr, so that an owner may let go from within a callback.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "store/redis/client/command.hpp"
#include "store/redis/client/connection.hpp"
#include "store/redis/client/in_flight.hpp"
#include "store/redis/client/options.hpp"

namespace voxpop::store::redis {

class Pipeline : public std::enable_shared_from_this<Pipeline>, private Connection::Sink {
  public:
    class Owner {
      public:
        virtual ~Owner() = default;
        virtual void on_pipeline_open() = 0;
        // After all calls have been settled. The last call; not after close().
        virtual void on_pipeline_closed(const std::string& why) = 0;
        // A reply that no call asked for (a message). True: it was one, and has been taken.
        virtual bool on_push(Reply& /*reply*/) { return false; }
        // All replies of one read have been handed out.
        virtual void on_read_end() {}
    };

    Pipeline(boost::asio::io_context& io, const Endpoint& endpoint, const ClientOptions& options);
    ~Pipeline() override { connection_->close(); }
    Pipeline(const Pipeline&) = delete;
    Pipeline& operator=(const Pipeline&) = delete;

    // `owner` must live until close() or on_pipeline_closed().
    void open(Owner& owner);
    // Settles all calls; then nothing is called any more.
    void close(const std::string& why);

    // Why a command of this size cannot be sent now, or nullptr when it can.
    [[nodiscard]] const char* refuses(std::size_t bytes) const;
    // Sends, or settles `unsent` at once (within this call) where refuses().
    void send(const Command& command, Settle settle);

    [[nodiscard]] bool idle() const { return in_flight_.empty(); }
    [[nodiscard]] const Endpoint& endpoint() const { return connection_->endpoint(); }

  private:
    using Clock = std::chrono::steady_clock;

    void on_open() override;
    void on_replies(std::span<Reply> replies) override;
    void on_closed(const std::string& why) override;
    void watch();
    void look();
    void fail(const std::string& why);

    const std::chrono::milliseconds command_timeout_;
    const std::chrono::milliseconds ping_interval_;
    const std::size_t in_flight_calls_max_;
    const std::size_t output_bytes_max_;
    std::shared_ptr<Connection> connection_;
    boost::asio::steady_timer timer_;
    Owner* owner_ = nullptr;
    InFlight in_flight_;
    Clock::time_point progress_;  // the last reply, or when an answer began to be due
};

}  // namespace voxpop::store::redis
