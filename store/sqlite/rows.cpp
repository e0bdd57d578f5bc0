#include "store/sqlite/rows.hpp"

#include <charconv>

namespace voxpop::store::sqlite {

domain::Thread thread_of(const Cursor& row, Database& db) {
    return {
        .id = id_of<base::ThreadId>(row.text(1), db),
        .title = row.string(2),
        .url = row.string(3),
        .state = row.integer(4) != 0 ? domain::ThreadState::closed : domain::ThreadState::open,
        .premoderated = row.integer(5) != 0,
        .created = base::from_millis(row.integer(6)),
        .version = static_cast<std::uint32_t>(row.integer(7)),
    };
}

domain::Comment comment_of(const Cursor& row, Database& db) {
    return {
        .id = comment_id(row.integer(0)),
        .thread = id_of<base::ThreadId>(row.text(1), db),
        .parent = comment_id(row.integer(2)),  // NULL reads as zero, which is none
        .root = comment_id(row.integer(3)),
        .author = {id_of<base::UserId>(row.text(4), db), row.string(5)},
        .text = row.string(6),
        .created = base::from_millis(row.integer(7)),
        .edited = time_of(row.optional_integer(8)),
        .state = known(domain::parse_comment_state(row.text(9)), db),
        .version = static_cast<std::uint32_t>(row.integer(10)),
        .replies = static_cast<std::uint32_t>(row.integer(11)),
        .likes = row.count(12),
        .dislikes = row.count(13),
        .reports = static_cast<std::uint32_t>(row.integer(14)),
    };
}

domain::LogRecord record_of(const Cursor& row, Database& db) {
    return {
        .site_offset = row.count(15),
        .offset = row.count(16),  // NULL reads as zero: not in the thread's stream
        .type = known(domain::parse_event_type(row.text(17)), db),
        .comment = comment_of(row, db),
        .from = known(domain::parse_comment_state(row.text(18)), db),
        .actor = id_of<base::UserId>(row.text(19), db),
        .reason = row.string(20),
        .at = base::from_millis(row.integer(21)),
    };
}

std::string counts_text(const domain::Tally& tally) {
    std::size_t used = tally.counts.size();
    while (used > 0 && tally.counts[used - 1] == 0) --used;
    std::string out = "[";
    for (std::size_t i = 0; i < used; ++i) {
        if (i > 0) out += ',';
        out += std::to_string(tally.counts[i]);
    }
    out += ']';
    return out;
}

domain::Tally tally_of(
    std::uint64_t version, std::uint64_t voters, std::string_view counts, Database& db
) {
    domain::Tally tally{.version = version, .voters = voters};
    const auto damaged = [&] {
        db.fail_as_damaged("a tally cannot be read");
        return domain::Tally{};
    };
    if (!counts.starts_with('[') || !counts.ends_with(']')) return damaged();
    const char* at = counts.data() + 1;
    const char* const end = counts.data() + counts.size() - 1;
    for (std::size_t i = 0; at < end; ++i) {
        if (i == tally.counts.size()) return damaged();
        const auto [after, error] = std::from_chars(at, end, tally.counts[i]);
        if (error != std::errc{} || (after != end && *after != ',')) return damaged();
        at = after == end ? end : after + 1;
    }
    return tally;
}

}  // namespace voxpop::store::sqlite
