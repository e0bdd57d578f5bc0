// A node of the store's: a RedisStore with its recorder, driven synchronously. Several of them
// share one Redis.
#pragma once

#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "store/redis/redis_store.hpp"
#include "tests/store/contract/bench.hpp"
#include "tests/store/recorder.hpp"

namespace voxpop::store::redis {

class Node {
  public:
    explicit Node(StoreOptions options) : store_(std::move(options)) { store_.start(recorder_); }
    ~Node() { store_.stop(); }
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;

    // Gives the serials. The store must take them.
    std::vector<std::uint64_t> submit(std::vector<domain::Command> commands) {
        std::vector<domain::Write> writes;
        std::vector<std::uint64_t> serials;
        for (auto& command : commands) {
            serials.push_back(++serial_);
            writes.push_back({domain::Ticket{.serial = serial_}, std::move(command)});
        }
        while (true) {
            const auto taken = store_.submit(writes);
            if (taken) return serials;
            if (taken.error().code != base::ErrorCode::overloaded)
                throw std::runtime_error(std::string(taken.error().message()));
            std::this_thread::yield();
        }
    }
    domain::Outcome write(domain::Command command) {
        std::vector<domain::Command> one;
        one.push_back(std::move(command));
        return recorder_.wait_for(submit(std::move(one)).front());
    }
    // Tries until the store takes it again.
    domain::Outcome write_when_up(const domain::Command& command) {
        while (true) {
            std::vector<domain::Write> one;
            one.push_back({domain::Ticket{.serial = ++serial_}, command});
            const auto serial = serial_;
            if (store_.submit(one)) {
                auto outcome = recorder_.wait_for(serial);
                if (outcome || !outcome.error().temporary()) return outcome;
            }
            std::this_thread::yield();
        }
    }

    template <class T, class Ask>
    base::Result<T> ask(Ask&& ask) {
        std::promise<base::Result<T>> promise;
        auto future = promise.get_future();
        ask(domain::Answer<T>([&](base::Result<T> result) { promise.set_value(std::move(result)); })
        );
        return future.get();
    }
    base::Result<void> watch(std::string_view thread) {
        return ask<void>([&](auto answer) {
            store_.watch(contract::thread_id(thread), std::move(answer));
        });
    }
    base::Result<domain::PollView> poll(std::string_view id) {
        return ask<domain::PollView>([&](auto answer) {
            store_.poll(contract::poll_id(id), std::move(answer));
        });
    }
    base::Result<std::vector<domain::OptionSet>> ballots(
        std::string_view thread, std::string_view voter, std::vector<domain::BoxId> boxes
    ) {
        return ask<std::vector<domain::OptionSet>>([&](auto answer) {
            store_.ballots(
                contract::thread_id(thread), contract::user(voter), boxes, std::move(answer)
            );
        });
    }
    base::Result<domain::StoredCounts> counts(std::string_view thread) {
        auto counts = ask<std::vector<domain::StoredCounts>>([&](auto answer) {
            store_.counts({contract::thread_id(thread)}, std::move(answer));
        });
        if (!counts) return std::unexpected(counts.error());
        return counts->front();
    }
    base::Result<domain::LogPage> log(std::string_view thread, std::uint64_t since = 0) {
        return ask<domain::LogPage>([&](auto answer) {
            store_.thread_log(contract::thread_id(thread), since, 10'000, std::move(answer));
        });
    }
    base::Result<domain::LogPage> site_log(std::uint64_t since = 0) {
        return ask<domain::LogPage>([&](auto answer) {
            store_.site_log(since, 10'000, std::move(answer));
        });
    }

    [[nodiscard]] Recorder& recorder() { return recorder_; }
    [[nodiscard]] RedisStore& store() { return store_; }

  private:
    Recorder recorder_;
    RedisStore store_;
    std::uint64_t serial_ = 0;
};

[[nodiscard]] inline domain::PutThread a_thread(std::string_view id) {
    return {.thread = {.id = contract::thread_id(id), .created = contract::kNow}};
}
// Open, with the options a, b and c.
[[nodiscard]] inline domain::PutPoll a_poll(std::string_view id, std::string_view thread) {
    domain::Poll poll{
        .id = contract::poll_id(id),
        .thread = contract::thread_id(thread),
        .question = "Which one?",
        .state = domain::PollState::open,
        .created = contract::kNow,
    };
    for (const auto* name : {"a", "b", "c"})
        poll.options.push_back({contract::id<base::OptionId>(name), name});
    return {.poll = std::move(poll)};
}
[[nodiscard]] inline domain::Choose a_vote(
    const domain::BoxId& box, std::string_view thread, const std::string& voter,
    std::uint64_t options
) {
    return {
        .box = box,
        .thread = contract::thread_id(thread),
        .voter = contract::user(voter),
        .options = domain::OptionSet(options),
        .at = contract::kNow,
    };
}
[[nodiscard]] inline domain::Append a_comment(std::uint64_t number, std::string_view thread) {
    const domain::Thread in{.id = contract::thread_id(thread)};
    return {
        .change = domain::post({
                                   .id = base::CommentId(number),
                                   .thread = &in,
                                   .author = {contract::user("ann"), "Ann"},
                                   .text = contract::text("text " + std::to_string(number)),
                                   .now = contract::kNow + std::chrono::milliseconds(number),
                               })
                      .value()
    };
}

}  // namespace voxpop::store::redis
