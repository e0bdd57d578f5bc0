#include "loadtest/wire/outbound.hpp"

#include <array>
#include <charconv>

#include "base/json_writer.hpp"

namespace voxpop::load {

namespace {

using base::JsonWriter;

constexpr std::string_view kStampMark = "vpl-";

// Comments of about the length that readers write.
constexpr std::array<std::string_view, 6> kSentences{
    "I read the whole article and still wonder who pays for it.",
    "Agreed, and the second paragraph says it best.",
    "The bus was late again today, so I had time to vote twice and was refused.",
    "Does anybody have numbers from last year to compare?",
    "My neighbour was there and tells it quite differently.",
    "Good reporting. More of this, please.",
};

void write_position(JsonWriter& out, const Position& position) {
    if (position.offset > 0) out.field("offset", position.offset);
    if (!position.epoch.empty()) out.field("epoch", position.epoch);
}

bool take_number(std::string_view& text, int base, auto& out) {
    const auto end = std::from_chars(text.data(), text.data() + text.size(), out, base);
    if (end.ec != std::errc{}) return false;
    text.remove_prefix(static_cast<std::size_t>(end.ptr - text.data()));
    return true;
}

bool take_char(std::string_view& text, char wanted) {
    if (!text.starts_with(wanted)) return false;
    text.remove_prefix(1);
    return true;
}

}  // namespace

void append_connect(std::string& out, std::uint32_t id, std::string_view token) {
    JsonWriter json;
    json.object().field("id", id).key("connect").object();
    if (!token.empty()) json.field("token", token);
    json.field("name", "voxpop-load").end().end();
    out += json.str();
}

void append_subscribe(
    std::string& out, std::uint32_t id, std::string_view channel, const Position& recover_from
) {
    JsonWriter json;
    json.object().field("id", id).key("subscribe").object().field("channel", channel);
    if (recover_from.known) {
        json.field("recover", true);
        write_position(json, recover_from);
    }
    json.field("flag", 1).end().end();
    out += json.str();
}

void append_history(
    std::string& out, std::uint32_t id, std::string_view channel, const Position& since, int limit
) {
    JsonWriter json;
    json.object().field("id", id).key("history").object().field("channel", channel);
    json.field("limit", limit).key("since").object();
    write_position(json, since);
    json.end().end().end();
    out += json.str();
}

void append_rpc(
    std::string& out, std::uint32_t id, std::string_view method, std::string_view data
) {
    JsonWriter json;
    json.object().field("id", id).key("rpc").object().field("method", method);
    json.raw_field("data", data).end().end();
    out += json.str();
}

std::string vote_data(std::string_view poll, std::string_view option, std::string_view key) {
    JsonWriter json;
    json.object().field("poll", poll).key("options").array();
    if (!option.empty()) json.value(option);
    json.end();
    if (!key.empty()) json.field("key", key);
    return json.end().take();
}

std::string comment_data(std::string_view thread, std::string_view text, std::string_view key) {
    JsonWriter json;
    return json.object().field("thread", thread).field("text", text).field("key", key).end().take();
}

std::string save_data(std::string_view thread, bool on) {
    JsonWriter json;
    return json.object().field("thread", thread).field("on", on).end().take();
}

std::string decide_data(
    std::string_view comment, std::string_view action, std::string_view reason
) {
    JsonWriter json;
    return json.object()
        .field("comment", comment)
        .field("action", action)
        .field("reason", reason)
        .end()
        .take();
}

std::string stamped_text(const Stamp& stamp) {
    std::array<char, 64> digits{};
    std::string out(kStampMark);
    const auto append = [&](auto number, int base) {
        const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, base);
        out.append(digits.data(), end.ptr);
    };
    append(stamp.run, 16);
    out += '-';
    append(stamp.serial, 10);
    out += '-';
    append(stamp.intended_ns, 10);
    out += ' ';
    return out.append(kSentences[stamp.serial % kSentences.size()]);
}

bool read_stamp(std::string_view text, Stamp& out) {
    if (!text.starts_with(kStampMark)) return false;
    text.remove_prefix(kStampMark.size());
    return take_number(text, 16, out.run) && take_char(text, '-') &&
           take_number(text, 10, out.serial) && take_char(text, '-') &&
           take_number(text, 10, out.intended_ns);
}

}  // namespace voxpop::load
