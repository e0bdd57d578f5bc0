#include "tests/store/contract/bench.hpp"

#include <future>

#include "base/limits.hpp"

namespace voxpop::store::contract {
namespace {

// Calls `ask` with an Answer and waits for what it is given.
template <class T, class Ask>
base::Result<T> wait_for(Ask&& ask) {
    std::promise<base::Result<T>> promise;
    auto future = promise.get_future();
    ask(Answer<T>([&promise](base::Result<T> result) { promise.set_value(std::move(result)); }));
    return future.get();
}

}  // namespace

Bench::Bench()
    : data_(make_store_under_test()),
      recorder_(std::make_unique<Recorder>()),
      store_(data_->open()) {
    store_->start(*recorder_);
}

Bench::~Bench() {
    store_->stop();
}

void Bench::reopen() {
    store_->stop();
    store_.reset();
    recorder_ = std::make_unique<Recorder>();
    store_ = data_->open();
    store_->start(*recorder_);
}

std::vector<std::uint64_t> Bench::submit(std::vector<Command> commands) {
    std::vector<Write> writes;
    std::vector<std::uint64_t> serials;
    for (auto& command : commands) {
        serials.push_back(++serial_);
        writes.push_back({Ticket{.serial = serial_}, std::move(command)});
    }
    if (auto accepted = store_->submit(writes); !accepted) {
        throw std::runtime_error(std::string(accepted.error().message()));
    }
    return serials;
}

Outcome Bench::write(Command command) {
    std::vector<Command> one;
    one.push_back(std::move(command));
    return recorder_->wait_for(submit(std::move(one)).front());
}

ErrorCode Bench::refusal_of(Command command) {
    const auto outcome = write(std::move(command));
    if (outcome) throw std::runtime_error("it was accepted");
    return outcome.error().code;
}

base::Result<ThreadView> Bench::thread(base::ThreadId which) {
    return wait_for<ThreadView>([&](auto answer) { store_->thread(which, std::move(answer)); });
}
base::Result<CommentPage> Bench::comments(PageRequest request) {
    return wait_for<CommentPage>([&](auto answer) { store_->comments(request, std::move(answer)); }
    );
}
base::Result<Comment> Bench::comment(base::CommentId which) {
    return wait_for<Comment>([&](auto answer) { store_->comment(which, std::move(answer)); });
}
base::Result<PollView> Bench::poll(base::PollId which) {
    return wait_for<PollView>([&](auto answer) { store_->poll(which, std::move(answer)); });
}
std::vector<OptionSet> Bench::ballots(base::UserId voter, std::vector<BoxId> boxes) {
    return wait_for<std::vector<OptionSet>>([&](auto answer) {
               store_->ballots(thread_id("t"), voter, boxes, std::move(answer));
           }
    ).value();
}
std::vector<StoredCounts> Bench::counts(std::vector<base::ThreadId> threads) {
    return wait_for<std::vector<StoredCounts>>(
               [&](auto answer) { store_->counts(threads, std::move(answer)); }
    ).value();
}
LogPage Bench::thread_log(base::ThreadId which, std::uint64_t since, std::size_t limit) {
    return wait_for<LogPage>(
               [&](auto answer) { store_->thread_log(which, since, limit, std::move(answer)); }
    ).value();
}
LogPage Bench::site_log(std::uint64_t since, std::size_t limit) {
    return wait_for<LogPage>([&](auto answer) { store_->site_log(since, limit, std::move(answer)); }
    ).value();
}
base::Result<CommentPage> Bench::moderation(ModerationRequest request) {
    return wait_for<CommentPage>([&](auto answer) {
        store_->moderation(request, std::move(answer));
    });
}
std::vector<Poll> Bench::timed_polls() {
    return wait_for<std::vector<Poll>>([&](auto answer) { store_->timed_polls(std::move(answer)); }
    ).value();
}
Counters Bench::counters(std::string_view thread) {
    return counts({thread_id(thread)}).front().counters;
}

void Bench::make_thread(std::string_view which) {
    must<Stored>(PutThread{.thread = {.id = thread_id(which), .created = kNow}});
}

Poll Bench::make_poll(std::string_view which) {
    if (!thread(thread_id("t"))) make_thread("t");
    Poll made{
        .id = poll_id(which),
        .thread = thread_id("t"),
        .question = "Which one?",
        .options =
            {{id<base::OptionId>("a"), "A"},
             {id<base::OptionId>("b"), "B"},
             {id<base::OptionId>("c"), "C"}},
        .state = PollState::open,
        .created = kNow,
    };
    must<Stored>(PutPoll{.poll = made});
    return made;
}

Outcome Bench::choose(const BoxId& box, std::string_view voter, std::uint64_t options) {
    return write(Choose{
        .box = box,
        .thread = thread_id("t"),
        .voter = user(voter),
        .options = OptionSet(options),
        .at = kNow,
    });
}

CommentChange Bench::posted(std::uint64_t number, base::CommentId parent) {
    Thread in{.id = thread_id("t")};
    const auto above = parent.empty() ? Comment{} : comment(parent).value();
    return domain::post({
                            .id = base::CommentId(number),
                            .thread = &in,
                            .parent = parent.empty() ? nullptr : &above,
                            .author = {user("ann"), "Ann"},
                            .text = text("text " + std::to_string(number)),
                            .now = kNow + std::chrono::seconds(number),
                        })
        .value();
}

base::CommentId Bench::post(std::uint64_t number, base::CommentId parent) {
    return must<Appended>(Append{.change = posted(number, parent)}).comment;
}

CommentChange Bench::edited(const Comment& comment, std::string_view words) {
    const Thread in{.id = thread_id("t")};
    return edit(
               comment, {.thread = &in,
                         .editor = user("ann"),
                         .text = text(words),
                         .now = kNow,
                         .window = std::chrono::minutes(5)}
    )
        .value();
}

Outcome Bench::decide(base::CommentId which, Decision decision) {
    auto change = domain::decide(comment(which).value(), decision, user("mod"), "because", kNow);
    if (!change) return std::unexpected(change.error());
    return write(Append{.change = std::move(*change)});
}

Idempotency key(std::string_view who, std::string_view text, std::uint64_t fingerprint) {
    return {user(who), id<base::IdempotencyKey>(text), fingerprint};
}

}  // namespace voxpop::store::contract
