// What the reactions to a comment mean for its place in the orders, as the columns of comments.
#pragma once

#include <cstdint>

#include "domain/ballot_box.hpp"
#include "domain/ranking.hpp"

namespace voxpop::store::sqlite {

struct CommentRanks {
    explicit CommentRanks(const domain::Tally& reactions)
        : likes(reactions.counts[0]), dislikes(reactions.counts[1]) {
        const domain::Comment comment{.likes = likes, .dislikes = dislikes};
        liked = domain::sort_key(comment, domain::CommentSort::most_liked).rank;
        best = domain::sort_key(comment, domain::CommentSort::best).rank;
        controversial = domain::sort_key(comment, domain::CommentSort::controversial).rank;
    }

    std::uint64_t likes;
    std::uint64_t dislikes;
    std::int64_t liked = 0;
    std::int64_t best = 0;
    std::int64_t controversial = 0;
};

}  // namespace voxpop::store::sqlite
