// The product's JSON: how threads, comments, polls and counts look on the wire, over the socket and
// over HTTP alike. docs/PROTOCOL.md shows each with an example. Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/json_writer.hpp"
#include "domain/identity.hpp"
#include "domain/queries.hpp"

namespace voxpop::app {

// {"version":7,"comments":12,"saves":3,"viewers":40,"hearts":9,"claps":0,"views":510}; without a
// version where it is zero.
struct LiveCounts {
    std::uint64_t version = 0;
    domain::StoredCounts stored;
    std::uint64_t viewers_here = 0;  // through this node
    [[nodiscard]] std::uint64_t viewers() const { return viewers_here + stored.viewers_elsewhere; }
};
void write_counts(base::JsonWriter& out, const LiveCounts& counts);

// Moderators see how often a comment was reported, too.
enum class Audience : std::uint8_t { readers, moderators };

// {"id":…,"thread":…,"parent":…,"root":…,"author":{"id":…,"name":…},"text":…,…}; a comment that is
// not public must have been redacted unless a moderator is to see it. `reaction`: what the reader
// chose ("like", "dislike", "" for nothing); absent when not asked for.
void write_comment(
    base::JsonWriter& out, const domain::Comment& comment, Audience audience,
    std::optional<std::string_view> reaction = std::nullopt
);

// {"comments":[…],"next":…,"epoch":…,"offset":…}
[[nodiscard]] std::string comment_page(const domain::CommentPage& page, Audience audience);

// {"id":…,"title":…,"url":…,"state":"open","premoderated":false,"created_ms":…,"version":1}
void write_thread(base::JsonWriter& out, const domain::Thread& thread);

// Who reads a poll. `choice` absent: nobody in particular (a public page), who has not voted.
struct PollReader {
    std::optional<domain::OptionSet> choice;
    bool staff = false;
};

// The definition; "tally" where the reader may see it, else "hidden":true; "choice" where there is
// one.
void write_poll(base::JsonWriter& out, const domain::PollView& view, const PollReader& reader);

// {"version":…,"voters":…,"options":{"pro":3,"con":1}}
void write_tally(base::JsonWriter& out, const domain::Poll& poll, const domain::Tally& tally);

// The ids of the options in `choice`.
void write_choice(base::JsonWriter& out, const domain::Poll& poll, domain::OptionSet choice);

// The publication of `poll:<id>`, for those who may see the results and for those who may not.
[[nodiscard]] std::string poll_publication(const domain::Poll& poll, const domain::Tally& tally);
// The masked version is the definition's: the tally's would tell how many have voted.
[[nodiscard]] std::string masked_poll_publication(const domain::Poll& poll);

// {"type":"posted","comment":{…}} with what readers may see.
[[nodiscard]] std::string thread_publication(const domain::LogRecord& record);

// The same with everything, for moderators: type, comment, from, actor, reason, at_ms.
[[nodiscard]] std::string moderation_publication(const domain::LogRecord& record);

// {"code":…,"name":…,"message":…,"temporary":…}
[[nodiscard]] std::string error_body(const base::Error& error);

// The reaction box's options.
inline constexpr std::size_t kLike = 0;
inline constexpr std::size_t kDislike = 1;
[[nodiscard]] std::string_view reaction_name(domain::OptionSet reaction);

}  // namespace voxpop::app
