// Where a thread stands: what this node was told of it, and what Redis has. Less than was told is a
// loss.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/log.hpp"
#include "store/redis/acknowledged.hpp"
#include "store/redis/client/command.hpp"

namespace voxpop::store::redis {

struct Told {
    Acknowledged::Newest event;
    std::uint64_t seq = 0;    // of the newest event, public or not
    base::CommentId comment;  // and the version that it has at least
    std::uint32_t version = 0;
    domain::Counters counters{};
    std::vector<std::pair<domain::BoxId, ToldVersions>> boxes;
};

// As it is now: what is told until Redis answers may be newer than its answer.
[[nodiscard]] Told told_of(const Acknowledged::Known& known);
// With kLookBoxesMax of the boxes, others at each look.
[[nodiscard]] Told told_of(const Acknowledged::Known& known, std::size_t look);

struct Standing {
    std::uint64_t offset = 0;
    std::uint64_t seq = 0;
    bool has_event = true;      // that was told is at its offset, as far as can be known
    std::uint64_t version = 0;  // of the comment that was told
    domain::Counters counters{};
    std::vector<TallyStanding> tallies;  // of the boxes that were asked for
};

// The call of vp_standing, and what it answers.
[[nodiscard]] Command ask_standing(const base::ThreadId& thread, const Told& told);
[[nodiscard]] std::optional<Standing> read_standing(const Told& told, std::string_view reply);

[[nodiscard]] bool has_less(const Standing& standing, const Told& told);
// Tells the operator each thing that is less, as long as `losses` are not above kLossLinesMax; it
// counts them all. Then, how many were left out.
void log_loss(
    base::Log& log, const base::ThreadId& thread, const Standing& standing, const Told& told,
    std::size_t& losses
);
void log_more_losses(base::Log& log, std::size_t losses);

}  // namespace voxpop::store::redis
