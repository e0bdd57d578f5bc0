// A journal that somebody else wrote: each line is an entry or is not, an entry comes back from its
// own line as it was, and the checker has a verdict on any order of entries.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "loadtest/check/checker.hpp"
#include "loadtest/check/journal.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace voxpop::load;
    std::string_view rest(reinterpret_cast<const char*>(data), size);
    Checker checker;
    while (!rest.empty()) {
        const auto line = rest.substr(0, rest.find('\n'));
        if (const auto entry = parse_line(line)) {
            std::string again;
            append_line(again, *entry);
            again.pop_back();
            const auto parsed = parse_line(again);
            if (!parsed || *parsed != *entry) std::abort();
            checker.add(*entry);
        }
        rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    }
    static_cast<void>(checker.verdict());
    return 0;
}
