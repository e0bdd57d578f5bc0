// The publisher's intake: reading a thread, a poll or the moderation stream when somebody first
// wants it, or when something may be missing, and following the changes from there.
#include <algorithm>
#include <limits>
#include <utility>

#include "app/publisher.hpp"
#include "base/limits.hpp"

namespace voxpop::app {
namespace limits = base::limits;

namespace {

// From where to read a stream that stands at `top`: from what is known, or, of a stream that is
// not known yet or has lost its continuity, as much as history may hold.
std::uint64_t reading_start(
    const domain::StreamPosition& known, const domain::StreamPosition& top
) {
    if (known.epoch == top.epoch) return known.offset;
    return top.offset - std::min<std::uint64_t>(top.offset, limits::kHistoryEventsMax);
}

}  // namespace

Publisher::Threads Publisher::make_threads() {
    const std::size_t cores = parts_.cores.size();
    return Threads({
        .make = [cores](const auto& id) { return std::make_unique<LiveThread>(id, cores); },
        .read = [this](const auto& reading) { read_thread(reading); },
        .feed = [this](auto& live, const auto& change) { return feed_thread(live, change); },
        .gone =
            [this](auto& slot) {
                if (slot.live->told_viewers() != 0) parts_.store.set_viewers(slot.live->id(), 0);
                if (slot.watched) watches_.drop(*slot.watched);
            },
    });
}

Publisher::Polls Publisher::make_polls() {
    return Polls({
        .make = [](const auto& id) { return std::make_unique<LivePoll>(id); },
        .read = [this](const auto& reading) { read_poll(reading); },
        .feed =
            [](auto& live, const auto& change) {
                if (const auto* box = std::get_if<domain::BoxChanged>(&change)) {
                    return live.feed(*box);
                }
                live.feed(std::get<domain::PollChanged>(change));
                return true;
            },
        .gone =
            [this](auto& slot) {
                if (slot.watched) watches_.drop(*slot.watched);
            },
    });
}

Publisher::Moderation Publisher::make_moderation() {
    return Moderation({
        .make = [](const auto&) { return std::make_unique<ModerationTail>(); },
        .read = [this](const auto& reading) { read_moderation(reading); },
        .feed =
            [this](auto& live, const auto& change) {
                const auto& record = std::get<domain::LogAppended>(change).record;
                return live.stream.feed(record, parts_.clock.now()) != EventStream::Fed::gap;
            },
        .gone = [](auto&) {},
    });
}

// Has the store tell this node of the thread, and reads (again): what was read before may be old.
template <class Slots>
void Publisher::watch(Slots& slots, typename Slots::Reading reading, const base::ThreadId& thread) {
    watches_.add(thread, [this, &slots, reading, thread](base::Result<void> watched) {
        auto* slot = slots.find(reading);
        if (slot == nullptr) {
            if (watched) watches_.drop(thread);
            return;
        }
        if (!watched) return slots.fail(reading, watched.error());
        slot->watched = thread;
        slots.restart(reading);
    });
}

void Publisher::read_thread(const Threads::Reading& reading) {
    if (!threads_.find(reading)->watched) return watch(threads_, reading, reading.id);
    auto then = [this, reading](base::Result<domain::ThreadView> view) {
        auto* slot = threads_.find(reading);
        if (slot == nullptr) return;
        if (!view && view.error().code != base::ErrorCode::thread_not_found) {
            return threads_.fail(reading, view.error());
        }
        LiveThread& live = *slot->live;
        const auto found = view ? std::move(*view) : domain::ThreadView{};
        live.load_counts(found.counts, found.position);
        read_thread_log(reading, reading_start(live.stream().position(), found.position));
    };
    parts_.store.thread(
        reading.id, on_loop<base::Result<domain::ThreadView>>(parts_.home, std::move(then))
    );
}

void Publisher::read_thread_log(const Threads::Reading& reading, std::uint64_t since) {
    auto then = [this, reading](base::Result<domain::LogPage> page) {
        auto* slot = threads_.find(reading);
        if (slot == nullptr) return;
        if (!page) return threads_.fail(reading, page.error());
        EventStream& stream = slot->live->stream();
        if (!stream.refill(*page, parts_.clock.now())) {
            return read_thread_log(reading, stream.position().offset);
        }
        dirty_threads_.insert(reading.id);
        threads_.succeed(reading);
    };
    parts_.store.thread_log(
        reading.id, since, limits::kHistoryEventsMax,
        on_loop<base::Result<domain::LogPage>>(parts_.home, std::move(then))
    );
}

// A poll is watched with its thread, which only the poll itself can tell: so the first time it is
// read twice.
void Publisher::read_poll(const Polls::Reading& reading) {
    auto then = [this, reading](base::Result<domain::PollView> view) {
        auto* slot = polls_.find(reading);
        if (slot == nullptr) return;
        if (!view) return polls_.fail(reading, view.error());
        if (!slot->watched) return watch(polls_, reading, view->poll.thread);
        slot->live->load(std::move(*view));
        dirty_polls_.insert(reading.id);
        polls_.succeed(reading);
    };
    parts_.store.poll(
        reading.id, on_loop<base::Result<domain::PollView>>(parts_.home, std::move(then))
    );
}

void Publisher::read_moderation(const Moderation::Reading& reading) {
    auto then = [this, reading](base::Result<domain::LogPage> page) {
        auto* slot = moderation_.find(reading);
        if (slot == nullptr) return;
        if (!page) return moderation_.fail(reading, page.error());
        const auto& known = slot->live->stream.position();
        read_moderation_log(reading, reading_start(known, page->position));
    };
    // Asking beyond the end gives the position alone.
    parts_.store.site_log(
        std::numeric_limits<std::int64_t>::max(), 1,
        on_loop<base::Result<domain::LogPage>>(parts_.home, std::move(then))
    );
}

void Publisher::read_moderation_log(const Moderation::Reading& reading, std::uint64_t since) {
    auto then = [this, reading](base::Result<domain::LogPage> page) {
        auto* slot = moderation_.find(reading);
        if (slot == nullptr) return;
        if (!page) return moderation_.fail(reading, page.error());
        EventStream& stream = slot->live->stream;
        if (!stream.refill(*page, parts_.clock.now())) {
            return read_moderation_log(reading, stream.position().offset);
        }
        moderation_.succeed(reading);
    };
    parts_.store.site_log(
        since, limits::kHistoryEventsMax,
        on_loop<base::Result<domain::LogPage>>(parts_.home, std::move(then))
    );
}

void Publisher::on_changes(const std::vector<domain::Change>& changes) {
    for (const auto& change : changes) on_change(change);
}

void Publisher::on_gap() {
    threads_.doubt_all();
    polls_.doubt_all();
    moderation_.doubt_all();
}

void Publisher::on_change(const domain::Change& change) {
    if (const auto* appended = std::get_if<domain::LogAppended>(&change)) {
        const auto& record = appended->record;
        if (record.site_offset != 0) moderation_.offer(parts_.site, change);
        if (record.offset != 0) offer_thread(record.comment.thread, change);
    } else if (const auto* box = std::get_if<domain::BoxChanged>(&change)) {
        if (box->box.kind == domain::BoxKind::poll) {
            offer_poll(*base::PollId::from(box->box.subject.view()), change);
        } else {
            offer_thread(box->thread, change);
        }
    } else if (const auto* poll = std::get_if<domain::PollChanged>(&change)) {
        offer_poll(poll->poll.id, change);
    } else if (const auto* moved = std::get_if<domain::CountersMoved>(&change)) {
        offer_thread(moved->thread, change);
    } else if (const auto* elsewhere = std::get_if<domain::ViewersElsewhere>(&change)) {
        offer_thread(elsewhere->thread, change);
    }
}

void Publisher::offer_thread(const base::ThreadId& id, const domain::Change& change) {
    if (threads_.offer(id, change)) dirty_threads_.insert(id);
}

void Publisher::offer_poll(const base::PollId& id, const domain::Change& change) {
    if (polls_.offer(id, change)) dirty_polls_.insert(id);
}

bool Publisher::feed_thread(LiveThread& live, const domain::Change& change) const {
    if (const auto* appended = std::get_if<domain::LogAppended>(&change)) {
        return live.feed(*appended, parts_.clock.now()) != EventStream::Fed::gap;
    }
    if (const auto* box = std::get_if<domain::BoxChanged>(&change)) live.feed(*box);
    if (const auto* moved = std::get_if<domain::CountersMoved>(&change)) live.feed(*moved);
    if (const auto* elsewhere = std::get_if<domain::ViewersElsewhere>(&change)) {
        live.feed(*elsewhere);
    }
    return true;
}

}  // namespace voxpop::app
