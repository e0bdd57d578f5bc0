// A session's subscriptions: asking, recovering, leaving. Publications that come while history is
// read are in the hub's ring by then, so a subscription goes live at one moment, with everything up
// to it in its reply.
#include <algorithm>
#include <utility>

#include "base/limits.hpp"
#include "net/protocol/encode.hpp"
#include "net/session.hpp"

namespace voxpop::net {
namespace limits = base::limits;
using base::ErrorCode;

Session::Entry* Session::find_entry(std::string_view channel) {
    for (auto& entry : entries_) {
        if (entry->channel == channel) return entry.get();
    }
    return nullptr;
}

Session::Entry* Session::find_entry(std::uint64_t serial) {
    for (auto& entry : entries_) {
        if (entry->serial == serial) return entry.get();
    }
    return nullptr;
}

void Session::drop(Entry& gone) {
    if (gone.live) {
        context_.hub.remove(gone.subscription, context_.clock.monotonic());
    }
    std::erase_if(entries_, [&](const auto& entry) { return entry.get() == &gone; });
}

base::Result<void> Session::check_subscribe(const protocol::Command& command) const {
    if (command.type != 0)
        return base::fail(ErrorCode::not_available, "this kind of subscription is not served");
    if (command.has_filter) return base::fail(ErrorCode::bad_request, "filters are not served");
    if (command.channel.size() > limits::kChannelNameBytesMax) {
        return base::fail(ErrorCode::bad_request, "the channel's name is too long");
    }
    for (const auto& entry : entries_) {
        if (entry->channel == command.channel) return base::fail(ErrorCode::already_subscribed);
    }
    if (entries_.size() >= context_.options.channels_per_client_max) {
        return base::fail(ErrorCode::limit_exceeded, "too many channels on one connection");
    }
    return {};
}

void Session::on_subscribe(const protocol::Command& command) {
    if (command.channel.empty()) return close(close::kBadRequest);
    const auto allowed = check_subscribe(command);
    if (!allowed) return answer_error(command.id, allowed.error());
    auto& entry = *entries_.emplace_back(std::make_unique<Entry>());
    entry.channel = command.channel;
    entry.serial = next_serial_++;
    entry.subscription.owner = this;
    entry.subscription.by_number = (command.flag & protocol::kAcceptsChannelNumber) != 0;
    Wanted wanted{command.id,      entry.serial,   command.flag,
                  command.recover, command.offset, std::string(command.epoch)};
    ++outstanding_;
    barrier_ = true;
    auto then = [&context = context_, id = id_,
                 wanted = std::move(wanted)](base::Result<Admission> admission) {
        if (Session* session = context.find(id)) session->admitted(wanted, admission);
    };
    const SubscribeRequest request{.channel = entry.channel, .recovering = command.recover};
    context_.backend.subscribe(caller(), request, std::move(then));
}

void Session::admitted(const Wanted& wanted, const base::Result<Admission>& admission) {
    Entry* entry = find_entry(wanted.serial);
    HubChannel* channel = entry == nullptr ? nullptr : context_.hub.find(entry->channel);
    if (!admission || channel == nullptr) {
        if (entry != nullptr) drop(*entry);
        const base::Error gone{ErrorCode::internal, "the channel has gone; try again"};
        return fail(wanted.command, admission ? gone : admission.error());
    }
    entry->subscription.sees_results = admission->sees_results;
    entry->subscription.by_ballot = admission->by_ballot;
    entry->subscription.viewer = admission->counts_as_viewer;
    if (channel->kind == ChannelKind::stream && wanted.recover) return recover(*entry, wanted);
    go_live(*entry, wanted, false, {});
}

void Session::recover(Entry& entry, const Wanted& wanted) {
    const HubChannel& channel = *context_.hub.find(entry.channel);
    const bool same = wanted.epoch.empty() || wanted.epoch == channel.position.epoch;
    const std::uint64_t top = channel.position.offset;
    const bool too_far = wanted.offset < top && top - wanted.offset > limits::kRecoverEventsMax;
    if (!same || too_far) return go_live(entry, wanted, false, {});
    if (channel.reaches(wanted.offset)) {
        std::vector<PublicationPtr> missed;
        channel.append_after(wanted.offset, missed);
        return go_live(entry, wanted, true, std::move(missed));
    }
    auto then = [&context = context_, id = id_, wanted](base::Result<ChannelHistory> history) {
        if (Session* session = context.find(id)) session->recover_from_store(wanted, history);
    };
    context_.backend.history(
        entry.channel, wanted.offset, limits::kRecoverEventsMax, std::move(then)
    );
}

namespace {

bool contiguous(const std::vector<PublicationPtr>& publications) {
    const auto parted = [](const PublicationPtr& a, const PublicationPtr& b) {
        return a->offset + 1 != b->offset;
    };
    return std::ranges::adjacent_find(publications, parted) == publications.end();
}

std::size_t bytes_of(const std::vector<PublicationPtr>& publications) {
    std::size_t bytes = 0;
    for (const auto& publication : publications) bytes += publication->json.size();
    return bytes;
}

}  // namespace

// Another node, or another core, has told the client what this one hears with its next tick:
// nothing is lost, and a moment later all of it can be recovered.
bool Session::is_stored(
    const Wanted& wanted, const HubChannel& channel, const base::Result<ChannelHistory>& history
) {
    if (!history) return history.error().temporary();  // not known, so not given up
    return history->position.epoch == channel.position.epoch &&
           history->position.offset >= wanted.offset;
}

// What the store gave, up to where the hub is, and then what the hub heard since: all of it, or
// none.
void Session::recover_from_store(
    const Wanted& wanted, const base::Result<ChannelHistory>& history
) {
    Entry* entry = find_entry(wanted.serial);
    const HubChannel* channel = entry == nullptr ? nullptr : context_.hub.find(entry->channel);
    if (channel == nullptr) {
        if (entry != nullptr) drop(*entry);
        return fail(wanted.command, {ErrorCode::internal, "the channel has gone; try again"});
    }
    if (wanted.offset > channel->position.offset && is_stored(wanted, *channel, history)) {
        drop(*entry);
        return fail(wanted.command, {ErrorCode::internal, "not heard of here yet; try again"});
    }
    std::vector<PublicationPtr> missed;
    if (history && history->complete && history->position.epoch == channel->position.epoch) {
        for (const auto& publication : history->publications) {
            if (publication->offset <= channel->position.offset) missed.push_back(publication);
        }
        if (contiguous(missed)) channel->bring_up_to_date(missed);
    }
    const std::uint64_t reached = missed.empty() ? wanted.offset : missed.back()->offset;
    if (channel->reaches(reached)) channel->append_after(reached, missed);
    // The hub's epoch may have changed while the store was read.
    const bool same = wanted.epoch.empty() || wanted.epoch == channel->position.epoch;
    const bool whole = same && missed.size() == channel->position.offset - wanted.offset &&
                       contiguous(missed) &&
                       (missed.empty() || missed.front()->offset == wanted.offset + 1);
    if (!whole) missed.clear();
    go_live(*entry, wanted, whole, std::move(missed));
}

void Session::go_live(
    Entry& entry, const Wanted& wanted, bool recovered, std::vector<PublicationPtr> missed
) {
    HubChannel& channel = *context_.hub.find(entry.channel);
    const bool stream = channel.kind == ChannelKind::stream;
    const bool was_recovering = stream && wanted.recover;
    // A reply that would not fit into the outbox would close the connection, and the client would
    // come back for the same.
    if (bytes_of(missed) > outbox_.stream_bytes_max()) {
        recovered = false;
        missed.clear();
    }
    if (was_recovering) {
        context_.count(recovered ? base::Metric::recoveries : base::Metric::recoveries_failed);
    }
    const bool refuse =
        was_recovering && !recovered && (wanted.flag & protocol::kErrorWhenUnrecoverable) != 0;
    if (refuse) {
        drop(entry);
        return fail(wanted.command, {ErrorCode::unrecoverable_position, {}});
    }
    StreamPosition position = channel.position;
    if (recovered) position.offset = wanted.offset;  // the client counts on from here
    protocol::SubscribeReply reply{
        .was_recovering = was_recovering, .recovered = recovered, .publications = missed
    };
    if (entry.subscription.by_number) reply.number = channel.number;
    if (stream) reply.position = &position;
    reply.data = entry.subscription.sees_results ? channel.snapshot : channel.snapshot_masked;
    protocol::append_subscribe(begin_answer(), wanted.command, reply);
    context_.hub.add(channel, entry.subscription);
    entry.live = true;
    answered();
}

void Session::on_unsubscribe(const protocol::Command& command) {
    if (Entry* entry = find_entry(command.channel)) {
        if (entry->live) outbox_.drop_channel(entry->subscription.channel->number);
        drop(*entry);
    }
    protocol::append_unsubscribe(begin_answer(), command.id);
}

}  // namespace voxpop::net
