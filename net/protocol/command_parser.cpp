#include "net/protocol/command_parser.hpp"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace voxpop::net::protocol {
namespace {

namespace ondemand = simdjson::ondemand;
static_assert(kPadding >= simdjson::SIMDJSON_PADDING);
using simdjson::error_code;
using simdjson::SUCCESS;

struct Request {
    std::string_view name;
    CommandKind kind;
};

constexpr std::array kRequests = {
    Request{"rpc", CommandKind::rpc},
    Request{"connect", CommandKind::connect},
    Request{"subscribe", CommandKind::subscribe},
    Request{"unsubscribe", CommandKind::unsubscribe},
    Request{"publish", CommandKind::publish},
    Request{"presence", CommandKind::presence},
    Request{"presence_stats", CommandKind::presence_stats},
    Request{"history", CommandKind::history},
    Request{"send", CommandKind::send},
    Request{"refresh", CommandKind::refresh},
    Request{"sub_refresh", CommandKind::sub_refresh},
};

// A null stands for an absent field, as in the protocol's own encoders. An error for what begins
// like one and is none.
error_code read_absent(ondemand::value& value, bool& absent) {
    ondemand::json_type type{};
    if (const auto error = value.type().get(type)) return error;
    if (type != ondemand::json_type::null) return SUCCESS;
    return value.is_null().get(absent);
}

error_code read(ondemand::value& value, std::string_view& out) {
    return value.get_string().get(out);
}
error_code read(ondemand::value& value, bool& out) {
    return value.get_bool().get(out);
}
error_code read(ondemand::value& value, std::uint64_t& out) {
    return value.get_uint64().get(out);
}
error_code read(ondemand::value& value, std::uint32_t& out) {
    std::uint64_t wide = 0;
    if (const auto error = value.get_uint64().get(wide)) return error;
    if (wide > std::numeric_limits<std::uint32_t>::max()) return simdjson::NUMBER_OUT_OF_RANGE;
    out = static_cast<std::uint32_t>(wide);
    return SUCCESS;
}
error_code read(ondemand::value& value, std::int32_t& out) {
    std::int64_t wide = 0;
    if (const auto error = value.get_int64().get(wide)) return error;
    out = static_cast<std::int32_t>(std::clamp<std::int64_t>(
        wide, std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()
    ));
    return SUCCESS;
}

std::string_view trimmed(std::string_view text) {
    const auto last = text.find_last_not_of(" \t\r\n");
    return last == std::string_view::npos ? std::string_view{} : text.substr(0, last + 1);
}

// Passes over a value of no interest. Left to itself, On-Demand takes a string before a colon for a
// key, and would lose count of the braces.
error_code skip(ondemand::value& value) {
    ondemand::json_type type{};
    if (const auto error = value.type().get(type)) return error;
    if (type != ondemand::json_type::string) return SUCCESS;
    ondemand::raw_json_string ignored;
    return value.get_raw_json_string().get(ignored);
}

// How long the object or array is that `text` begins with; 0 when its end is not there.
std::size_t container_length(std::string_view text) {
    std::size_t depth = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (in_string && c == '\\') {
            ++i;
        } else if (c == '"') {
            in_string = !in_string;
        } else if (!in_string && (c == '{' || c == '[')) {
            ++depth;
        } else if (!in_string && (c == '}' || c == ']') && --depth == 0) {
            return i + 1;
        }
    }
    return 0;
}

// The sub-document as it was sent; a raw newline could not stand in it, lines end there. On-Demand
// is left before it: once inside, it would take a string before a colon for a key, as above.
error_code read_raw(ondemand::value& value, std::string_view line, std::string_view& out) {
    ondemand::json_type type{};
    if (const auto error = value.type().get(type)) return error;
    const std::string_view token = value.raw_json_token();
    if (type != ondemand::json_type::object && type != ondemand::json_type::array) {
        out = trimmed(token);
        return skip(value);
    }
    const auto rest = line.substr(static_cast<std::size_t>(token.data() - line.data()));
    out = rest.substr(0, container_length(rest));
    return out.empty() ? simdjson::INCOMPLETE_ARRAY_OR_OBJECT : SUCCESS;
}

// Calls `take(key, value)` for each field that is not null. A key with escapes is compared as it
// stands: none of ours has any.
template <class Take>
error_code for_each_field(ondemand::object object, Take&& take) {
    for (auto result : object) {
        ondemand::field field;
        if (const auto error = std::move(result).get(field)) return error;
        const ondemand::raw_json_string raw = field.key();
        ondemand::value value = field.value();
        bool absent = false;
        if (const auto error = read_absent(value, absent)) return error;
        if (absent) continue;
        if (const auto error = take(raw, value)) return error;
    }
    return SUCCESS;
}

error_code read_since(ondemand::value& value, Command& command) {
    ondemand::object object;
    if (const auto error = value.get_object().get(object)) return error;
    auto& since = command.since.emplace();
    return for_each_field(object, [&](ondemand::raw_json_string key, ondemand::value& field) {
        if (key == "offset") return read(field, since.offset);
        if (key == "epoch") return read(field, since.epoch);
        return skip(field);
    });
}

error_code read_field(
    Command& command, std::string_view line, ondemand::raw_json_string key, ondemand::value& value
) {
    if (key == "data") return read_raw(value, line, command.data);
    if (key == "method") return read(value, command.method);
    if (key == "channel") return read(value, command.channel);
    if (key == "token") return read(value, command.token);
    if (key == "recover") return read(value, command.recover);
    if (key == "offset") return read(value, command.offset);
    if (key == "epoch") return read(value, command.epoch);
    if (key == "flag") return read(value, command.flag);
    if (key == "name") return read(value, command.name);
    if (key == "version") return read(value, command.version);
    if (key == "limit") return read(value, command.limit);
    if (key == "reverse") return read(value, command.reverse);
    if (key == "since") return read_since(value, command);
    if (key == "type") return read(value, command.type);
    if (key == "tf") command.has_filter = true;
    return skip(value);
}

error_code read_request(ondemand::value& value, std::string_view line, Command& command) {
    ondemand::object object;
    if (const auto error = value.get_object().get(object)) return error;
    return for_each_field(object, [&](ondemand::raw_json_string key, ondemand::value& field) {
        return read_field(command, line, key, field);
    });
}

const Request* find_request(ondemand::raw_json_string key) {
    for (const auto& request : kRequests) {
        if (key.unsafe_is_equal(request.name)) return &request;
    }
    return nullptr;
}

// Whether the fields that were there make a command: an empty object is a pong, `send` has no reply
// and needs no id, everything else has a request and an id.
bool complete(const Command& command, int fields, int requests) {
    if (fields == 0) return true;
    if (requests != 1) return false;
    return command.id != 0 || command.kind == CommandKind::send;
}

}  // namespace

struct CommandParser::Impl {
    ondemand::parser parser;
};

CommandParser::CommandParser() : impl_(std::make_unique<Impl>()) {}
CommandParser::~CommandParser() = default;

std::optional<Command> CommandParser::parse(std::string_view line) {
    ondemand::document document;
    const simdjson::padded_string_view padded(line.data(), line.size(), line.size() + kPadding);
    if (impl_->parser.iterate(padded).get(document) != SUCCESS) return std::nullopt;
    ondemand::object object;
    if (document.get_object().get(object) != SUCCESS) return std::nullopt;

    Command command;
    int fields = 0;
    int requests = 0;
    for (auto result : object) {
        ondemand::field field;
        if (std::move(result).get(field) != SUCCESS) return std::nullopt;
        ++fields;
        ondemand::value value = field.value();
        if (field.key() == "id") {
            if (read(value, command.id) != SUCCESS) return std::nullopt;
        } else if (const auto* request = find_request(field.key())) {
            ++requests;
            command.kind = request->kind;
            if (read_request(value, line, command) != SUCCESS) return std::nullopt;
        } else if (skip(value) != SUCCESS) {
            return std::nullopt;
        }
    }
    const bool at_end = document.current_location().error() == simdjson::OUT_OF_BOUNDS;
    if (!at_end || !complete(command, fields, requests)) return std::nullopt;
    return command;
}

std::string_view take_line(std::string_view& frame) {
    const auto end = frame.find('\n');
    const auto line = frame.substr(0, end);
    frame.remove_prefix(end == std::string_view::npos ? frame.size() : end + 1);
    return line;
}

}  // namespace voxpop::net::protocol
