// The remote methods by name: who may call each, how it is ordered among the commands of its
// connection, and the function that does it. docs/schema has the JSON Schema of each.
#pragma once

#include <span>
#include <string_view>

#include "app/services.hpp"
#include "domain/identity.hpp"
#include "net/backend.hpp"

namespace voxpop::app {

struct Method {
    std::string_view name;
    domain::Operation operation;
    net::CallOrder order;
    // `caller` and `params` are valid during the call. Answers once, now or later.
    void (*run)(Services& services, const net::Caller& caller, const Params& params, Reply reply);
};

[[nodiscard]] std::span<const Method> methods();
// Null when there is none of that name.
[[nodiscard]] const Method* find_method(std::string_view name);

}  // namespace voxpop::app
