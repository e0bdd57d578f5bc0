// The parameters of a remote call or of an HTTP request's body: a JSON object, checked as a whole
// before anything is read from it. Each getter says in its error which field is wrong and what it
// should be.
//
// The views it gives live until the next parse on the same ParamsParser. One thread.
#pragma once

#include <simdjson.h>
#include <boost/container/small_vector.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/ids.hpp"

namespace voxpop::app {

class Params {
  public:
    using Texts = boost::container::small_vector<std::string_view, 8>;

    explicit Params(simdjson::dom::object object) : object_(object) {}

    // Required. Error: bad_request.
    [[nodiscard]] base::Result<std::string_view> text(std::string_view name) const;
    [[nodiscard]] base::Result<bool> flag(std::string_view name) const;
    [[nodiscard]] base::Result<Texts> texts(std::string_view name) const;
    [[nodiscard]] base::Result<std::vector<Params>> objects(std::string_view name) const;

    // Nothing when the field is absent or null; bad_request when it has another type.
    [[nodiscard]] base::Result<std::optional<std::string_view>> maybe_text(std::string_view name
    ) const;
    [[nodiscard]] base::Result<std::optional<bool>> maybe_flag(std::string_view name) const;
    [[nodiscard]] base::Result<std::optional<std::uint64_t>> maybe_number(std::string_view name
    ) const;
    [[nodiscard]] bool has(std::string_view name) const;
    // There, and null.
    [[nodiscard]] bool is_null(std::string_view name) const;

    // A required id of one of the strong types.
    template <class Id>
    [[nodiscard]] base::Result<Id> id(std::string_view name) const {
        const auto value = text(name);
        if (!value) return std::unexpected(value.error());
        if (const auto id = Id::from(*value)) return *id;
        return bad(name, "is not a valid id");
    }
    // An optional one; empty when absent.
    template <class Id>
    [[nodiscard]] base::Result<Id> maybe_id(std::string_view name) const {
        const auto value = maybe_text(name);
        if (!value) return std::unexpected(value.error());
        if (!*value) return Id{};
        if (const auto id = Id::from(**value)) return *id;
        return bad(name, "is not a valid id");
    }

    // bad_request: "`name` what".
    [[nodiscard]] static std::unexpected<base::Error> bad(
        std::string_view name, std::string_view what
    );

  private:
    simdjson::dom::object object_;
};

class ParamsParser {
  public:
    // Error: bad_request when `json` is not one JSON object. Empty input is an empty object.
    [[nodiscard]] base::Result<Params> parse(std::string_view json);

  private:
    simdjson::dom::parser parser_;
};

}  // namespace voxpop::app
