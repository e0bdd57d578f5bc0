// What a Cluster's nodes say of who has which slots: asked at the start, when something hints that
// it has changed, and from time to time. Never settles for silence: asks on until a node answers.
//
// Thread safety: none.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "store/redis/client/backoff.hpp"
#include "store/redis/client/inquiry.hpp"
#include "store/redis/client/slots.hpp"

namespace voxpop::store::redis {

class ClusterView {
  public:
    class Owner {
      public:
        virtual ~Owner() = default;
        virtual void on_slots(const std::vector<SlotRange>& ranges) = 0;
        // No node has answered; they are asked again.
        virtual void on_slots_unknown(const std::string& why) = 0;
    };

    // `owner` must live until stop().
    ClusterView(
        boost::asio::io_context& io, const std::shared_ptr<const ClientOptions>& options,
        Owner& owner
    );

    void start() { refresh(); }
    void stop();
    // Asks soon; `first` before all others, who is most likely to know. Hints that come while a
    // question is under way make one more.
    void refresh(std::optional<Endpoint> first = std::nullopt);

  private:
    void ask();
    void ask_after(std::chrono::milliseconds pause);
    void answered(const std::expected<void, std::string>& outcome);
    [[nodiscard]] std::vector<Endpoint> whom_to_ask();

    // Between a hint and the question that it adds to one under way.
    static constexpr std::chrono::milliseconds kPause{100};

    const std::shared_ptr<const ClientOptions> options_;
    Owner& owner_;
    std::shared_ptr<Inquiry> inquiry_;
    boost::asio::steady_timer timer_;
    Backoff backoff_;
    bool stopped_ = false;
    bool again_ = false;
    std::optional<Endpoint> first_;
    std::vector<SlotRange> ranges_;  // the newest answer
    std::vector<Endpoint> nodes_;    // all that it names, primaries first
    std::size_t turn_ = 0;           // with whom of them to begin
};

}  // namespace voxpop::store::redis
