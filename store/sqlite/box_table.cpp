#include "store/sqlite/box_table.hpp"

#include "domain/comment.hpp"
#include "store/sqlite/comment_ranks.hpp"
#include "store/sqlite/rows.hpp"

namespace voxpop::store::sqlite {
namespace {

// About 500 bytes each. More boxes than these are rarely voted on at a time.
constexpr std::size_t kCachedBoxes = 16'384;

// Whether a voter who is counted in `tally` can hold `ballot`; if not, moving the tally would
// abort.
bool is_counted(const domain::Tally& tally, domain::OptionSet ballot) {
    if (ballot.empty()) return true;
    if (tally.voters == 0) return false;
    for (std::size_t i = 0; i < tally.counts.size(); ++i) {
        if (ballot.has(i) && tally.counts[i] == 0) return false;
    }
    return true;
}

}  // namespace

BoxTable::BoxTable(Database& db)
    : db_(db),
      cache_(kCachedBoxes),
      find_box_(
          db,
          "SELECT number, version, voters, counts FROM boxes"
          " WHERE kind = ?1 AND subject = ?2 AND round = ?3"
      ),
      add_box_(
          db,
          "INSERT INTO boxes (kind, subject, round, version, voters, counts)"
          " VALUES (?1, ?2, ?3, 0, 0, '[]')"
      ),
      put_tally_(db, "UPDATE boxes SET version = ?2, voters = ?3, counts = ?4 WHERE number = ?1"),
      find_ballot_(db, "SELECT options FROM ballots WHERE box = ?1 AND voter = ?2"),
      add_ballot_(db, "INSERT OR IGNORE INTO ballots (box, voter, options) VALUES (?1, ?2, ?3)"),
      put_ballot_(db, "INSERT OR REPLACE INTO ballots (box, voter, options) VALUES (?1, ?2, ?3)"),
      drop_ballot_(db, "DELETE FROM ballots WHERE box = ?1 AND voter = ?2"),
      put_reactions_(
          db,
          "UPDATE comments SET likes = ?2, dislikes = ?3, liked = ?4, best = ?5, controversial = ?6"
          " WHERE id = ?1"
      ) {}

BoxTable::Box& BoxTable::find(const domain::BoxId& id) {
    if (auto* known = cache_.find(id)) return *known;
    return cache_.add(id, load(id));
}

BoxTable::Box BoxTable::load(const domain::BoxId& id) {
    Box box{.id = id};
    auto row = find_box_.query(static_cast<int>(id.kind), id.subject.view(), id.round);
    if (!row.next()) return box;
    box.number = row.integer(0);
    box.tally = tally_of(row.count(1), row.count(2), row.text(3), db_);
    return box;
}

domain::OptionSet BoxTable::ballot(const Box& box, const base::UserId& voter) {
    if (box.number == 0) return {};
    auto row = find_ballot_.query(box.number, voter.view());
    return row.next() ? domain::OptionSet(row.count(0)) : domain::OptionSet{};
}

bool BoxTable::add_ballot(Box& box, const base::UserId& voter, domain::OptionSet options) {
    make_row(box);
    add_ballot_.run(box.number, voter.view(), options.bits());
    if (!db_.ok() || db_.rows_changed() == 0) return false;
    mark_dirty(box);
    box.tally.move({}, options);
    return true;
}

void BoxTable::put_ballot(
    Box& box, const base::UserId& voter, domain::OptionSet before, domain::OptionSet after
) {
    if (before == after) return;
    if (!is_counted(box.tally, before)) {
        return db_.fail_as_damaged("a tally is not the number of its ballots; run voxpop verify");
    }
    make_row(box);
    mark_dirty(box);
    box.tally.move(before, after);
    if (after.empty()) {
        drop_ballot_.run(box.number, voter.view());
    } else {
        put_ballot_.run(box.number, voter.view(), after.bits());
    }
}

void BoxTable::set_version(Box& box, std::uint64_t version) {
    make_row(box);
    mark_dirty(box);
    box.tally.version = version;
}

void BoxTable::make_row(Box& box) {
    if (box.number != 0) return;
    add_box_.run(static_cast<int>(box.id.kind), box.id.subject.view(), box.id.round);
    box.number = db_.last_insert();
}

void BoxTable::mark_dirty(Box& box) {
    if (box.dirty) return;
    box.dirty = true;
    dirty_.push_back(&box);
}

void BoxTable::flush() {
    for (Box* box : dirty_) flush(*box);
    dirty_.clear();
}

void BoxTable::flush(Box& box) {
    box.dirty = false;
    const domain::Tally& tally = box.tally;
    put_tally_.run(box.number, tally.version, tally.voters, counts_text(tally));
    if (box.id.kind != domain::BoxKind::reaction) return;
    // The reactions to a comment are beside it, too, for its place in the orders.
    const auto comment = base::CommentId::from(box.id.subject.view());
    if (!comment) return;
    const CommentRanks ranks(tally);
    put_reactions_.run(
        comment->value(), ranks.likes, ranks.dislikes, ranks.liked, ranks.best, ranks.controversial
    );
}

}  // namespace voxpop::store::sqlite
