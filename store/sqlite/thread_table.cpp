#include "store/sqlite/thread_table.hpp"

namespace voxpop::store::sqlite {
namespace {

constexpr std::size_t kCachedThreads = 16'384;

}  // namespace

ThreadTable::ThreadTable(Database& db)
    : cache_(kCachedThreads),
      find_(
          db,
          "SELECT number, version, comments, (SELECT max(thread_offset) FROM log"
          " WHERE thread = number AND thread_offset IS NOT NULL), views, hearts, claps"
          " FROM threads WHERE id = ?1"
      ),
      add_(
          db,
          "INSERT INTO threads (id, title, url, closed, premoderated, created, version)"
          " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
      ),
      change_(
          db,
          "UPDATE threads SET title = ?2, url = ?3, closed = ?4, premoderated = ?5, created = ?6,"
          " version = ?7 WHERE number = ?1"
      ),
      put_counts_(
          db,
          "UPDATE threads SET comments = ?2, views = ?3, hearts = ?4, claps = ?5 WHERE number = ?1"
      ) {}

ThreadTable::Entry* ThreadTable::find(const base::ThreadId& id) {
    if (auto* known = cache_.find(id)) return known;
    auto row = find_.query(id.view());
    if (!row.next()) return nullptr;
    return &cache_.add(
        id,
        Entry{
            .number = row.integer(0),
            .version = static_cast<std::uint32_t>(row.integer(1)),
            .comments = row.count(2),
            .counters = {row.count(4), row.count(5), row.count(6)},
            .offset = row.count(3),
        }
    );
}

void ThreadTable::add(const domain::Thread& thread) {
    add_.run(
        thread.id.view(), std::string_view(thread.title), std::string_view(thread.url),
        thread.state == domain::ThreadState::closed, thread.premoderated,
        base::to_millis(thread.created), thread.version
    );
}

void ThreadTable::change(Entry& entry, const domain::Thread& thread) {
    entry.version = thread.version;
    change_.run(
        entry.number, std::string_view(thread.title), std::string_view(thread.url),
        thread.state == domain::ThreadState::closed, thread.premoderated,
        base::to_millis(thread.created), thread.version
    );
}

void ThreadTable::add_comments(Entry& entry, int delta) {
    if (delta == 0) return;
    entry.comments += static_cast<std::uint64_t>(std::int64_t{delta});
    mark(entry);
}

void ThreadTable::add_counters(Entry& entry, const domain::Counters& by) {
    for (std::size_t kind = 0; kind < by.size(); ++kind) entry.counters[kind] += by[kind];
    mark(entry);
}

void ThreadTable::mark(Entry& entry) {
    if (entry.dirty) return;
    entry.dirty = true;
    dirty_.push_back(&entry);
}

void ThreadTable::flush() {
    for (Entry* entry : dirty_) {
        entry->dirty = false;
        const auto& [views, hearts, claps] = entry->counters;
        put_counts_.run(entry->number, entry->comments, views, hearts, claps);
    }
    dirty_.clear();
}

}  // namespace voxpop::store::sqlite
