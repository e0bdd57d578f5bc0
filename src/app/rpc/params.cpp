#include "app/rpc/params.hpp"

namespace voxpop::app {
namespace {

// The field, or nothing when it is absent or null.
std::optional<simdjson::dom::element> find(
    const simdjson::dom::object& object, std::string_view name
) {
    simdjson::dom::element element;
    if (object.at_key(name).get(element) != simdjson::SUCCESS || element.is_null())
        return std::nullopt;
    return element;
}

}  // namespace

std::unexpected<base::Error> Params::bad(std::string_view name, std::string_view what) {
    return base::fail(
        base::ErrorCode::bad_request, "`" + std::string(name) + "` " + std::string(what)
    );
}

base::Result<std::string_view> Params::text(std::string_view name) const {
    const auto value = maybe_text(name);
    if (!value) return std::unexpected(value.error());
    if (!*value) return bad(name, "is required");
    return **value;
}

base::Result<bool> Params::flag(std::string_view name) const {
    const auto value = maybe_flag(name);
    if (!value) return std::unexpected(value.error());
    if (!*value) return bad(name, "is required");
    return **value;
}

base::Result<Params::Texts> Params::texts(std::string_view name) const {
    const auto element = find(object_, name);
    if (!element) return bad(name, "is required");
    simdjson::dom::array array;
    if (element->get(array) != simdjson::SUCCESS) return bad(name, "must be an array of strings");
    Texts out;
    for (const auto item : array) {
        std::string_view value;
        if (item.get(value) != simdjson::SUCCESS) return bad(name, "must be an array of strings");
        out.push_back(value);
    }
    return out;
}

base::Result<std::vector<Params>> Params::objects(std::string_view name) const {
    const auto element = find(object_, name);
    if (!element) return bad(name, "is required");
    simdjson::dom::array array;
    if (element->get(array) != simdjson::SUCCESS) return bad(name, "must be an array of objects");
    std::vector<Params> out;
    for (const auto item : array) {
        simdjson::dom::object object;
        if (item.get(object) != simdjson::SUCCESS) return bad(name, "must be an array of objects");
        out.emplace_back(object);
    }
    return out;
}

base::Result<std::optional<std::string_view>> Params::maybe_text(std::string_view name) const {
    const auto element = find(object_, name);
    if (!element) return std::nullopt;
    std::string_view value;
    if (element->get(value) != simdjson::SUCCESS) return bad(name, "must be a string");
    return value;
}

base::Result<std::optional<bool>> Params::maybe_flag(std::string_view name) const {
    const auto element = find(object_, name);
    if (!element) return std::nullopt;
    bool value = false;
    if (element->get(value) != simdjson::SUCCESS) return bad(name, "must be true or false");
    return value;
}

base::Result<std::optional<std::uint64_t>> Params::maybe_number(std::string_view name) const {
    const auto element = find(object_, name);
    if (!element) return std::nullopt;
    std::uint64_t value = 0;
    if (element->get(value) != simdjson::SUCCESS)
        return bad(name, "must be a whole number, 0 or more");
    return value;
}

bool Params::has(std::string_view name) const {
    return find(object_, name).has_value();
}

bool Params::is_null(std::string_view name) const {
    simdjson::dom::element element;
    return object_.at_key(name).get(element) == simdjson::SUCCESS && element.is_null();
}

base::Result<Params> ParamsParser::parse(std::string_view json) {
    if (json.empty()) json = "{}";
    simdjson::dom::element root;
    // The parser copies into its own padded buffer, which it keeps for the next call.
    if (parser_.parse(json.data(), json.size(), true).get(root) != simdjson::SUCCESS) {
        return base::fail(base::ErrorCode::bad_request, "the data is not valid JSON");
    }
    simdjson::dom::object object;
    if (root.get(object) != simdjson::SUCCESS) {
        return base::fail(base::ErrorCode::bad_request, "the data must be a JSON object");
    }
    return Params(object);
}

}  // namespace voxpop::app
