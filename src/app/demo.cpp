#include "app/demo.hpp"

#include <utility>

namespace voxpop::app {
namespace {

using Done = std::move_only_function<void(base::Result<void>)>;

// Another node on the same store may have been first.
bool is_there(const domain::Outcome& outcome) {
    return outcome || outcome.error().code == base::ErrorCode::already_exists ||
           outcome.error().code == base::ErrorCode::version_conflict;
}

domain::Thread demo_thread(base::Time now) {
    return {
        .id = *base::ThreadId::from(kDemoId),
        .title = "도서관, 밤새 열어 둘까",
        .url = "/",
        .created = now,
    };
}

domain::Poll demo_poll(base::Time now) {
    return {
        .id = *base::PollId::from(kDemoId),
        .thread = *base::ThreadId::from(kDemoId),
        .question = "시립도서관을 24시간 열어야 할까요?",
        .options = {{*base::OptionId::from("pro"), "찬성"}, {*base::OptionId::from("con"), "반대"}},
        .state = domain::PollState::open,
        .created = now,
    };
}

}  // namespace

void seed_demo(Services& services, Done done) {
    const auto now = services.clock.now();
    auto with_thread = [&services, now, done = std::move(done)](domain::Outcome thread) mutable {
        if (!is_there(thread)) return done(std::unexpected(thread.error()));
        auto with_poll = [done = std::move(done)](domain::Outcome poll) mutable {
            is_there(poll) ? done({}) : done(std::unexpected(poll.error()));
        };
        services.pen.write(domain::PutPoll{demo_poll(now), 0}, std::move(with_poll));
    };
    services.pen.write(domain::PutThread{demo_thread(now), 0}, std::move(with_thread));
}

}  // namespace voxpop::app
