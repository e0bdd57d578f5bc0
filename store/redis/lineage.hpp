// Whether what a node was told of a tally still belongs to what Redis has. Versions alone do not
// say so: ballots that are lost may have been made up for in number by others.
//
// A tally is kept with its lineage, the history in which some server wrote it last, and with the
// version `before` that lineage: all versions above that one were written in it. So where one that
// was told is above it and of another lineage, Redis has another history; and where nothing was
// lost there is no such version, however often the writer changed (a failover, a restart, a slot
// that moves there and back). A lineage is named by the server that executes a write
// (lua/base.lua), whatever server the node believes it is talking to.
//
// What is not found: a loss with two changes of the writer behind it, and made up for in between.
//
// Thread safety: values.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

namespace voxpop::store::redis {

enum class Lineage : std::uint32_t {
    unknown = 0,  // written or told by a version of the server that knows of none: not compared
};

// A tally as Redis has it.
struct TallyStanding {
    std::uint64_t version = 0;
    Lineage lineage = Lineage::unknown;
    std::uint64_t before = 0;
};

struct LostVersions {
    std::uint64_t had = 0;  // the newest that was told and that Redis has not, or not any more
    std::uint64_t has = 0;  // what it still has of that history, at most
};

// What a node was told of a box: the newest version of each of the last two lineages. Of two,
// because news of a new primary's may come before the node has compared what it has.
class ToldVersions {
  public:
    void note(std::uint64_t version, Lineage lineage);
    [[nodiscard]] std::optional<LostVersions> lost(const TallyStanding& standing) const;

  private:
    struct Newest {
        std::uint64_t version = 0;  // none
        Lineage lineage = Lineage::unknown;
    };
    std::array<Newest, 2> told_;
};

}  // namespace voxpop::store::redis
