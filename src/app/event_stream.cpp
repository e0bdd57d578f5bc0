#include "app/event_stream.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "app/encode.hpp"
#include "app/push_frames.hpp"
#include "base/limits.hpp"

namespace voxpop::app {
namespace limits = base::limits;

EventStream::Format EventStream::thread_format() {
    return {thread_publication, &domain::LogRecord::offset, true};
}

EventStream::Format EventStream::moderation_format() {
    return {moderation_publication, &domain::LogRecord::site_offset, false};
}

void EventStream::reset(const domain::LogPage& page, base::Time now) {
    history_.clear();
    replaced_.clear();
    for (const auto& record : page.records) append(record, now);
    fresh_.clear();  // nobody was promised these as news
    position_.epoch = page.position.epoch;
    // A page that stopped at its limit ends before the newest record; what follows will be fed.
    if (page.records.empty()) position_.offset = page.position.offset;
}

bool EventStream::refill(const domain::LogPage& page, base::Time now) {
    const bool first = position_.epoch.empty();
    // A store that stands before what it told has lost it, whatever its epoch says.
    const bool follows =
        page.position.epoch == position_.epoch && page.position.offset >= position_.offset;
    if (!first && page.complete && follows) {
        for (const auto& record : page.records) (void)feed(record, now);
    } else {
        reset(page, now);
        restarted_ = restarted_ || !first;
    }
    return page.records.empty() || position_.offset >= page.position.offset;
}

EventStream::Fed EventStream::feed(const domain::LogRecord& record, base::Time now) {
    const std::uint64_t offset = record.*format_.offset;
    if (offset <= position_.offset) return Fed::known;
    if (offset > position_.offset + 1) return Fed::gap;
    if (format_.replaces_text) replace_earlier(record);
    append(record, now);
    return Fed::appended;
}

void EventStream::append(const domain::LogRecord& record, base::Time now) {
    const std::uint64_t offset = record.*format_.offset;
    auto publication = std::make_shared<const net::Publication>(
        net::Publication{offset, publication_json(format_.data(record), offset)}
    );
    history_.push_back({publication, record.type, record.comment.id, now});
    fresh_.push_back(std::move(publication));
    position_.offset = offset;
    while (history_.size() > limits::kHistoryEventsMax ||
           (!history_.empty() && history_.front().at + limits::kHistoryAge < now)) {
        history_.pop_front();
    }
}

// Recovery must not bring back what was hidden, deleted or edited away: the earlier publications of
// this comment keep their type and place, and show the comment as it is now.
void EventStream::replace_earlier(const domain::LogRecord& record) {
    if (record.type == domain::EventType::posted) return;
    for (auto& entry : history_) {
        if (entry.comment != record.comment.id) continue;
        domain::LogRecord rewritten = record;
        rewritten.type = entry.type;
        const std::uint64_t offset = entry.publication->offset;
        const auto old = entry.publication;
        entry.publication = std::make_shared<const net::Publication>(
            net::Publication{offset, publication_json(format_.data(rewritten), offset)}
        );
        const auto unsent = std::find(fresh_.begin(), fresh_.end(), old);
        if (unsent != fresh_.end()) {
            *unsent = entry.publication;
        } else {
            replaced_.push_back(entry.publication);
        }
    }
}

domain::StreamPosition EventStream::told_position() const {
    return {position_.epoch, position_.offset - fresh_.size()};
}

std::vector<net::PublicationPtr> EventStream::told_history() const {
    std::vector<net::PublicationPtr> out;
    const std::size_t told = history_.size() - std::min(history_.size(), fresh_.size());
    out.reserve(told);
    for (std::size_t i = 0; i < told; ++i) out.push_back(history_[i].publication);
    return out;
}

std::vector<net::PublicationPtr> EventStream::take_fresh() {
    return std::exchange(fresh_, {});
}
std::vector<net::PublicationPtr> EventStream::take_replaced() {
    return std::exchange(replaced_, {});
}

}  // namespace voxpop::app
