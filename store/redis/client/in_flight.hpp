// The calls of one connection that wait for an answer, oldest first. Redis answers in order, so the
// next reply belongs to the first of them. Pure: no socket, no clock.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>

#include "store/redis/client/reply.hpp"

namespace voxpop::store::redis {

// How a command on one connection ended, before anybody looked at what an error reply says.
struct Outcome {
    enum class Kind : std::uint8_t { answered, unsent, unknown };
    Kind kind = Kind::unsent;
    Reply reply;                 // answered; may be an error
    std::int64_t replicas = -1;  // WAIT's answer, where one followed; 0 when that failed
    std::string why;             // unsent, unknown
};

using Settle = std::move_only_function<void(Outcome)>;

class InFlight {
  public:
    // A call whose last byte is the connection's byte number `end`.
    void push(
        unsigned replies, std::uint64_t end, std::chrono::milliseconds patience, Settle settle
    );

    // The next reply. False: nobody waits for one. May call settle.
    [[nodiscard]] bool answer(Reply reply);

    // The connection is gone. Redis does nothing for a part of a command, so only calls of which it
    // may have seen the last byte are `unknown`; the others are `unsent`. Calls settle for each.
    void lose(std::uint64_t sent_at_most, const std::string& why);

    [[nodiscard]] bool empty() const { return calls_.empty(); }
    [[nodiscard]] std::size_t size() const { return calls_.size(); }
    // By how much longer than usual the next reply may take.
    [[nodiscard]] std::chrono::milliseconds patience() const {
        return calls_.empty() ? std::chrono::milliseconds(0) : calls_.front().patience;
    }

  private:
    struct Call {
        unsigned replies = 1;  // still to come
        std::uint64_t end = 0;
        std::chrono::milliseconds patience{0};
        Settle settle;
        Reply first;
    };
    std::deque<Call> calls_;
};

}  // namespace voxpop::store::redis
