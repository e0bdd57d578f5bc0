// Invariants: what holds unless our own code is wrong. A broken one ends the process at once, in
// every build: going on would answer, or store, something that is not so. Input and failures of the
// outside world are no invariants; they are base::Result.
//
// Not assert(), which a release build that defines NDEBUG takes out.
#pragma once

#include <source_location>

namespace voxpop::base {

[[noreturn]] void broken_invariant(const std::source_location& where);

inline void check(bool holds, const std::source_location& where = std::source_location::current()) {
    if (!holds) [[unlikely]]
        broken_invariant(where);
}

}  // namespace voxpop::base
