// The writer's view of ballot boxes: tallies in memory, ballots in the database.
//
// A tally is read when its box is first used, moved in memory with every ballot, and written once
// per group and box by flush(). Always, after a flush: the row's tally is what counting the ballots
// gives.
//
// The writer's thread only. When a group fails the table is thrown away with its connection.
#pragma once

#include <cstdint>
#include <vector>

#include "domain/ballot_box.hpp"
#include "store/sqlite/generation_cache.hpp"
#include "store/sqlite/statement.hpp"

namespace voxpop::store::sqlite {

class BoxTable {
  public:
    struct Box {
        domain::BoxId id;
        std::int64_t number = 0;  // 0: has no row yet
        domain::Tally tally;
        bool dirty = false;  // the row has an older tally
    };

    explicit BoxTable(Database& db);

    // Valid until end_group(). A box that nobody used is empty.
    [[nodiscard]] Box& find(const domain::BoxId& id);

    [[nodiscard]] domain::OptionSet ballot(const Box& box, const base::UserId& voter);
    // Puts a ballot into the box if the voter has none there; false when there is one, which stays.
    // The usual case, in one step instead of ballot() and put_ballot().
    [[nodiscard]] bool add_ballot(Box& box, const base::UserId& voter, domain::OptionSet options);
    // Puts `after` in the place of `before`, which must be what ballot() gives, and moves the
    // tally.
    void put_ballot(
        Box& box, const base::UserId& voter, domain::OptionSet before, domain::OptionSet after
    );
    void set_version(Box& box, std::uint64_t version);

    void flush();
    void end_group() { cache_.end_group(); }

  private:
    [[nodiscard]] Box load(const domain::BoxId& id);
    void make_row(Box& box);
    void mark_dirty(Box& box);
    void flush(Box& box);

    Database& db_;
    GenerationCache<domain::BoxId, Box> cache_;
    std::vector<Box*> dirty_;

    Statement find_box_;
    Statement add_box_;
    Statement put_tally_;
    Statement find_ballot_;
    Statement add_ballot_;
    Statement put_ballot_;
    Statement drop_ballot_;
    Statement put_reactions_;
};

}  // namespace voxpop::store::sqlite
