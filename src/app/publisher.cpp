#include "app/publisher.hpp"

#include <array>
#include <utility>

#include "app/push_frames.hpp"
#include "base/limits.hpp"

namespace voxpop::app {
namespace limits = base::limits;

Publisher::Publisher(Parts parts) : parts_(std::move(parts)) {}

void Publisher::open(std::size_t core, const ChannelName& name, Opened opened) {
    if (channels_.size() >= limits::kOpenChannelsMax && !channels_.contains(name.str())) {
        return opened(
            base::fail(base::ErrorCode::limit_exceeded, "too many channels are open on this node")
        );
    }
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
            return want_thread(name.thread(), std::move(then));
        case Facet::poll:
            return want_poll(name.poll(), std::move(then));
        case Facet::moderation:
            return want_moderation(std::move(then));
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
    const auto at = threads_.find(thread);
    if (at == threads_.end()) return;
    at->second.live->set_viewers(core, viewers);
    dirty_threads_.insert(thread);
}

LiveCounts Publisher::counts(const base::ThreadId& thread, const domain::StoredCounts& stored) {
    const auto now = parts_.clock.now();
    const auto at = threads_.find(thread);
    if (at != threads_.end() && at->second.ready) return at->second.live->counts(now);
    return {.version = static_cast<std::uint64_t>(base::to_millis(now)), .stored = stored};
}

Publisher::Channel& Publisher::channel(const ChannelName& name) {
    auto [at, created] = channels_.try_emplace(name.str());
    Channel& found = at->second;
    if (!created) return found;
    found.name = name;
    found.number = ++last_number_;
    names_[found.number] = at->first;
    if (name.facet == Facet::poll) {
        ++polls_.at(name.poll()).channels;
    } else if (name.facet != Facet::moderation) {
        ++threads_.at(name.thread()).channels;
    }
    parts_.metrics.set(base::Gauge::channels, static_cast<std::int64_t>(channels_.size()));
    return found;
}

void Publisher::forget(const Channel& idle) {
    const ChannelName name = idle.name;
    names_.erase(idle.number);
    channels_.erase(name.str());
    parts_.metrics.set(base::Gauge::channels, static_cast<std::int64_t>(channels_.size()));
    const auto drop_slot = [](auto& slots, const auto& id) {
        const auto at = slots.find(id);
        if (--at->second.channels == 0 && at->second.waiting.empty()) slots.erase(at);
    };
    if (name.facet == Facet::poll) {
        drop_slot(polls_, name.poll());
    } else if (name.facet != Facet::moderation) {
        drop_slot(threads_, name.thread());
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
            of_stream(threads_.at(opened.name.thread()).live->stream());
            break;
        case Facet::moderation:
            of_stream(moderation_.live->stream);
            break;
        case Facet::reactions:
            state.kind = net::ChannelKind::latest;
            break;
        case Facet::counts:
            state.kind = net::ChannelKind::latest;
            state.snapshot = counts_data(threads_.at(opened.name.thread()).live->counts(now));
            break;
        case Facet::poll: {
            const LivePoll& poll = *polls_.at(opened.name.poll()).live;
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
    auto updates = std::make_shared<Updates>();
    for (auto at = dirty_threads_.begin(); at != dirty_threads_.end();) {
        at = add_thread_updates(*at, *updates, now) ? dirty_threads_.erase(at) : std::next(at);
    }
    for (const auto& id : std::exchange(dirty_polls_, {})) add_poll_update(id, *updates);
    if (moderation_.ready) {
        add_stream_update(
            Facet::moderation, parts_.site.view(), moderation_.live->stream, *updates
        );
    }
    reset_channels_.clear();
    if (updates->empty()) return;
    parts_.metrics.add(base::Metric::publications, parts_.stripe, updates->size());
    for (const auto& deliver : parts_.cores) deliver(updates);
}

bool Publisher::add_thread_updates(const base::ThreadId& id, Updates& updates, base::Time now) {
    const auto at = threads_.find(id);
    if (at == threads_.end()) return true;
    if (!at->second.ready) return false;
    LiveThread& live = *at->second.live;
    add_stream_update(Facet::thread, id.view(), live.stream(), updates);
    if (live.counts_are_due(now)) {
        std::string data = counts_data(live.publish_counts(now));
        if (const Channel* counts = watched(Facet::counts, id.view())) {
            net::ChannelUpdate update{.number = counts->number};
            update.snapshot = data;
            add_value(std::move(update), *counts, data, updates);
        }
    }
    const Channel* reactions = watched(Facet::reactions, id.view());
    for (const auto& moved : live.take_reactions()) {
        if (reactions == nullptr) continue;
        net::ChannelUpdate update{.number = reactions->number};
        update.conflation_key = moved.comment.value();
        add_value(std::move(update), *reactions, reactions_publication(moved), updates);
    }
    return !live.counts_wait();
}

void Publisher::add_stream_update(
    Facet facet, std::string_view id, EventStream& stream, Updates& updates
) {
    // Taken in any case: what nobody watches is told by the state at the next opening.
    net::ChannelUpdate update{
        .publications = stream.take_fresh(), .replaced = stream.take_replaced()
    };
    const Channel* target = watched(facet, id);
    if (target == nullptr) return;
    const std::string name = target->name.str();
    if (reset_channels_.contains(name)) update.epoch = stream.position().epoch;
    if (update.publications.empty() && update.replaced.empty() && update.epoch.empty()) return;
    update.number = target->number;
    if (!update.publications.empty()) {
        std::vector<std::string_view> lines;
        for (const auto& publication : update.publications) lines.push_back(publication->json);
        auto frames = push_frames(target->number, name, lines);
        update.by_number = std::move(frames.by_number);
        update.by_name = std::move(frames.by_name);
    }
    updates.push_back(std::move(update));
}

void Publisher::add_poll_update(const base::PollId& id, Updates& updates) {
    const auto at = polls_.find(id);
    const Channel* target = watched(Facet::poll, id.view());
    if (at == polls_.end() || target == nullptr || !at->second.live->has_news()) return;
    const LivePoll::News news = at->second.live->take_news();
    net::ChannelUpdate update{.number = target->number};
    update.snapshot = news.data;
    update.has_mask = news.has_mask;
    update.snapshot_masked = at->second.live->masked_snapshot();
    if (!news.masked_data.empty()) {
        const std::string masked = publication_json(news.masked_data);
        auto frames =
            push_frames(target->number, target->name.str(), std::array{std::string_view(masked)});
        update.masked_by_number = std::move(frames.by_number);
        update.masked_by_name = std::move(frames.by_name);
    }
    // Who saw the results of the last round by voting in it must be admitted anew.
    if (news.new_round && news.has_mask) update.epoch = "round";
    add_value(std::move(update), *target, news.data, updates);
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
