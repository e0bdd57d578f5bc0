// The journal: every command and its outcome, and what subscribers saw, as lines of text that grep
// and people can read, and that the checker judges, during the run or years later.
//
// A line is a word and its fields, separated by single spaces: `vote 17 5 1250 demo pro`. Fields
// never hold spaces: text is percent-escaped, an empty one is `%`. Times are milliseconds since the
// run began. A file may hold lines of several workers, in any order between them, each worker's in
// its own; and several runs.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace voxpop::load {

namespace entry {

// The first line of a run. Journals of one run, by several processes or machines, have the same id.
struct Run {
    std::uint64_t id = 0;
    std::int64_t started_ms = 0;  // Unix time
    friend bool operator==(const Run&, const Run&) = default;
};

enum class Action : std::uint8_t { vote, comment, save, hide, restore };

// A command was sent. `subject`: the poll, thread or comment; `choice`: options, or `on`, or empty.
struct Sent {
    std::uint64_t voter = 0;
    std::uint32_t command = 0;
    std::int64_t at_ms = 0;
    Action action = Action::vote;
    std::string subject;
    std::string choice;
    friend bool operator==(const Sent&, const Sent&) = default;
};

// It was acknowledged. `number`: a vote's tally version, a comment's offset; `result`: the choice
// that the server says is held now, or the comment's id.
struct Done {
    std::uint64_t voter = 0;
    std::uint32_t command = 0;
    std::int64_t at_ms = 0;
    std::uint64_t number = 0;
    std::string result;
    friend bool operator==(const Done&, const Done&) = default;
};

// It was answered with an error: nothing happened.
struct Refused {
    std::uint64_t voter = 0;
    std::uint32_t command = 0;
    std::int64_t at_ms = 0;
    std::uint32_t code = 0;
    friend bool operator==(const Refused&, const Refused&) = default;
};

// It never was answered: it may or may not have happened.
struct Unknown {
    std::uint64_t voter = 0;
    std::uint32_t command = 0;
    friend bool operator==(const Unknown&, const Unknown&) = default;
};

// fresh: a new subscription; recovered: the server promised everything missed; reload: it told the
// subscriber to load the page again.
enum class Start : std::uint8_t { fresh, recovered, reload };

// A subscriber is at `offset` of a stream and gets everything after it.
struct Follows {
    std::uint64_t voter = 0;
    std::int64_t at_ms = 0;
    Start start = Start::fresh;
    std::string channel;
    std::string epoch;
    std::uint64_t offset = 0;
    friend bool operator==(const Follows&, const Follows&) = default;
};

// The last offset that it got. `at_end`: it was subscribed when the run ended, so it must have had
// all.
struct Left {
    std::uint64_t voter = 0;
    bool at_end = false;
    std::string channel;
    std::string epoch;
    std::uint64_t offset = 0;
    friend bool operator==(const Left&, const Left&) = default;
};

enum class Oddity : std::uint8_t {
    gap,                // `got` came where `expected` was due
    again,              // an offset that was there before
    version_back,       // a tally or counts older than the one before
    version_differs,    // the same version with other numbers
    leaked_result,      // a tally that its receiver must not see
    leaked_moderation,  // what only moderators may see
    wrong_choice,       // a vote was acknowledged with another choice than was sent
    not_protocol,       // a message that no client could read
};

// A subscriber got something that it should not have got.
struct Odd {
    std::uint64_t voter = 0;
    std::int64_t at_ms = 0;
    Oddity kind = Oddity::gap;
    std::string channel;
    std::uint64_t expected = 0;
    std::uint64_t got = 0;
    friend bool operator==(const Odd&, const Odd&) = default;
};

// What stands at an offset of a stream: as subscribers of one worker saw it, or (`stored`) as the
// server's history gives it after the run.
struct Published {
    bool stored = false;
    std::string channel;
    std::string epoch;
    std::uint64_t offset = 0;
    std::string type;
    std::string comment;
    friend bool operator==(const Published&, const Published&) = default;
};

enum class Moment : std::uint8_t { before, after };

// A poll as `source` (snapshot, thread.get or http) shows it.
struct PollState {
    Moment moment = Moment::before;
    std::string source;
    std::string poll;
    std::string results;  // who may see them: always, after_vote, after_close, staff
    std::string state;
    bool single = true;  // one option a voter
    std::uint64_t version = 0;
    std::uint64_t voters = 0;
    std::string options;  // pro=4,con=3; empty: hidden
    friend bool operator==(const PollState&, const PollState&) = default;
};

struct ThreadState {
    Moment moment = Moment::before;
    std::string thread;
    std::string epoch;
    std::uint64_t offset = 0;
    std::uint64_t comments = 0;
    std::uint64_t saves = 0;
    friend bool operator==(const ThreadState&, const ThreadState&) = default;
};

// The server said nothing at all for `length_ms` while `waiting` commands waited.
struct Stall {
    std::int64_t at_ms = 0;
    std::int64_t length_ms = 0;
    std::uint64_t waiting = 0;
    friend bool operator==(const Stall&, const Stall&) = default;
};

// After the run the server could not be asked what it holds.
struct Unreachable {
    std::string why;
    friend bool operator==(const Unreachable&, const Unreachable&) = default;
};

}  // namespace entry

using Entry = std::variant<
    entry::Run, entry::Sent, entry::Done, entry::Refused, entry::Unknown, entry::Follows,
    entry::Left, entry::Odd, entry::Published, entry::PollState, entry::ThreadState, entry::Stall,
    entry::Unreachable>;

// Appends the entry's line, newline included.
void append_line(std::string& out, const Entry& entry);

// The entry of a line without its newline; an English sentence when it is none.
[[nodiscard]] std::expected<Entry, std::string> parse_line(std::string_view line);

[[nodiscard]] std::string_view to_string(entry::Action action);

// Writes entries to a file descriptor in whole lines, so that workers and processes can share one
// file that is open for appending. One thread.
class JournalWriter {
  public:
    explicit JournalWriter(int fd) : fd_(fd) {}
    ~JournalWriter() { flush(); }
    JournalWriter(const JournalWriter&) = delete;
    JournalWriter& operator=(const JournalWriter&) = delete;

    void write(const Entry& entry);
    void flush();
    // A write failed (a full disk): what the journal says is incomplete from then on.
    [[nodiscard]] bool failed() const { return failed_; }

  private:
    static constexpr std::size_t kFlushBytes = 64 * 1024;
    int fd_;
    std::string buffer_;
    bool failed_ = false;
};

}  // namespace voxpop::load
