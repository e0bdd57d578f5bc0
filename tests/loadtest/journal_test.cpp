#include <fcntl.h>
#include <rapidcheck.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "loadtest/check/journal.hpp"
#include "loadtest/check/journal_file.hpp"

namespace voxpop::load::test {

namespace {

std::string line_of(const Entry& entry) {
    std::string out;
    append_line(out, entry);
    return out;
}

// One of each kind, with the given text wherever text may stand.
std::vector<Entry> one_of_each(const std::string& text, std::uint64_t n) {
    const auto number = static_cast<std::int64_t>(n >> 1);
    const auto command = static_cast<std::uint32_t>(n);
    return {
        entry::Run{n, number},
        entry::Sent{n, command, number, entry::Action::comment, text, text},
        entry::Done{n, command, number, n, text},
        entry::Refused{n, command, number, command},
        entry::Unknown{n, command},
        entry::Follows{n, number, entry::Start::reload, text, text, n},
        entry::Left{n, n % 2 == 0, text, text, n},
        entry::Odd{n, number, entry::Oddity::leaked_moderation, text, n, n},
        entry::Published{n % 2 == 0, text, text, n, text, text},
        entry::PollState{entry::Moment::after, text, text, text, text, n % 2 == 0, n, n, text},
        entry::ThreadState{entry::Moment::before, text, text, n, n, n},
        entry::Stall{number, number, n},
        entry::Unreachable{text},
    };
}

class TemporaryFile {
  public:
    explicit TemporaryFile(const std::string& content) {
        const int fd = ::mkstemp(path_.data());
        REQUIRE(fd >= 0);
        ::close(fd);
        std::ofstream(path_) << content;
    }
    ~TemporaryFile() { std::remove(path_.c_str()); }
    [[nodiscard]] const std::string& path() const { return path_; }

  private:
    std::string path_ = std::filesystem::temp_directory_path() / "voxpop-journal-XXXXXX";
};

}  // namespace

TEST_CASE(
    "journal: every kind of entry comes back as it was written, whatever its text", "[load]"
) {
    const bool ok = rc::check("round trip", [](const std::string& text, std::uint64_t n) {
        for (const Entry& entry : one_of_each(text, n)) {
            std::string line = line_of(entry);
            RC_ASSERT(line.back() == '\n');
            line.pop_back();
            RC_ASSERT(line.find('\n') == std::string::npos);
            const auto parsed = parse_line(line);
            RC_ASSERT(parsed);
            RC_ASSERT(*parsed == entry);
        }
    });
    CHECK(ok);
}

TEST_CASE("journal: a line can be read by people", "[load]") {
    CHECK(
        line_of(entry::Sent{17, 5, 1250, entry::Action::vote, "demo", "pro"}) ==
        "sent 17 5 1250 vote demo pro\n"
    );
    CHECK(
        line_of(entry::Odd{3, 80, entry::Oddity::gap, "thread:demo", 7, 8}) ==
        "odd 3 80 gap thread:demo 7 8\n"
    );
    CHECK(line_of(entry::Unreachable{"no answer, 100%"}) == "unreachable no%20answer,%20100%25\n");
}

TEST_CASE("journal: a line that is none says why", "[load]") {
    CHECK(parse_line("vote 1 2").error() == "no such kind of entry");
    for (const char* line :
         {"done 1 2", "done 1 2 3 4 5 6", "done 1 x 3 4 %", "sent 1 2 3 kick demo %",
          "unknown 1 2 ", "unknown  1 2", "left 1 2 c e 3", "unreachable %4", ""}) {
        INFO(line);
        CHECK_FALSE(parse_line(line));
    }
}

TEST_CASE("journal: a last line without its end is left out, a broken one is an error", "[load]") {
    const auto count = [](const JournalFile& file) {
        std::size_t n = 0;
        const auto read = file.for_each([&](const Entry&) { ++n; });
        return read ? std::to_string(n) : read.error();
    };
    const TemporaryFile cut("unknown 1 2\nunknown 1 3\nunknown 1");
    CHECK(count(*JournalFile::open(cut.path())) == "2");
    const TemporaryFile broken("unknown 1 2\nnonsense\n");
    CHECK(
        count(*JournalFile::open(broken.path())) ==
        broken.path() + ", line 2: no such kind of entry"
    );
    CHECK_FALSE(JournalFile::open("/nowhere/at/all"));
}

TEST_CASE("journal: what a full disk did not take is known", "[load]") {
    const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
    REQUIRE(full >= 0);
    JournalWriter writer(full);
    writer.write(entry::Unknown{1, 2});
    CHECK_FALSE(writer.failed());  // nothing was asked of the disk yet
    writer.flush();
    CHECK(writer.failed());
    ::close(full);
}

TEST_CASE("journal: a temporary one holds what several writers append", "[load]") {
    const auto file = JournalFile::create("");
    REQUIRE(file);
    std::size_t n = 0;
    {
        JournalWriter a(file->descriptor());
        JournalWriter b(file->descriptor());
        for (std::uint32_t i = 0; i < 10'000; ++i) {
            a.write(entry::Unknown{1, i});
            b.write(entry::Unknown{2, i});
        }
        CHECK_FALSE(a.failed());
    }
    std::array<std::uint32_t, 3> next{};
    const auto read = file->for_each([&](const Entry& e) {
        const auto& unknown = std::get<entry::Unknown>(e);
        CHECK(unknown.command == next[unknown.voter]++);
        ++n;
    });
    CHECK(read);
    CHECK(n == 20'000);
}

}  // namespace voxpop::load::test
