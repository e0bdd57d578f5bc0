// The domain's values as bytes in Redis. The layouts' fixed heads are read by the functions, too
// (lua/*.lua); the rest is the server's own.
//
// Reading goes through an Unpacker: what does not fit leaves it failed.
#pragma once

#include <cstdint>
#include <string>

#include "domain/commands.hpp"
#include "domain/queries.hpp"
#include "store/redis/lineage.hpp"
#include "store/redis/pack.hpp"

namespace voxpop::store::redis {

// Of a LogRecord, what is kept in a stream; the comment is read beside it.
struct Event {
    base::CommentId comment;
    domain::EventType type = domain::EventType::posted;
    domain::CommentState from = domain::CommentState::pending;
    base::UserId actor;
    std::string reason;
    base::Time at{};
};

[[nodiscard]] Event event_of(const domain::CommentChange& change);
[[nodiscard]] std::string encode(const Event& event);
[[nodiscard]] Event read_event(Unpacker& in);
[[nodiscard]] domain::LogRecord record_of(Event event, domain::Comment comment);
// Tells events apart that were given the same number: lua/continuity.lua takes the same of a
// stream's entry.
[[nodiscard]] std::string mark_of(const domain::LogRecord& record);

// Everything but the version, which the function gives.
[[nodiscard]] std::string encode_body(const domain::Thread& thread);
[[nodiscard]] domain::Thread read_thread(Unpacker& in, std::uint32_t version);

// Head, choices and body.
[[nodiscard]] std::string encode(const domain::Poll& poll);
[[nodiscard]] domain::Poll read_poll(std::string_view packed, Unpacker& in);

// What is behind the head of a comment's record.
[[nodiscard]] std::string encode_body(const domain::Comment& comment);
// A record with its length, then likes and dislikes.
[[nodiscard]] domain::Comment read_comment(Unpacker& in);

[[nodiscard]] std::string encode(const domain::Tally& tally);
[[nodiscard]] domain::Tally read_tally(Unpacker& in);
[[nodiscard]] Lineage read_lineage(Unpacker& in);
[[nodiscard]] domain::StoredCounts read_counts(Unpacker& in);
[[nodiscard]] domain::PollView read_poll_view(Unpacker& in);
void put_box(Packer& out, const domain::BoxId& box);
[[nodiscard]] domain::BoxId read_box(Unpacker& in);

template <class Id>
[[nodiscard]] Id read_id(Unpacker& in) {
    const auto text = in.text8();
    if (text.empty()) return {};
    const auto id = Id::from(text);
    if (!id) in.fail();
    return id.value_or(Id{});
}
// Its 13 characters; "0000000000000" is none.
[[nodiscard]] base::CommentId read_comment_id(Unpacker& in);

}  // namespace voxpop::store::redis
