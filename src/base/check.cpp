#include "base/check.hpp"

#include <cstdio>
#include <cstdlib>

namespace voxpop::base {

// No logger: whose thread this is, and what it holds, is not known.
void broken_invariant(const std::source_location& where) {
    std::fprintf(
        stderr, "voxpop: broken invariant at %s:%u in %s\n", where.file_name(),
        static_cast<unsigned>(where.line()), where.function_name()
    );
    std::abort();
}

}  // namespace voxpop::base
