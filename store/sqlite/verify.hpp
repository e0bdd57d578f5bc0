// `voxpop verify`: counts everything that is stored twice, and says where the two differ.
//
// Works while a server has the database open: it reads one moment of it, writes nothing and holds
// nobody up (only the write-ahead log grows while it reads). Any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace voxpop::store::sqlite {

struct VerifyReport {
    struct Check {
        std::string what;                      // "tallies against ballots"
        std::uint64_t checked = 0;             // how many things were compared
        std::uint64_t different = 0;           // and how many of them are not as they should be
        std::vector<std::string> differences;  // the first of those, a sentence each
    };

    std::filesystem::path file;
    std::string unreadable;  // why nothing (more) could be checked; empty: all was
    std::vector<Check> checks;

    // Everything was checked, and nothing differs.
    [[nodiscard]] bool ok() const;
    // For the operator: a line per check and per difference, then the result.
    [[nodiscard]] std::string text() const;
};

[[nodiscard]] VerifyReport verify(const std::filesystem::path& file);

}  // namespace voxpop::store::sqlite
