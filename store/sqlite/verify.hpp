// `voxpop verify` of a database: counts everything that is stored twice, and says where the two
// differ.
//
// Works while a server has the database open: it reads one moment of it, writes nothing and holds
// nobody up (only the write-ahead log grows while it reads). Any thread.
#pragma once

#include <filesystem>

#include "store/verify_report.hpp"

namespace voxpop::store::sqlite {

[[nodiscard]] VerifyReport verify(const std::filesystem::path& file);

}  // namespace voxpop::store::sqlite
