// Reads what a server sends: the JSON lines of the Centrifuge client protocol, and the product's
// results and publications inside them. Parses only what the tool needs, without copies (simdjson
// On-Demand).
//
// Every `json` or `line` given must be followed by kInboundPadding readable bytes. Views in the
// answers point into the input or into the reader, and hold until the next call of the same
// function. One thread.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

namespace voxpop::load {

inline constexpr std::size_t kInboundPadding = simdjson::SIMDJSON_PADDING;

struct Inbound {
    enum class Kind : std::uint8_t {
        ping,
        reply,
        refusal,  // a reply with an error
        publication,
        unsubscribed,
        other,  // pushes that the tool has no use for
    };
    Kind kind = Kind::other;
    std::uint32_t id = 0;      // reply, refusal: the command's
    std::uint16_t code = 0;    // refusal, unsubscribed
    std::string_view message;  // refusal: what the server says of it
    std::string_view result;   // reply: the result object, whatever its key
    std::string_view channel;  // pushes by name; else empty
    std::uint32_t number = 0;  // pushes by number
    std::uint64_t offset = 0;  // publication
    std::string_view data;     // publication: the object published
};

struct ConnectResult {
    bool pong = false;        // pings want an answer
    std::string_view device;  // a guest's token for its next connection
    std::string_view version;
};

struct SubscribeResult {
    std::uint32_t number = 0;
    std::string_view epoch;
    std::uint64_t offset = 0;
    bool recoverable = false;
    bool was_recovering = false;
    bool recovered = false;
    std::string_view data;          // the snapshot
    std::string_view publications;  // an array; see for_each_publication
};

// A publication of thread:<id>.
struct ThreadEvent {
    std::string_view type;
    std::string_view comment;  // its id
    std::string_view state;
    std::string_view text;
    bool for_moderators = false;  // carries fields that readers must not see
};

// A tally: a publication or snapshot of poll:<id>, or the one in the answer to a vote. Counts of a
// thread are read as one too, for their version.
struct TallyView {
    std::uint64_t version = 0;  // 0: it has none
    std::uint64_t voters = 0;
    bool shows_results = false;  // options or voters are there
    bool closed = false;         // state is closed or archived
    std::uint64_t numbers = 0;   // a hash of voters and options: equal versions have equal numbers
};

struct CommentResult {
    std::string_view id;
    std::uint64_t offset = 0;
    std::string_view state;
};

class InboundReader {
  public:
    // Nothing when the line is not JSON of the protocol.
    [[nodiscard]] std::optional<Inbound> parse(std::string_view line);

    [[nodiscard]] std::optional<ConnectResult> parse_connect(std::string_view json);
    [[nodiscard]] std::optional<SubscribeResult> parse_subscribe(std::string_view json);
    // False when the array is malformed.
    using OnPublication = std::function<void(std::uint64_t offset, std::string_view data)>;
    [[nodiscard]] bool for_each_publication(std::string_view json, const OnPublication& then);

    [[nodiscard]] std::optional<ThreadEvent> parse_thread_event(std::string_view json);
    [[nodiscard]] std::optional<TallyView> parse_tally(std::string_view json);

    // The `data` of an rpc's result.
    [[nodiscard]] std::optional<std::string_view> parse_rpc(std::string_view json);
    // The tally in the data of poll.vote or poll.retract; its choice goes to `choice`, joined by
    // commas.
    [[nodiscard]] std::optional<TallyView> parse_vote(std::string_view json, std::string& choice);
    [[nodiscard]] std::optional<CommentResult> parse_comment(std::string_view json);

  private:
    simdjson::ondemand::parser lines_;
    simdjson::ondemand::parser results_;
    simdjson::ondemand::parser list_;
    simdjson::ondemand::parser parts_;
};

}  // namespace voxpop::load
