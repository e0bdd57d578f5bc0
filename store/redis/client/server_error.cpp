#include "store/redis/client/server_error.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "store/redis/client/slots.hpp"

namespace voxpop::store::redis {
namespace {

// Checked by Redis before a command runs, so nothing of it has happened.
constexpr auto kUnavailable = std::to_array<std::string_view>({
    "LOADING",      // reading its data after a start
    "BUSY",         // a script runs for too long
    "TRYAGAIN",     // several keys of a slot that is being moved
    "CLUSTERDOWN",  // slots without a primary
    "MASTERDOWN",   // a replica without its primary
    "MISCONF",      // the last snapshot failed, so writes are off
    "NOREPLICAS",   // min-replicas-to-write
    "OOM",          // maxmemory
});

// Texts without a code of their own. A function that writes finds out before it has written.
constexpr std::string_view kNoFunction = "ERR Function not found";
constexpr std::string_view kSlotMoves = "ERR Script attempted to access a non local key";

// Takes what stands before the next space off `text`.
std::string_view take_word(std::string_view& text) {
    const auto end = std::min(text.find(' '), text.size());
    const auto word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return word;
}

std::optional<std::uint16_t> parse_number(std::string_view text) {
    std::uint16_t number = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

// "3999 127.0.0.1:6381". An IPv6 address comes without brackets, so the last colon counts.
ServerError parse_redirection(ServerError::Kind kind, std::string_view rest, const Endpoint& from) {
    const auto slot = parse_number(take_word(rest));
    const auto where = take_word(rest);
    const auto colon = where.rfind(':');
    if (!slot || *slot >= kSlots || colon == std::string_view::npos) return {};
    const auto port = parse_number(where.substr(colon + 1));
    if (!port || *port == 0) return {};
    const auto host = where.substr(0, colon);
    return {
        .kind = kind,
        .slot = *slot,
        .endpoint = {.host = host.empty() ? from.host : std::string(host), .port = *port},
    };
}

}  // namespace

ServerError parse_server_error(std::string_view text, const Endpoint& from) {
    using Kind = ServerError::Kind;
    std::string_view rest = text;
    const auto code = take_word(rest);
    if (code == "MOVED") return parse_redirection(Kind::moved, rest, from);
    if (code == "ASK") return parse_redirection(Kind::ask, rest, from);
    if (code == "READONLY") return {.kind = Kind::demoted};
    if (text.starts_with(kNoFunction)) return {.kind = Kind::unprepared};
    if (text.starts_with(kSlotMoves)) return {.kind = Kind::unavailable};
    if (std::ranges::find(kUnavailable, code) != kUnavailable.end())
        return {.kind = Kind::unavailable};
    return {};
}

}  // namespace voxpop::store::redis
