#include "store/redis/client/in_flight.hpp"

#include <utility>

namespace voxpop::store::redis {

void InFlight::push(
    unsigned replies, std::uint64_t end, std::chrono::milliseconds patience, Settle settle
) {
    calls_.push_back({replies, end, patience, std::move(settle), {}});
}

bool InFlight::answer(Reply reply) {
    if (calls_.empty()) return false;
    Call& oldest = calls_.front();
    if (--oldest.replies > 0) {
        oldest.first = std::move(reply);
        return true;
    }
    // Out of the queue before it is told: it may send or close.
    Call call = std::move(oldest);
    calls_.pop_front();
    Outcome outcome{.kind = Outcome::Kind::answered};
    if (call.first) {
        outcome.replicas = reply.view().number().value_or(0);
        outcome.reply = std::move(call.first);
    } else {
        outcome.reply = std::move(reply);
    }
    call.settle(std::move(outcome));
    return true;
}

void InFlight::lose(std::uint64_t sent_at_most, const std::string& why) {
    auto calls = std::exchange(calls_, {});
    for (Call& call : calls) {
        if (call.first) {
            // Its command was answered; only how many replicas have it is not known.
            call.settle({
                .kind = Outcome::Kind::answered,
                .reply = std::move(call.first),
                .replicas = 0,
            });
            continue;
        }
        const bool seen = call.end <= sent_at_most;
        call.settle({.kind = seen ? Outcome::Kind::unknown : Outcome::Kind::unsent, .why = why});
    }
}

}  // namespace voxpop::store::redis
