#include "store/redis/watcher.hpp"

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

#include "store/redis/acknowledged.hpp"
#include "store/redis/bounds.hpp"
#include "store/redis/keys.hpp"
#include "store/redis/outlet.hpp"
#include "store/redis/pack.hpp"
#include "store/redis/queries.hpp"
#include "store/redis/viewers.hpp"

namespace voxpop::store::redis {
std::string encode_epoch(std::string_view node, std::string_view epoch) {
    std::string out;
    Packer(out).text8(node).u8(static_cast<std::uint8_t>(NewsKind::epoch)).text8(epoch);
    return out;
}

// A message without a node or news is nothing to whoever hears it. Rights come before all else:
// also a shard of a Cluster that sends the channel elsewhere has looked at them.
void Watcher::try_publishing(const std::shared_ptr<NewConnection>& connection, Refused done) const {
    const auto name = channel(keys::kDefinitions);
    connection->call(
        Command("SPUBLISH").arg(name).arg(""),
        [this, name, done = std::move(done)](const CallResult& result) mutable {
            const bool may = !result.why.starts_with("NOPERM");
            done(may ? std::string() : may_not("publish", name, result.why));
        }
    );
}

std::string Watcher::may_not(std::string_view what, std::string_view channel, std::string_view why)
    const {
    std::string text = "the Redis user may not ";
    text.append(what).append(" on the channel ").append(channel).append(" (").append(why);
    return text + "): its ACL needs &" + this->channel("vp:*") + ", +spublish and +ssubscribe";
}

void Watcher::start(std::move_only_function<void()> done) {
    struct Waiting {
        int channels = 2;
        std::move_only_function<void()> done;
    };
    const auto waiting = std::make_shared<Waiting>(Waiting{.done = std::move(done)});
    // One that does not stand yet will, and that is told as a gap.
    const auto stands = [waiting](bool) {
        if (--waiting->channels == 0) waiting->done();
    };
    parts_.client.subscribe(channel(keys::kDefinitions), stands);
    parts_.client.subscribe(channel(keys::site_events(parts_.site)), stands);
}

std::string Watcher::channel(std::string_view name) const {
    return parts_.node.realm + std::string(name);
}

void Watcher::watch(const base::ThreadId& thread, domain::Answer<void> answer) {
    watched_.try_emplace(thread);
    parts_.client.subscribe(
        channel(keys::events(thread)),
        [this, thread, answer = std::move(answer)](bool stands) mutable {
            if (!stands) {
                unwatch(thread);
                return answer(base::fail(base::ErrorCode::store_unavailable));
            }
            // Unless it was given up meanwhile.
            if (const auto at = watched_.find(thread); at != watched_.end()) {
                at->second.stands = true;
                parts_.viewers.watch(thread);
            }
            answer({});
        }
    );
}

void Watcher::unwatch(const base::ThreadId& thread) {
    if (watched_.erase(thread) == 0) return;
    parts_.client.unsubscribe(channel(keys::events(thread)));
    parts_.viewers.unwatch(thread);
}

void Watcher::on_read(const domain::ThreadView& view) {
    parts_.viewers.on_read(view.thread.id, view.counts.viewers_elsewhere);
    const auto at = watched_.find(view.thread.id);
    if (at == watched_.end() || !at->second.stands || std::exchange(at->second.read, true)) return;
    parts_.outlet.change(domain::ThreadChanged{view.thread});
    for (const auto& poll : view.polls)
        parts_.outlet.change(domain::PollChanged{poll.poll, poll.tally});
}

void Watcher::on_messages(std::span<const Message> messages) {
    const auto site = keys::site_events(parts_.site);
    for (const auto& message : messages) {
        const auto name = message.channel.substr(parts_.node.realm.size());
        if (name == keys::kDefinitions) {
            on_definitions(message.payload);
        } else if (name == site) {
            on_site(message.payload);
        } else if (const auto thread = keys::thread_in(name); !thread.empty()) {
            on_thread(thread, message.payload);
        }
    }
}

void Watcher::on_thread(std::string_view name, std::string_view payload) {
    const auto thread = base::ThreadId::from(name);
    if (!thread) return;
    const auto at = watched_.find(*thread);
    if (at == watched_.end() || !at->second.stands) return;
    Unpacker in(payload);
    const auto node = in.text8();
    if (node == parts_.node.name) return;
    if (Unpacker kind = in; kind.u8() == static_cast<std::uint8_t>(NewsKind::viewers))
        return parts_.viewers.on_news(*thread, in);
    auto news = read_news(*thread, payload);
    parts_.acknowledged.note(*thread, news);
    tell(std::move(news));
}

void Watcher::on_definitions(std::string_view payload) {
    Unpacker in(payload);
    if (in.text8() == parts_.node.name) return;
    if (in.u8() == static_cast<std::uint8_t>(NewsKind::epoch)) return parts_.on_epoch(in.text8());
    auto news = read_news({}, payload);
    parts_.acknowledged.note({}, news);
    tell(std::move(news));
}

void Watcher::tell(News news) {
    for (auto& change : news.changes) parts_.outlet.change(std::move(change));
}

void Watcher::on_site(std::string_view payload) {
    auto news = read_site_news(payload);
    if (news.node == parts_.node.name) return;
    for (const auto& record : news.records) parts_.acknowledged.note_site(record.record);
    if (site_records_.size() + news.records.size() > bounds::kSiteRecordsMax) {
        site_records_.clear();
        return parts_.on_missed();
    }
    std::ranges::move(news.records, std::back_inserter(site_records_));
    if (!filling_) fill_site_records();
}

// One reading after the other: the order of the stream stays.
void Watcher::fill_site_records() {
    filling_ = !site_records_.empty();
    if (!filling_) return;
    parts_.queries.fill(std::exchange(site_records_, {}), [this](auto records) {
        if (records) {
            tell(std::move(*records));
        } else {
            parts_.on_missed();  // and who reads again tries until it succeeds
        }
        fill_site_records();
    });
}

void Watcher::tell(std::vector<domain::LogRecord> records) {
    for (auto& record : records) {
        // Its place in the thread's stream is told by the thread's channel, with the counts.
        record.offset = 0;
        parts_.outlet.change(domain::LogAppended{.record = std::move(record), .counts = {}});
    }
}

}  // namespace voxpop::store::redis
