#include "store/redis/codec.hpp"

#include <cmath>
#include <limits>
#include <utility>

namespace voxpop::store::redis {
namespace {

using namespace domain;

constexpr std::size_t kCommentIdBytes = 13;
constexpr std::int64_t kNoTime = std::numeric_limits<std::int64_t>::min();

void put_time(Packer& out, std::optional<Time> time) {
    out.i64(time ? base::to_millis(*time) : kNoTime);
}

std::optional<Time> read_time(Unpacker& in) {
    const auto ms = in.i64();
    if (ms == kNoTime) return std::nullopt;
    return base::from_millis(ms);
}

template <class Enum>
Enum read_enum(Unpacker& in, Enum last) {
    const auto value = in.u8();
    if (value > static_cast<std::uint8_t>(last)) in.fail();
    return in.ok() ? static_cast<Enum>(value) : Enum{};
}

// What ballots depend on: compared as bytes once there are some.
std::string encode_choices(const Poll& poll) {
    std::string out;
    Packer pack(out);
    pack.u8(poll.min).u8(poll.max).u8(static_cast<std::uint8_t>(poll.policy));
    pack.u8(static_cast<std::uint8_t>(poll.options.size()));
    for (const auto& option : poll.options) pack.text8(option.id.view()).text32(option.label);
    return out;
}

void read_choices(Unpacker in, Poll& poll, Unpacker& outer) {
    poll.min = in.u8();
    poll.max = in.u8();
    poll.policy = read_enum(in, BallotPolicy::retractable);
    const auto options = in.u8();
    for (int i = 0; i < options && in.ok(); ++i) {
        PollOption option{.id = read_id<base::OptionId>(in)};
        option.label = in.text32();
        poll.options.push_back(std::move(option));
    }
    if (!in.ok()) outer.fail();
}

}  // namespace

base::CommentId read_comment_id(Unpacker& in) {
    return base::CommentId::from(in.raw(kCommentIdBytes)).value_or(base::CommentId{});
}

Event event_of(const CommentChange& change) {
    return {
        .comment = change.after.id,
        .type = change.type,
        .from = change.from,
        .actor = change.actor,
        .reason = change.reason,
        .at = change.at,
    };
}

std::string encode(const Event& event) {
    std::string out;
    Packer pack(out);
    pack.raw(event.comment.str());
    pack.u8(static_cast<std::uint8_t>(event.type)).u8(static_cast<std::uint8_t>(event.from));
    pack.text8(event.actor.view()).text32(event.reason).i64(base::to_millis(event.at));
    return out;
}

Event read_event(Unpacker& in) {
    Event event;
    event.comment = read_comment_id(in);
    event.type = read_enum(in, EventType::reported);
    event.from = read_enum(in, CommentState::deleted);
    event.actor = read_id<base::UserId>(in);
    event.reason = in.text32();
    event.at = base::from_millis(in.i64());
    return event;
}

LogRecord record_of(Event event, Comment comment) {
    return {
        .type = event.type,
        .comment = std::move(comment),
        .from = event.from,
        .actor = event.actor,
        .reason = std::move(event.reason),
        .at = event.at,
    };
}

std::string mark_of(const LogRecord& record) {
    std::string out;
    Packer pack(out);
    pack.raw(record.comment.id.str()).u8(static_cast<std::uint8_t>(record.type));
    pack.i64(base::to_millis(record.at));
    return out;
}

std::string encode_body(const Thread& thread) {
    std::string out;
    Packer pack(out);
    pack.text8(thread.id.view()).text32(thread.title).text32(thread.url);
    pack.u8(static_cast<std::uint8_t>(thread.state)).u8(thread.premoderated ? 1 : 0);
    pack.i64(base::to_millis(thread.created));
    return out;
}

Thread read_thread(Unpacker& in, std::uint32_t version) {
    Thread thread{.id = read_id<base::ThreadId>(in)};
    thread.title = in.text32();
    thread.url = in.text32();
    thread.state = read_enum(in, ThreadState::closed);
    thread.premoderated = in.u8() != 0;
    thread.created = base::from_millis(in.i64());
    thread.version = version;
    return thread;
}

std::string encode(const Poll& poll) {
    const auto gate = poll.gate();
    const auto rules = poll.rules();
    std::string out;
    Packer pack(out);
    pack.u32(poll.version).u32(poll.round).u8(static_cast<std::uint8_t>(gate.state));
    pack.u8(rules.options).u8(rules.min).u8(rules.max).u8(static_cast<std::uint8_t>(rules.policy));
    pack.f64(gate.closes_at ? static_cast<double>(base::to_millis(*gate.closes_at)) : HUGE_VAL);
    pack.u16(0);  // its place among the thread's polls: the function knows
    pack.text32(encode_choices(poll));
    pack.text8(poll.id.view()).text8(poll.thread.view()).text32(poll.question);
    pack.u8(static_cast<std::uint8_t>(poll.results)).u8(static_cast<std::uint8_t>(poll.state));
    put_time(pack, poll.opens_at);
    put_time(pack, poll.closes_at);
    pack.i64(base::to_millis(poll.created));
    return out;
}

Poll read_poll(std::string_view packed, Unpacker& outer) {
    Unpacker in(packed);
    Poll poll;
    poll.version = in.u32();
    poll.round = in.u32();
    (void)in.raw(5 + sizeof(double) + 2);  // gate and rules, closes_at, place: the function's
    read_choices(Unpacker(in.text32()), poll, in);
    poll.id = read_id<base::PollId>(in);
    poll.thread = read_id<base::ThreadId>(in);
    poll.question = in.text32();
    poll.results = read_enum(in, ResultsPolicy::staff);
    poll.state = read_enum(in, PollState::archived);
    poll.opens_at = read_time(in);
    poll.closes_at = read_time(in);
    poll.created = base::from_millis(in.i64());
    if (!in.ok()) outer.fail();
    return poll;
}

std::string encode_body(const Comment& comment) {
    std::string out;
    Packer pack(out);
    pack.u64(comment.id.value()).u64(comment.parent.value()).text8(comment.thread.view());
    pack.text8(comment.author.user.view()).text32(comment.author.name).text32(comment.text);
    put_time(pack, comment.edited);
    pack.u32(comment.reports);
    return out;
}

Comment read_comment(Unpacker& outer) {
    Unpacker in(outer.text32());
    Comment comment;
    comment.version = in.u32();
    comment.state = read_enum(in, CommentState::deleted);
    comment.replies = in.u32();
    comment.created = base::from_millis(static_cast<std::int64_t>(in.f64()));
    (void)in.u8();  // whether it is at the top: the function's
    comment.root = read_comment_id(in);
    comment.id = base::CommentId(in.u64());
    comment.parent = base::CommentId(in.u64());
    comment.thread = read_id<base::ThreadId>(in);
    comment.author.user = read_id<base::UserId>(in);
    comment.author.name = in.text32();
    comment.text = in.text32();
    comment.edited = read_time(in);
    if (!in.empty())
        comment.reports = in.u32();  // absent in what was written before there were any
    if (!in.ok()) outer.fail();
    comment.likes = outer.u64();
    comment.dislikes = outer.u64();
    return comment;
}

std::string encode(const Tally& tally) {
    std::string out;
    Packer pack(out);
    pack.u64(tally.version).u64(tally.voters).u8(static_cast<std::uint8_t>(tally.counts.size()));
    for (const auto count : tally.counts) pack.u64(count);
    return out;
}

Tally read_tally(Unpacker& in) {
    Tally tally;
    tally.version = in.u64();
    tally.voters = in.u64();
    const auto options = in.u8();
    if (options > tally.counts.size()) in.fail();
    for (std::size_t i = 0; i < options && in.ok(); ++i) tally.counts[i] = in.u64();
    return tally;
}

Lineage read_lineage(Unpacker& in) {
    return static_cast<Lineage>(in.u32());
}

StoredCounts read_counts(Unpacker& in) {
    StoredCounts counts;
    counts.comments = in.u64();
    counts.saves = in.u64();
    counts.saves_version = in.u64();
    for (auto& counter : counts.counters) counter = in.u64();
    return counts;
}

PollView read_poll_view(Unpacker& in) {
    PollView view{.poll = read_poll(in.text32(), in)};
    view.tally = read_tally(in);
    return view;
}

void put_box(Packer& out, const BoxId& box) {
    out.u8(static_cast<std::uint8_t>(box.kind)).text8(box.subject.view()).u32(box.round);
}

BoxId read_box(Unpacker& in) {
    BoxId box;
    box.kind = read_enum(in, BoxKind::report);
    const auto subject = base::InlineString<base::kIdBytesMax>::from(in.text8());
    if (!subject || box.kind < BoxKind::poll) in.fail();
    box.subject = subject.value_or(base::InlineString<base::kIdBytesMax>{});
    box.round = in.u32();
    return box;
}

}  // namespace voxpop::store::redis
