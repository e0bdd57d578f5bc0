#include "loadtest/wire/inbound.hpp"

#include <functional>
#include <string>
#include <type_traits>

namespace voxpop::load {

namespace {

namespace od = simdjson::ondemand;

// Opens `json` as an object; its document must outlive what is read from it.
bool open_object(
    od::parser& parser, std::string_view json, od::document& document, od::object& out
) {
    const simdjson::padded_string_view padded(json, json.size() + kInboundPadding);
    return parser.iterate(padded).get(document) == simdjson::SUCCESS &&
           document.get_object().get(out) == simdjson::SUCCESS;
}

// Calls `each(key, value)` for every member; false as soon as the JSON or a call says so.
template <class Each>
bool for_each_member(od::object& object, Each each) {
    for (auto member : object) {
        std::string_view key;
        od::value value;
        if (member.unescaped_key().get(key) != simdjson::SUCCESS) return false;
        if (member.value().get(value) != simdjson::SUCCESS) return false;
        if (!each(key, value)) return false;
    }
    return true;
}

template <class T>
bool read(od::value& value, T& out) {
    if constexpr (std::is_same_v<T, std::string_view>) {
        return value.get_string().get(out) == simdjson::SUCCESS;
    } else if constexpr (std::is_same_v<T, bool>) {
        return value.get_bool().get(out) == simdjson::SUCCESS;
    } else {
        std::uint64_t number = 0;
        if (value.get_uint64().get(number) != simdjson::SUCCESS) return false;
        out = static_cast<T>(number);
        return out == number;
    }
}

// The text of an object or array, which is skipped; false for anything else.
bool read_raw(od::value& value, std::string_view& out) {
    od::json_type type{};
    if (value.type().get(type) != simdjson::SUCCESS) return false;
    if (type == od::json_type::object) {
        od::object object;
        return value.get_object().get(object) == simdjson::SUCCESS &&
               object.raw_json().get(out) == simdjson::SUCCESS;
    }
    if (type == od::json_type::array) {
        od::array array;
        return value.get_array().get(array) == simdjson::SUCCESS &&
               array.raw_json().get(out) == simdjson::SUCCESS;
    }
    return false;
}

// Like read(), but leaves `out` as it is where the value has another type, such as null.
template <class T>
bool read_if(od::value& value, T& out) {
    static_cast<void>(read(value, out));
    return true;
}

bool read_publication(od::object& publication, std::uint64_t& offset, std::string_view& data) {
    return for_each_member(publication, [&](std::string_view key, od::value& value) {
        if (key == "data") return read_raw(value, data);
        if (key == "offset") return read(value, offset);
        return true;
    });
}

bool read_push(od::object& push, Inbound& out) {
    return for_each_member(push, [&](std::string_view key, od::value& value) {
        if (key == "channel") return read(value, out.channel);
        if (key == "id") return read(value, out.number);
        if (key == "pub") {
            out.kind = Inbound::Kind::publication;
            od::object publication;
            return value.get_object().get(publication) == simdjson::SUCCESS &&
                   read_publication(publication, out.offset, out.data);
        }
        if (key == "unsubscribe") {
            out.kind = Inbound::Kind::unsubscribed;
            od::object body;
            return value.get_object().get(body) == simdjson::SUCCESS &&
                   for_each_member(body, [&](std::string_view name, od::value& v) {
                       return name == "code" ? read(v, out.code) : true;
                   });
        }
        return true;
    });
}

bool read_error(od::value& value, Inbound& out) {
    out.kind = Inbound::Kind::refusal;
    od::object error;
    return value.get_object().get(error) == simdjson::SUCCESS &&
           for_each_member(error, [&](std::string_view key, od::value& v) {
               if (key == "message") return read(v, out.message);
               return key == "code" ? read(v, out.code) : true;
           });
}

bool read_tally_member(std::string_view key, od::value& value, TallyView& out) {
    if (key == "version") return read(value, out.version);
    if (key == "voters") {
        out.shows_results = true;
        if (!read(value, out.voters)) return false;
        out.numbers ^= out.voters * 0x9e3779b97f4a7c15ULL;
        return true;
    }
    if (key == "options") {
        std::string_view options;
        out.shows_results = true;
        if (!read_raw(value, options)) return false;
        out.numbers ^= std::hash<std::string_view>{}(options);
        return true;
    }
    std::string_view state;
    if (key == "state" && read(value, state)) out.closed = state == "closed" || state == "archived";
    return true;
}

}  // namespace

std::optional<Inbound> InboundReader::parse(std::string_view line) {
    Inbound out;
    od::document document;
    od::object object;
    if (!open_object(lines_, line, document, object)) return std::nullopt;
    bool empty = true;
    const bool ok = for_each_member(object, [&](std::string_view key, od::value& value) {
        empty = false;
        if (key == "id") return read(value, out.id);
        if (key == "error") return read_error(value, out);
        if (key == "push") {
            od::object push;
            return value.get_object().get(push) == simdjson::SUCCESS && read_push(push, out);
        }
        if (out.kind != Inbound::Kind::refusal) out.kind = Inbound::Kind::reply;
        return read_raw(value, out.result);
    });
    if (!ok) return std::nullopt;
    if (empty) out.kind = Inbound::Kind::ping;
    return out;
}

std::optional<ConnectResult> InboundReader::parse_connect(std::string_view json) {
    ConnectResult out;
    od::document document;
    od::object object;
    if (!open_object(results_, json, document, object)) return std::nullopt;
    const bool ok = for_each_member(object, [&](std::string_view key, od::value& value) {
        if (key == "pong") return read(value, out.pong);
        if (key == "version") return read(value, out.version);
        if (key != "data") return true;
        od::object data;
        return value.get_object().get(data) == simdjson::SUCCESS &&
               for_each_member(data, [&](std::string_view name, od::value& v) {
                   return name == "device" ? read(v, out.device) : true;
               });
    });
    if (!ok) return std::nullopt;
    return out;
}

std::optional<SubscribeResult> InboundReader::parse_subscribe(std::string_view json) {
    SubscribeResult out;
    od::document document;
    od::object object;
    if (!open_object(results_, json, document, object)) return std::nullopt;
    const bool ok = for_each_member(object, [&](std::string_view key, od::value& value) {
        if (key == "id") return read(value, out.number);
        if (key == "epoch") return read(value, out.epoch);
        if (key == "offset") return read(value, out.offset);
        if (key == "recoverable") return read(value, out.recoverable);
        if (key == "was_recovering") return read(value, out.was_recovering);
        if (key == "recovered") return read(value, out.recovered);
        if (key == "data") return read_raw(value, out.data);
        if (key == "publications") return read_raw(value, out.publications);
        return true;
    });
    if (!ok) return std::nullopt;
    return out;
}

bool InboundReader::for_each_publication(std::string_view json, const OnPublication& then) {
    if (json.empty()) return true;
    od::document document;
    od::array array;
    const simdjson::padded_string_view padded(json, json.size() + kInboundPadding);
    if (list_.iterate(padded).get(document) != simdjson::SUCCESS) return false;
    if (document.get_array().get(array) != simdjson::SUCCESS) return false;
    for (auto element : array) {
        od::object publication;
        std::uint64_t offset = 0;
        std::string_view data;
        if (element.get_object().get(publication) != simdjson::SUCCESS) return false;
        if (!read_publication(publication, offset, data)) return false;
        then(offset, data);
    }
    return true;
}

std::optional<ThreadEvent> InboundReader::parse_thread_event(std::string_view json) {
    ThreadEvent out;
    od::document document;
    od::object object;
    if (!open_object(parts_, json, document, object)) return std::nullopt;
    const bool ok = for_each_member(object, [&](std::string_view key, od::value& value) {
        if (key == "type") return read(value, out.type);
        if (key == "from" || key == "actor" || key == "reason") out.for_moderators = true;
        if (key != "comment") return true;
        od::object comment;
        return value.get_object().get(comment) == simdjson::SUCCESS &&
               for_each_member(comment, [&](std::string_view name, od::value& v) {
                   if (name == "id") return read(v, out.comment);
                   if (name == "text") return read_if(v, out.text);
                   if (name == "state") return read(v, out.state);
                   return true;
               });
    });
    if (!ok) return std::nullopt;
    return out;
}

std::optional<TallyView> InboundReader::parse_tally(std::string_view json) {
    TallyView out;
    od::document document;
    od::object object;
    if (!open_object(parts_, json, document, object)) return std::nullopt;
    const bool ok = for_each_member(object, [&](std::string_view key, od::value& value) {
        return read_tally_member(key, value, out);
    });
    if (!ok) return std::nullopt;
    return out;
}

std::optional<std::string_view> InboundReader::parse_rpc(std::string_view json) {
    std::string_view data;
    od::document document;
    od::object object;
    if (!open_object(results_, json, document, object)) return std::nullopt;
    const bool ok = for_each_member(object, [&](std::string_view key, od::value& value) {
        return key == "data" ? read_raw(value, data) : true;
    });
    if (!ok) return std::nullopt;
    return data;
}

std::optional<TallyView> InboundReader::parse_vote(std::string_view json, std::string& choice) {
    choice.clear();
    TallyView out;
    od::document document;
    od::object object;
    if (!open_object(parts_, json, document, object)) return std::nullopt;
    const bool ok = for_each_member(object, [&](std::string_view key, od::value& value) {
        if (key == "choice") {
            od::array array;
            if (value.get_array().get(array) != simdjson::SUCCESS) return false;
            for (auto element : array) {
                std::string_view option;
                if (element.get_string().get(option) != simdjson::SUCCESS) return false;
                if (!choice.empty()) choice += ',';
                choice += option;
            }
            return true;
        }
        if (key != "tally") return true;
        od::object tally;
        return value.get_object().get(tally) == simdjson::SUCCESS &&
               for_each_member(tally, [&](std::string_view name, od::value& v) {
                   return read_tally_member(name, v, out);
               });
    });
    if (!ok) return std::nullopt;
    return out;
}

std::optional<CommentResult> InboundReader::parse_comment(std::string_view json) {
    CommentResult out;
    od::document document;
    od::object object;
    if (!open_object(parts_, json, document, object)) return std::nullopt;
    const bool ok = for_each_member(object, [&](std::string_view key, od::value& value) {
        if (key == "id") return read(value, out.id);
        if (key == "offset") return read(value, out.offset);
        if (key == "state") return read(value, out.state);
        return true;
    });
    if (!ok) return std::nullopt;
    return out;
}

}  // namespace voxpop::load
