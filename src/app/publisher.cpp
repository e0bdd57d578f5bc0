#include "app/publisher.hpp"

#include <array>
#include <utility>

#include "app/push_frames.hpp"

namespace voxpop::app {
using base::ErrorCode;

namespace {

// Names the restart of a channel that has no epoch of its own; only that it is there matters.
constexpr std::string_view kAnew = "anew";

}  // namespace

Publisher::Publisher(Parts parts)
    : parts_(std::move(parts)),
      watches_(parts_.home, parts_.store),
      threads_(make_threads()),
      polls_(make_polls()),
      moderation_(make_moderation()) {}

void Publisher::open(std::size_t core, const ChannelName& name, Opened opened) {
    if (channels_.contains(name.str())) return open_checked(core, name, std::move(opened));
    const std::size_t open = channels_.size();
    if (open >= parts_.channels_max) return opened(base::fail(ErrorCode::overloaded));
    // Counts are told of threads that do not exist yet, and anybody can think of such: those that
    // are there must not lack room for it.
    const bool may_be_thought_up = name.facet == Facet::counts || name.facet == Facet::reactions;
    if (open < parts_.channels_max / 2 || !may_be_thought_up)
        return open_checked(core, name, std::move(opened));
    auto then = [this, core, name, opened = std::move(opened)](auto view) mutable {
        if (view) return open_checked(core, name, std::move(opened));
        const bool missing = view.error().code == ErrorCode::thread_not_found;
        opened(missing ? base::fail(ErrorCode::overloaded) : std::unexpected(view.error()));
    };
    parts_.store.thread(
        name.thread(), on_loop<base::Result<domain::ThreadView>>(parts_.home, std::move(then))
    );
}

void Publisher::open_checked(std::size_t core, const ChannelName& name, Opened opened) {
    auto then = [this, core, name, opened = std::move(opened)](base::Result<void> loaded) mutable {
        if (!loaded) return opened(std::unexpected(loaded.error()));
        Channel& opening = channel(name);
        opening.cores |= std::uint64_t{1} << core;
        opened(state_of(opening));
    };
    switch (name.facet) {
        case Facet::thread:
        case Facet::counts:
        case Facet::reactions:
            return threads_.want(name.thread(), std::move(then));
        case Facet::poll:
            return polls_.want(name.poll(), std::move(then));
        case Facet::moderation:
            return moderation_.want(name.id, std::move(then));
    }
}

void Publisher::unwatch(std::size_t core, net::ChannelNumber number) {
    const auto name = names_.find(number);
    if (name == names_.end()) return;
    Channel& left = channels_.at(name->second);
    left.cores &= ~(std::uint64_t{1} << core);
    if (left.name.facet == Facet::thread) set_viewers(core, left.name.thread(), 0);
    if (left.cores == 0) forget(left);
}

void Publisher::set_viewers(std::size_t core, const base::ThreadId& thread, std::uint64_t viewers) {
    const auto* slot = threads_.find(thread);
    if (slot == nullptr) return;
    slot->live->set_viewers(core, viewers);
    dirty_threads_.insert(thread);
}

LiveCounts Publisher::counts(const base::ThreadId& thread, const domain::StoredCounts& stored) {
    const auto now = parts_.clock.now();
    const auto* slot = threads_.find(thread);
    if (slot != nullptr && slot->ready) return slot->live->counts(now);
    return {
        .version = static_cast<std::uint64_t>(base::to_millis(now)),
        .stored = stored,
        .viewers_here = slot == nullptr ? 0 : slot->live->viewers_here(),
    };
}

Publisher::Channel& Publisher::channel(const ChannelName& name) {
    auto [at, created] = channels_.try_emplace(name.str());
    Channel& found = at->second;
    if (!created) return found;
    found.name = name;
    found.number = ++last_number_;
    names_[found.number] = at->first;
    with_slots(name, [](auto& slots, const auto& id) { slots.hold(id); });
    parts_.metrics.set(base::Gauge::channels, static_cast<std::int64_t>(channels_.size()));
    return found;
}

void Publisher::forget(const Channel& idle) {
    const ChannelName name = idle.name;
    names_.erase(idle.number);
    channels_.erase(name.str());
    parts_.metrics.set(base::Gauge::channels, static_cast<std::int64_t>(channels_.size()));
    with_slots(name, [](auto& slots, const auto& id) { slots.release(id); });
}

template <class Use>
void Publisher::with_slots(const ChannelName& name, Use use) {
    switch (name.facet) {
        case Facet::thread:
        case Facet::counts:
        case Facet::reactions:
            return use(threads_, name.thread());
        case Facet::poll:
            return use(polls_, name.poll());
        case Facet::moderation:
            return use(moderation_, name.id);
    }
}

const Publisher::Channel* Publisher::watched(Facet facet, std::string_view id) const {
    const ChannelName name{facet, *base::InlineString<base::kIdBytesMax>::from(id)};
    const auto at = channels_.find(name.str());
    return at == channels_.end() ? nullptr : &at->second;
}

net::ChannelState Publisher::state_of(const Channel& opened) {
    const auto now = parts_.clock.now();
    net::ChannelState state{.name = opened.name.str(), .number = opened.number};
    const auto of_stream = [&state](const EventStream& stream) {
        state.kind = net::ChannelKind::stream;
        state.position = stream.told_position();
        state.history = stream.told_history();
    };
    switch (opened.name.facet) {
        case Facet::thread:
            of_stream(threads_.live(opened.name.thread()).stream());
            break;
        case Facet::moderation:
            of_stream(moderation_.live(opened.name.id).stream);
            break;
        case Facet::reactions:
            state.kind = net::ChannelKind::latest;
            state.snapshot = reactions_data(threads_.live(opened.name.thread()).recent_reactions());
            break;
        case Facet::counts:
            state.kind = net::ChannelKind::latest;
            state.snapshot = counts_data(threads_.live(opened.name.thread()).counts(now));
            break;
        case Facet::poll: {
            const LivePoll& poll = polls_.live(opened.name.poll());
            state.kind = net::ChannelKind::latest;
            state.snapshot = poll.snapshot();
            state.snapshot_masked = poll.masked_snapshot();
            break;
        }
    }
    return state;
}

std::string Publisher::counts_data(const LiveCounts& counts) {
    base::JsonWriter out;
    write_counts(out, counts);
    return out.take();
}

void Publisher::tick() {
    const auto now = parts_.clock.now();
    threads_.tend();
    polls_.tend();
    moderation_.tend();
    auto updates = std::make_shared<Updates>();
    for (auto at = dirty_threads_.begin(); at != dirty_threads_.end();) {
        at = add_thread_updates(*at, *updates, now) ? dirty_threads_.erase(at) : std::next(at);
    }
    std::erase_if(dirty_polls_, [&](const auto& id) { return add_poll_update(id, *updates); });
    const auto* site = moderation_.find(parts_.site);
    if (site != nullptr && site->ready) {
        add_stream_update(Facet::moderation, parts_.site.view(), site->live->stream, *updates);
    }
    if (updates->empty()) return;
    parts_.metrics.add(base::Metric::publications, parts_.stripe, updates->size());
    for (const auto& deliver : parts_.cores) deliver(updates);
}

bool Publisher::add_thread_updates(const base::ThreadId& id, Updates& updates, base::Time now) {
    const auto* slot = threads_.find(id);
    if (slot == nullptr) return true;
    LiveThread& live = *slot->live;
    if (const auto viewers = live.take_own_viewers(now)) parts_.store.set_viewers(id, *viewers);
    if (!slot->ready) return false;
    const bool restarted = add_stream_update(Facet::thread, id.view(), live.stream(), updates);
    add_counts_update(live, restarted, updates, now);
    const bool missed = live.take_reactions_missed();
    add_reaction_updates(live, restarted || missed, updates);
    return !live.waits();
}

void Publisher::add_counts_update(
    LiveThread& live, bool restarted, Updates& updates, base::Time now
) {
    if (!restarted && !live.counts_are_due(now)) return;
    std::string data = counts_data(live.publish_counts(now));
    const Channel* target = watched(Facet::counts, live.id().view());
    if (target == nullptr) return;
    net::ChannelUpdate update{.number = target->number};
    if (restarted) update.epoch = kAnew;
    update.snapshot = data;
    add_value(std::move(update), *target, data, updates);
}

void Publisher::add_reaction_updates(LiveThread& live, bool restarted, Updates& updates) {
    const auto moved = live.take_reactions();
    const Channel* target = watched(Facet::reactions, live.id().view());
    if (target == nullptr) return;
    if (!restarted && moved.empty()) return;
    net::ChannelUpdate state{.number = target->number};
    if (restarted) state.epoch = kAnew;
    state.snapshot = reactions_data(live.recent_reactions());
    updates.push_back(std::move(state));
    for (const auto& reactions : moved) {
        net::ChannelUpdate update{.number = target->number};
        update.conflation_key = reactions.comment.value();
        add_value(std::move(update), *target, reactions_data(std::span(&reactions, 1)), updates);
    }
}

bool Publisher::add_stream_update(
    Facet facet, std::string_view id, EventStream& stream, Updates& updates
) {
    const bool restarted = stream.take_restarted();
    // Taken in any case: what nobody watches is told by the state at the next opening.
    net::ChannelUpdate update{
        .publications = stream.take_fresh(), .replaced = stream.take_replaced()
    };
    const Channel* target = watched(facet, id);
    if (target == nullptr) return restarted;
    if (restarted) {
        update.epoch = stream.position().epoch;
        update.offset = stream.position().offset - update.publications.size();
    }
    if (update.publications.empty() && update.replaced.empty() && !restarted) return restarted;
    update.number = target->number;
    if (!update.publications.empty()) {
        std::vector<std::string_view> lines;
        for (const auto& publication : update.publications) lines.push_back(publication->json);
        auto frames = push_frames(target->number, target->name.str(), lines);
        update.by_number = std::move(frames.by_number);
        update.by_name = std::move(frames.by_name);
    }
    updates.push_back(std::move(update));
    return restarted;
}

bool Publisher::add_poll_update(const base::PollId& id, Updates& updates) {
    const auto* slot = polls_.find(id);
    if (slot != nullptr && !slot->ready) return false;
    const Channel* target = watched(Facet::poll, id.view());
    if (slot == nullptr || target == nullptr || !slot->live->has_news()) return true;
    const LivePoll::News news = slot->live->take_news();
    net::ChannelUpdate update{.number = target->number};
    update.snapshot = news.data;
    update.has_mask = news.has_mask;
    update.snapshot_masked = slot->live->masked_snapshot();
    if (!news.masked_data.empty()) {
        const std::string masked = publication_json(news.masked_data);
        auto frames =
            push_frames(target->number, target->name.str(), std::array{std::string_view(masked)});
        update.masked_by_number = std::move(frames.by_number);
        update.masked_by_name = std::move(frames.by_name);
    }
    // Who saw the results of the last round by voting in it, or before they were hidden, must be
    // admitted anew.
    if (news.went_back || (news.readmits && news.has_mask)) update.epoch = kAnew;
    add_value(std::move(update), *target, news.data, updates);
    return true;
}

void Publisher::add_value(
    net::ChannelUpdate update, const Channel& target, std::string_view data, Updates& updates
) {
    const std::string publication = publication_json(data);
    auto frames =
        push_frames(target.number, target.name.str(), std::array{std::string_view(publication)});
    update.by_number = std::move(frames.by_number);
    update.by_name = std::move(frames.by_name);
    updates.push_back(std::move(update));
}

}  // namespace voxpop::app
