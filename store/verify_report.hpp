// What `voxpop verify` found in a store: everything that is stored twice, counted and compared.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace voxpop::store {

struct VerifyReport {
    struct Check {
        std::string what;                        // "tallies against ballots"
        std::uint64_t checked = 0;               // how many things were compared
        std::uint64_t different = 0;             // and how many of them are not as they should be
        std::uint64_t repaired = 0;              // and how many of those are now
        std::vector<std::string> differences{};  // the first of those, a sentence each

        // One more thing that is not as it should be.
        void tell(std::string difference);
    };

    std::string place;       // the file, or where Redis is; never with a password
    std::string unreadable;  // why nothing (more) could be checked; empty: all was
    std::vector<Check> checks;

    // Everything was checked, and nothing differs (any more).
    [[nodiscard]] bool ok() const;
    // For the operator: a line per check and per difference, then the result.
    [[nodiscard]] std::string text() const;
};

}  // namespace voxpop::store
