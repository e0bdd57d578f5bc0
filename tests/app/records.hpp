// Makers of domain objects for the tests of the application layer.
#pragma once

#include <string>

#include "domain/queries.hpp"

namespace voxpop::test {

inline constexpr std::int64_t kNoonMs = 1'700'000'000'000;

inline domain::Comment comment(std::uint64_t id, const std::string& text) {
    domain::Comment out{.id = base::CommentId(id), .thread = *base::ThreadId::from("t")};
    out.root = out.id;
    out.author = {*base::UserId::from("kim"), "김"};
    out.text = text;
    out.created = base::from_millis(kNoonMs);
    return out;
}

inline domain::LogRecord record(
    std::uint64_t offset, domain::EventType type, const domain::Comment& about
) {
    return {
        .site_offset = offset,
        .offset = offset,
        .type = type,
        .comment = about,
        .from = domain::CommentState::visible,
        .actor = about.author.user,
        .reason = "",
        .at = about.created,
    };
}

inline domain::Poll pro_con_poll() {
    return {
        .id = *base::PollId::from("p"),
        .thread = *base::ThreadId::from("t"),
        .question = "?",
        .options = {{*base::OptionId::from("pro"), "Pro"}, {*base::OptionId::from("con"), "Con"}},
        .state = domain::PollState::open,
    };
}

}  // namespace voxpop::test
