#include "store/redis/news.hpp"

#include <utility>

#include "store/redis/codec.hpp"

namespace voxpop::store::redis {
namespace {

using namespace domain;

Change read_log(Unpacker& in, std::uint64_t& seq) {
    const auto offset = in.u64();
    seq = in.u64();
    Unpacker event_in(in.text32());
    auto event = read_event(event_in);
    LogAppended appended{.record = record_of(std::move(event), read_comment(in)), .counts = {}};
    appended.record.offset = offset;
    appended.counts = read_counts(in);
    if (!event_in.ok()) in.fail();
    return appended;
}

Change read_counters(const base::ThreadId& thread, Unpacker& in) {
    CountersMoved moved{.thread = thread};
    for (auto& counter : moved.counters) counter = in.u64();
    return moved;
}

Change read_change(NewsKind kind, const base::ThreadId& thread, Unpacker& in, std::uint64_t& seq) {
    switch (kind) {
        case NewsKind::box: {
            const auto box = read_box(in);
            return BoxChanged{box, thread, read_tally(in)};
        }
        case NewsKind::log:
            return read_log(in, seq);
        case NewsKind::counters:
            return read_counters(thread, in);
        case NewsKind::thread: {
            const auto version = in.u32();
            Unpacker body(in.text32());
            ThreadChanged changed{read_thread(body, version)};
            if (!body.ok()) in.fail();
            return changed;
        }
        case NewsKind::poll: {
            const auto view = read_poll_view(in);
            return PollChanged{view.poll, view.tally};
        }
        case NewsKind::viewers:
        case NewsKind::epoch:
        case NewsKind::lineage:
            break;
    }
    in.fail();
    return ThreadChanged{};
}

}  // namespace

News read_news(const base::ThreadId& thread, std::string_view payload) {
    Unpacker in(payload);
    News news{.node = in.text8(), .changes = {}};
    while (in.ok() && !in.empty()) {
        const auto kind = static_cast<NewsKind>(in.u8());
        if (kind == NewsKind::lineage) {
            news.lineage = read_lineage(in);
            continue;
        }
        auto change = read_change(kind, thread, in, news.seq);
        if (in.ok()) news.changes.push_back(std::move(change));
    }
    return news;
}

std::string encode_definition(std::string_view node, const Change& change, Lineage lineage) {
    std::string out;
    Packer pack(out);
    if (const auto* thread = std::get_if<ThreadChanged>(&change)) {
        pack.text8(node).u8(static_cast<std::uint8_t>(NewsKind::thread));
        pack.u32(thread->thread.version).text32(encode_body(thread->thread));
    } else if (const auto* poll = std::get_if<PollChanged>(&change)) {
        pack.text8(node).u8(static_cast<std::uint8_t>(NewsKind::poll));
        pack.text32(encode(poll->poll));
        pack.raw(encode(poll->tally));
        pack.u8(static_cast<std::uint8_t>(NewsKind::lineage)).u32(std::to_underlying(lineage));
    }
    return out;
}

SiteNews read_site_news(std::string_view payload) {
    Unpacker in(payload);
    SiteNews news{.node = in.text8(), .records = {}};
    while (in.ok() && !in.empty()) {
        const auto offset = in.u64();
        const auto bytes = in.text32();
        if (in.ok()) news.records.push_back(read_site_record(offset, bytes));
    }
    return news;
}

SiteRecord read_site_record(std::uint64_t site_offset, std::string_view bytes) {
    Unpacker in(bytes);
    SiteRecord out;
    const auto offset = in.u64();
    out.thread = read_id<base::ThreadId>(in);
    auto event = read_event(in);
    Comment comment{.id = event.comment, .thread = out.thread};
    out.record = record_of(std::move(event), std::move(comment));
    out.record.offset = offset;
    out.record.site_offset = site_offset;
    return out;
}

}  // namespace voxpop::store::redis
