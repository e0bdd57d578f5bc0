// A journal on disk. Without a name it is a temporary file that nobody else sees: the verdict is
// always made from a journal, kept or not.
#pragma once

#include <expected>
#include <functional>
#include <string>
#include <vector>

#include "loadtest/check/journal.hpp"

namespace voxpop::load {

class JournalFile {
  public:
    // A new, empty one, for appending by any number of writers. An empty path: temporary.
    [[nodiscard]] static std::expected<JournalFile, std::string> create(const std::string& path);
    // An existing one, to read.
    [[nodiscard]] static std::expected<JournalFile, std::string> open(const std::string& path);

    JournalFile(JournalFile&& other) noexcept;
    JournalFile& operator=(JournalFile&&) = delete;
    ~JournalFile();

    [[nodiscard]] int descriptor() const { return fd_; }
    // Whether all were written; a full disk is why they would not be.
    [[nodiscard]] bool append(const std::vector<Entry>& entries) const;
    // All entries, from the first. An error names the line. A last line without its end is left
    // out: the writer was killed over it.
    using Each = std::function<void(const Entry&)>;
    [[nodiscard]] std::expected<void, std::string> for_each(const Each& each) const;

  private:
    JournalFile(int fd, std::string name) : fd_(fd), name_(std::move(name)) {}

    int fd_;
    std::string name_;
};

// Whether what was asked after a run is one picture: each poll the same by every way of asking, and
// no thread behind its own history.
[[nodiscard]] bool agrees(const std::vector<Entry>& after);

}  // namespace voxpop::load
