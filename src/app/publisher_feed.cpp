// The publisher's intake: reading a thread, a poll or the moderation stream when somebody first
// watches it, and following the changes from there. Changes that arrive while reading wait;
// versions and offsets tell afterwards which of them the reading has seen already.
#include <algorithm>
#include <limits>
#include <utility>

#include "app/publisher.hpp"
#include "base/limits.hpp"

namespace voxpop::app {
namespace limits = base::limits;

void Publisher::want_thread(const base::ThreadId& id, Loaded then) {
    auto [at, created] = threads_.try_emplace(id);
    ThreadSlot& slot = at->second;
    if (slot.ready) return then({});
    slot.waiting.push_back(std::move(then));
    if (!created) return;
    slot.live = std::make_unique<LiveThread>(id, parts_.cores.size());
    read_thread(id);
}

void Publisher::read_thread(const base::ThreadId& id) {
    parts_.store
        .thread(id, on_loop<base::Result<domain::ThreadView>>(parts_.home, [this, id](auto view) {
                    if (!view && view.error().code != base::ErrorCode::thread_not_found) {
                        return give_up(threads_, id, view.error());
                    }
                    LiveThread& live = *threads_.at(id).live;
                    const std::uint64_t top = view ? view->position.offset : 0;
                    live.load_counts(view ? view->counts : domain::StoredCounts{}, top);
                    const auto& known = live.stream().position();
                    read_thread_log(id, known.epoch.empty() ? tail_start(top) : known.offset);
                }));
}

void Publisher::read_thread_log(const base::ThreadId& id, std::uint64_t since) {
    parts_.store.thread_log(
        id, since, limits::kHistoryEventsMax,
        on_loop<base::Result<domain::LogPage>>(
            parts_.home,
            [this, id](auto page) {
                if (!page) return give_up(threads_, id, page.error());
                ThreadSlot& slot = threads_.at(id);
                if (!refill(slot.live->stream(), *page))
                    reset_channels_.insert(ChannelName::of(id).str());
                dirty_threads_.insert(id);
                become_ready(slot);
            }
        )
    );
}

void Publisher::want_poll(const base::PollId& id, Loaded then) {
    auto [at, created] = polls_.try_emplace(id);
    PollSlot& slot = at->second;
    if (slot.ready) return then({});
    slot.waiting.push_back(std::move(then));
    if (!created) return;
    slot.live = std::make_unique<LivePoll>(id);
    parts_.store
        .poll(id, on_loop<base::Result<domain::PollView>>(parts_.home, [this, id](auto view) {
                  if (!view) return give_up(polls_, id, view.error());
                  PollSlot& loaded = polls_.at(id);
                  loaded.live->load(std::move(*view));
                  become_ready(loaded);
              }));
}

void Publisher::want_moderation(Loaded then) {
    if (moderation_.ready) return then({});
    moderation_.waiting.push_back(std::move(then));
    if (moderation_.live) return;
    moderation_.live = std::make_unique<ModerationTail>();
    // Asking beyond the end gives the position alone.
    parts_.store.site_log(
        std::numeric_limits<std::int64_t>::max(), 1,
        on_loop<base::Result<domain::LogPage>>(
            parts_.home,
            [this](auto page) {
                if (!page) return give_up_moderation(page.error());
                read_moderation(tail_start(page->position.offset));
            }
        )
    );
}

void Publisher::read_moderation(std::uint64_t since) {
    parts_.store.site_log(
        since, limits::kHistoryEventsMax,
        on_loop<base::Result<domain::LogPage>>(
            parts_.home,
            [this](auto page) {
                if (!page) return give_up_moderation(page.error());
                if (!refill(moderation_.live->stream, *page)) {
                    reset_channels_.insert(ChannelName{Facet::moderation, parts_.site}.str());
                }
                become_ready(moderation_);
            }
        )
    );
}

std::uint64_t Publisher::tail_start(std::uint64_t top) {
    return top - std::min<std::uint64_t>(top, limits::kHistoryEventsMax);
}

// Brings a stream to what was read. False when its continuity was lost and it began anew.
bool Publisher::refill(EventStream& stream, const domain::LogPage& page) {
    const auto now = parts_.clock.now();
    const bool first = stream.position().epoch.empty();
    if (!first && page.complete && page.position.epoch == stream.position().epoch) {
        for (const auto& record : page.records) (void)stream.feed(record, now);
        return true;
    }
    stream.reset(page, now);
    return first;
}

template <class Live>
void Publisher::become_ready(Slot<Live>& slot) {
    slot.ready = true;
    for (const auto& change : std::exchange(slot.early, {})) on_change(change);
    for (auto& then : std::exchange(slot.waiting, {})) then({});
}

// The store could not be read. Those who wait are told; a slot that has watchers stays as it is and
// reads again with the next change.
template <class Map, class Id>
void Publisher::give_up(Map& slots, const Id& id, const base::Error& error) {
    auto& slot = slots.at(id);
    auto waiting = std::exchange(slot.waiting, {});
    if (slot.channels == 0) {
        slots.erase(id);
    } else {
        slot.ready = true;
    }
    for (auto& then : waiting) then(std::unexpected(error));
}

void Publisher::give_up_moderation(const base::Error& error) {
    auto waiting = std::exchange(moderation_.waiting, {});
    if (moderation_.live->stream.position().epoch.empty()) {
        moderation_ = {};
    } else {
        moderation_.ready = true;
    }
    for (auto& then : waiting) then(std::unexpected(error));
}

void Publisher::on_changes(const std::vector<domain::Change>& changes) {
    for (const auto& change : changes) on_change(change);
}

void Publisher::on_change(const domain::Change& change) {
    if (const auto* appended = std::get_if<domain::LogAppended>(&change)) {
        feed_moderation(*appended);
        if (appended->record.offset != 0) feed_thread(appended->record.comment.thread, change);
    } else if (const auto* box = std::get_if<domain::BoxChanged>(&change)) {
        if (box->box.kind == domain::BoxKind::poll) {
            feed_poll(*base::PollId::from(box->box.subject.view()), change);
        } else {
            feed_thread(box->thread, change);
        }
    } else if (const auto* poll = std::get_if<domain::PollChanged>(&change)) {
        feed_poll(poll->poll.id, change);
    }
}

void Publisher::feed_thread(const base::ThreadId& id, const domain::Change& change) {
    const auto at = threads_.find(id);
    if (at == threads_.end()) return;
    ThreadSlot& slot = at->second;
    if (!slot.ready) return slot.early.push_back(change);
    dirty_threads_.insert(id);
    if (const auto* box = std::get_if<domain::BoxChanged>(&change)) return slot.live->feed(*box);
    const auto fed = slot.live->feed(std::get<domain::LogAppended>(change), parts_.clock.now());
    if (fed != EventStream::Fed::gap) return;
    slot.ready = false;
    slot.early.push_back(change);
    read_thread(id);
}

void Publisher::feed_poll(const base::PollId& id, const domain::Change& change) {
    const auto at = polls_.find(id);
    if (at == polls_.end()) return;
    PollSlot& slot = at->second;
    if (!slot.ready) return slot.early.push_back(change);
    if (const auto* box = std::get_if<domain::BoxChanged>(&change)) {
        slot.live->feed(*box);
    } else {
        slot.live->feed(std::get<domain::PollChanged>(change));
    }
    dirty_polls_.insert(id);
}

void Publisher::feed_moderation(const domain::LogAppended& appended) {
    if (!moderation_.live) return;
    if (!moderation_.ready) return moderation_.early.push_back(appended);
    const auto fed = moderation_.live->stream.feed(appended.record, parts_.clock.now());
    if (fed != EventStream::Fed::gap) return;
    moderation_.ready = false;
    moderation_.early.push_back(appended);
    read_moderation(moderation_.live->stream.position().offset);
}

}  // namespace voxpop::app
