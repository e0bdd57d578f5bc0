#include "store/redis/redis_store.hpp"

#include <stdexcept>
#include <utility>

#include "store/redis/bounds.hpp"
#include "store/redis/engine.hpp"

namespace voxpop::store::redis {

using namespace domain;

namespace {

// Whoever asks again must find the first answer.
StoreOptions checked(StoreOptions options) {
    if (options.retry_window + options.client.command_timeout >= bounds::kBatchTtl)
        throw std::invalid_argument("a batch may be asked about longer than its reply is kept");
    return options;
}

}  // namespace

RedisStore::RedisStore(StoreOptions options)
    : engine_(std::make_unique<Engine>(checked(std::move(options)))) {}
RedisStore::~RedisStore() = default;

void RedisStore::start(StoreObserver& observer) {
    engine_->start(observer);
}
void RedisStore::stop() {
    engine_->stop();
}
base::Result<void> RedisStore::submit(std::vector<Write>& writes) {
    return engine_->submit(writes);
}

void RedisStore::watch(base::ThreadId thread, Answer<void> answer) {
    engine_->ask<void>(std::move(answer), [this, thread](auto then) {
        engine_->watcher().watch(thread, std::move(then));
    });
}
void RedisStore::unwatch(base::ThreadId thread) {
    engine_->tell([this, thread] { engine_->watcher().unwatch(thread); });
}
void RedisStore::set_viewers(base::ThreadId thread, std::uint64_t viewers) {
    engine_->tell([this, thread, viewers] { engine_->viewers().set(thread, viewers); });
}
void RedisStore::secret(std::string name, std::string proposal, Answer<std::string> answer) {
    engine_->ask<std::string>(
        std::move(answer),
        [this, name = std::move(name), proposal = std::move(proposal)](auto then) mutable {
            engine_->secrets().share(std::move(name), std::move(proposal), std::move(then));
        }
    );
}

void RedisStore::thread(base::ThreadId id, Answer<ThreadView> answer) {
    engine_->ask<ThreadView>(std::move(answer), [this, id](auto then) {
        auto read = [this, then = std::move(then)](base::Result<ThreadView> view) mutable {
            if (view) engine_->watcher().on_read(*view);
            then(std::move(view));
        };
        engine_->queries().thread(id, std::move(read));
    });
}
void RedisStore::comments(PageRequest request, Answer<CommentPage> answer) {
    engine_->ask<CommentPage>(std::move(answer), [this, request = std::move(request)](auto then) {
        engine_->queries().comments(request, std::move(then));
    });
}
void RedisStore::comment(base::CommentId id, Answer<Comment> answer) {
    engine_->ask<Comment>(std::move(answer), [this, id](auto then) {
        engine_->queries().comment(id, std::move(then));
    });
}
void RedisStore::poll(base::PollId id, Answer<PollView> answer) {
    engine_->ask<PollView>(std::move(answer), [this, id](auto then) {
        engine_->queries().poll(id, std::move(then));
    });
}
void RedisStore::ballots(
    base::ThreadId thread, base::UserId voter, std::vector<BoxId> boxes,
    Answer<std::vector<OptionSet>> answer
) {
    engine_->ask<std::vector<OptionSet>>(
        std::move(answer), [this, thread, voter, boxes = std::move(boxes)](auto then
                           ) { engine_->queries().ballots(thread, voter, boxes, std::move(then)); }
    );
}
void RedisStore::counts(
    std::vector<base::ThreadId> threads, Answer<std::vector<StoredCounts>> answer
) {
    engine_->ask<std::vector<StoredCounts>>(
        std::move(answer), [this, threads = std::move(threads)](auto then
                           ) { engine_->queries().counts(threads, std::move(then)); }
    );
}
void RedisStore::thread_log(
    base::ThreadId id, std::uint64_t since, std::size_t limit, Answer<LogPage> answer
) {
    engine_->ask<LogPage>(std::move(answer), [this, id, since, limit](auto then) {
        engine_->queries().thread_log(id, since, limit, std::move(then));
    });
}
void RedisStore::site_log(std::uint64_t since, std::size_t limit, Answer<LogPage> answer) {
    engine_->ask<LogPage>(std::move(answer), [this, since, limit](auto then) {
        engine_->queries().site_log(since, limit, std::move(then));
    });
}
void RedisStore::moderation(ModerationRequest request, Answer<CommentPage> answer) {
    engine_->ask<CommentPage>(std::move(answer), [this, request = std::move(request)](auto then) {
        engine_->queries().moderation(request, std::move(then));
    });
}
void RedisStore::timed_polls(Answer<std::vector<Poll>> answer) {
    engine_->ask<std::vector<Poll>>(std::move(answer), [this](auto then) {
        engine_->queries().timed_polls(std::move(then));
    });
}

}  // namespace voxpop::store::redis
