// What nodes tell each other through channels: a thread's events (as vp_write publishes them),
// definitions (the same, from the node that put them), and the site's events.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "domain/commands.hpp"
#include "store/redis/lineage.hpp"

namespace voxpop::store::redis {

// What a piece of news begins with; the same numbers as EVENT_… in lua/base.lua, which tells all
// but the epoch.
enum class NewsKind : std::uint8_t {
    box = 1,
    log,
    counters,
    thread,
    poll,
    viewers,
    epoch,
    lineage
};

struct News {
    std::string_view node;  // that caused it
    std::vector<domain::Change> changes;
    std::uint64_t seq = 0;               // of the last of the thread's events among them
    Lineage lineage = Lineage::unknown;  // of all tallies among them
};

// Of a thread's channel, or of the definitions' (`thread` is empty then). What cannot be read is
// left out: a newer version of the server may tell more than this one knows.
[[nodiscard]] News read_news(const base::ThreadId& thread, std::string_view payload);

// What the other nodes are told of a ThreadChanged or PollChanged, whose tally is of `lineage`;
// empty for another change.
[[nodiscard]] std::string encode_definition(
    std::string_view node, const domain::Change& change, Lineage lineage
);

// An entry of the site's stream, without the comment itself.
struct SiteRecord {
    base::ThreadId thread;
    domain::LogRecord record;  // the comment: its id and thread
};
struct SiteNews {
    std::string_view node;
    std::vector<SiteRecord> records;
};
[[nodiscard]] SiteNews read_site_news(std::string_view payload);
// The bytes of a stream's entry.
[[nodiscard]] SiteRecord read_site_record(std::uint64_t site_offset, std::string_view bytes);

}  // namespace voxpop::store::redis
