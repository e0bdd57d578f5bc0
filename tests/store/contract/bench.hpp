// A store on a test bench: started on fresh data, driven synchronously, reopened at will.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "domain/store.hpp"
#include "tests/store/contract/store_under_test.hpp"
#include "tests/store/recorder.hpp"

namespace voxpop::store::contract {

using namespace domain;
using base::ErrorCode;

template <class Id = base::ThreadId>
[[nodiscard]] Id id(std::string_view text) {
    return Id::from(text).value();
}
[[nodiscard]] inline base::ThreadId thread_id(std::string_view text) {
    return id<base::ThreadId>(text);
}
[[nodiscard]] inline domain::CommentText text(std::string_view words) {
    return domain::CommentText::clean(words, 100).value();
}
[[nodiscard]] inline base::PollId poll_id(std::string_view text) {
    return id<base::PollId>(text);
}
[[nodiscard]] inline base::UserId user(std::string_view text) {
    return id<base::UserId>(text);
}

inline const Time kNow = base::from_millis(1'700'000'000'000);

class Bench {
  public:
    Bench();
    ~Bench();
    Bench(const Bench&) = delete;
    Bench& operator=(const Bench&) = delete;

    // Stops the store and opens another on the same data.
    void reopen();
    void stop() { store_->stop(); }

    // Writes and waits for the outcome.
    Outcome write(Command command);
    // The same, for what must succeed: gives the answer of type T.
    template <class T>
    T must(Command command) {
        auto outcome = write(std::move(command));
        if (!outcome)
            throw std::runtime_error("refused: " + std::string(outcome.error().message()));
        return std::get<T>(*outcome);
    }
    // The error that must come.
    ErrorCode refusal_of(Command command);
    // Submits without waiting; the serials, in order.
    std::vector<std::uint64_t> submit(std::vector<Command> commands);

    // Queries that wait for the answer.
    base::Result<ThreadView> thread(base::ThreadId which);
    base::Result<CommentPage> comments(PageRequest request);
    base::Result<Comment> comment(base::CommentId which);
    base::Result<PollView> poll(base::PollId which);
    // Of boxes in thread "t".
    std::vector<OptionSet> ballots(base::UserId voter, std::vector<BoxId> boxes);
    std::vector<StoredCounts> counts(std::vector<base::ThreadId> threads);
    LogPage thread_log(base::ThreadId which, std::uint64_t since = 0, std::size_t limit = 1000);
    LogPage site_log(std::uint64_t since = 0, std::size_t limit = 1000);
    base::Result<CommentPage> moderation(ModerationRequest request);
    std::vector<Poll> timed_polls();
    Counters counters(std::string_view thread);

    // Shorthands for what most sentences begin with.
    void make_thread(std::string_view which);
    // An open poll with the options a, b and c in thread "t", single choice.
    Poll make_poll(std::string_view which);
    Outcome choose(const BoxId& box, std::string_view voter, std::uint64_t options);
    // A visible comment; `parent` empty for a top-level one.
    CommentChange posted(std::uint64_t number, base::CommentId parent = {});
    base::CommentId post(std::uint64_t number, base::CommentId parent = {});
    // Ann's edit of a comment as she knows it.
    static CommentChange edited(const Comment& comment, std::string_view words);
    // A moderator's decision on the comment as it is.
    Outcome decide(base::CommentId which, Decision decision);

    [[nodiscard]] Store& store() { return *store_; }
    [[nodiscard]] Recorder& recorder() { return *recorder_; }
    [[nodiscard]] std::uint64_t last_serial() const { return serial_; }

  private:
    std::unique_ptr<StoreUnderTest> data_;
    std::unique_ptr<Recorder> recorder_;
    std::unique_ptr<Store> store_;
    std::uint64_t serial_ = 0;
};

// A key for one write of `who`.
[[nodiscard]] Idempotency key(
    std::string_view who, std::string_view text, std::uint64_t fingerprint = 1
);

// The changes of one type, in order.
template <class T>
[[nodiscard]] std::vector<T> only(const std::vector<Change>& changes) {
    std::vector<T> out;
    for (const auto& change : changes) {
        if (const auto* one = std::get_if<T>(&change)) out.push_back(*one);
    }
    return out;
}

}  // namespace voxpop::store::contract
