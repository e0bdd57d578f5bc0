// The connection for subscriptions to one shard: sharded channels (SSUBSCRIBE), asked for again
// after every loss, and the knowledge of when a gap is over.
//
// It is a pipeline like any other: SSUBSCRIBE is answered in order; only messages, and the news
// that the server has ended a subscription because its slot has moved, come unasked.
//
// Thread safety: none. Held by shared_ptr.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "store/redis/client/client.hpp"
#include "store/redis/client/link.hpp"
#include "store/redis/client/server_error.hpp"

namespace voxpop::store::redis {

// One channel's wish, as it goes from shard to shard.
struct Wish {
    std::vector<std::move_only_function<void(bool)>> told;  // who waits to hear that it stands
    bool gap = false;  // messages may have been missed since it last stood
    int moves = 0;     // shards that sent it on since it last stood
};

class Subscriber : public std::enable_shared_from_this<Subscriber>, private Link::Owner {
  public:
    class Owner {
      public:
        virtual ~Owner() = default;
        virtual void on_messages(std::span<const Message> messages) = 0;
        // Every channel that had a gap, and is still here, stands again.
        virtual void on_gap_over() = 0;
        // The server does not let this user listen; it is asked again after a pause.
        virtual void on_channel_refused(const std::string& channel, const std::string& why) = 0;
        // The channel's slot is elsewhere; it is not this subscriber's any more.
        virtual void on_channel_moved(
            const std::string& channel, Wish wish, const ServerError& where
        ) = 0;
    };

    Subscriber(std::shared_ptr<Link> link, std::shared_ptr<const ClientOptions> options);

    // `owner` must live until stop().
    void start(Owner& owner);
    // Whoever waits is told `false`.
    void stop(const std::string& why);

    // Of a channel that is here already, adds to who is told. Tells `false` at once when the server
    // was out of reach just now; while it is being connected to, whoever waits hears what came of
    // it.
    void add(const std::string& channel, Wish wish);
    // The server is within reach again.
    void hurry() { link_->hurry(); }
    // Ends the subscription and hands the wish back, those who wait included.
    [[nodiscard]] Wish remove(const std::string& channel);

  private:
    struct Channel {
        Wish wish;
        bool standing = false;
        std::uint64_t asked = 0;  // the number of its newest SSUBSCRIBE
    };
    struct Asked {
        bool unsubscribe = false;
        std::string channel;
        std::uint64_t number = 0;  // Channel::asked
    };
    using Channels = std::unordered_map<std::string, Channel>;

    void ask(const std::string& channel, Channel& state);
    void leave(const std::string& channel);
    void send_due();
    void answered(const Asked& asked, ReplyView reply);
    void all_answered();
    void stands(Channel& channel);
    void one_gap_less();
    void moved(Channels::iterator at, const ServerError& where);
    void dropped(const std::string& channel);

    void on_link_open(ServerIdentity identity) override;
    void on_link_lost(const std::string& why, bool was_open) override;
    bool on_link_push(Reply& reply) override;
    void on_link_read_end() override;

    const std::shared_ptr<Link> link_;
    const std::shared_ptr<const ClientOptions> options_;
    Owner* owner_ = nullptr;
    Channels channels_;
    std::size_t gaps_ = 0;  // channels with a gap
    bool untold_ = false;   // some stand again, and the owner waits for the others
    // There may be more channels than calls in flight: those that are due wait for an answer to
    // make room. Both are in order; of what is in flight, a sunsubscribe of the front's channel is
    // an answer, any other one is news.
    //
    // What is due has as many SUNSUBSCRIBEs as ClientOptions::channels_leaving_max at most, and one
    // SSUBSCRIBE for each channel, and for each SUNSUBSCRIBE behind it.
    std::deque<Asked> due_;
    std::size_t leaving_ = 0;  // SUNSUBSCRIBEs in due_
    std::deque<Asked> in_flight_;
    std::uint64_t last_asked_ = 0;
    std::vector<Reply> messages_;  // of this read
    std::vector<Message> views_;
};

}  // namespace voxpop::store::redis
