#include "domain/thread.hpp"

#include "domain/names.hpp"

namespace voxpop::domain {
namespace {

constexpr std::array<Named<CounterKind>, kCounterKinds> kCounterNames{{
    {CounterKind::view, "view"},
    {CounterKind::heart, "heart"},
    {CounterKind::clap, "clap"},
}};

}  // namespace

std::string_view to_string(CounterKind kind) {
    return name_in(kCounterNames, kind);
}

std::optional<CounterKind> parse_tap(std::string_view name) {
    const auto kind = value_in(kCounterNames, name);
    return kind == CounterKind::view ? std::nullopt : kind;
}

}  // namespace voxpop::domain
