#include "store/sqlite/verify.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "store/sqlite/comment_ranks.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/rows.hpp"
#include "store/sqlite/schema.hpp"
#include "store/sqlite/statement.hpp"

namespace voxpop::store::sqlite {
namespace {

using Check = VerifyReport::Check;

// The pragmas that look at the file itself answer "ok", or what is wrong.
Check check_file(Database& db) {
    Check check{.what = "structure of the file", .checked = 1};
    Statement pragma(db, "PRAGMA integrity_check");
    auto rows = pragma.query();
    while (rows.next()) {
        if (rows.text(0) != "ok") check.tell(rows.string(0));
    }
    return check;
}

Check check_references(Database& db) {
    Check check{.what = "references between tables", .checked = 1};
    Statement pragma(db, "PRAGMA foreign_key_check");
    auto rows = pragma.query();
    while (rows.next()) {
        check.tell(
            "a row of " + rows.string(0) + " refers to one of " + rows.string(2) +
            " that is not there"
        );
    }
    return check;
}

// Counts ballots box by box, in the order of their primary key.
class BallotCounter {
  public:
    explicit BallotCounter(Database& db)
        : ballots_(db, "SELECT box, options FROM ballots ORDER BY box"),
          rows_(ballots_.query()),
          has_row_(rows_.next()) {}

    // What the ballots of `box` give. Boxes must be asked for in ascending order.
    [[nodiscard]] domain::Tally count(std::int64_t box) {
        domain::Tally tally;
        while (has_row_ && rows_.integer(0) < box)
            has_row_ = rows_.next();  // of a box that is not there
        for (; has_row_ && rows_.integer(0) == box; has_row_ = rows_.next()) {
            const domain::OptionSet options(rows_.count(1));
            ++tally.voters;
            for (std::size_t i = 0; i < tally.counts.size(); ++i) {
                if (options.has(i)) ++tally.counts[i];
            }
            if (options.empty() || options.bits() >> tally.counts.size() != 0) ++odd_;
            ++counted_;
        }
        return tally;
    }

    [[nodiscard]] std::uint64_t counted() const { return counted_; }
    // Ballots that choose nothing, or something that no box can have.
    [[nodiscard]] std::uint64_t odd() const { return odd_; }

  private:
    Statement ballots_;
    Cursor rows_;
    bool has_row_ = false;
    std::uint64_t counted_ = 0;
    std::uint64_t odd_ = 0;
};

std::string name_of_box(const Cursor& row) {
    static constexpr std::array<std::string_view, 5> kKinds{
        "box", "poll", "save", "reaction", "report"
    };
    const auto kind = static_cast<std::size_t>(std::clamp<std::int64_t>(row.integer(1), 0, 4));
    return std::string(kKinds[kind]) + ' ' + row.string(2) + ", round " +
           std::to_string(row.integer(3));
}

std::string in_words(const domain::Tally& tally) {
    return std::to_string(tally.voters) + " voters " + counts_text(tally);
}

std::array<Check, 2> check_tallies(Database& db) {
    Check tallies{.what = "tallies against their ballots"};
    Statement boxes(
        db,
        "SELECT number, kind, subject, round, version, voters, counts FROM boxes ORDER BY number"
    );
    BallotCounter ballots(db);
    auto row = boxes.query();
    while (row.next()) {
        ++tallies.checked;
        const auto stored = tally_of(row.count(4), row.count(5), row.text(6), db);
        auto counted = ballots.count(row.integer(0));
        counted.version = stored.version;
        if (stored == counted) continue;
        tallies.tell(
            name_of_box(row) + ": the tally says " + in_words(stored) + ", its ballots give " +
            in_words(counted)
        );
    }
    Check whole{.what = "ballots", .checked = ballots.counted(), .different = ballots.odd()};
    if (ballots.odd() > 0) {
        whole.differences.push_back(
            std::to_string(ballots.odd()) + " ballots choose nothing, or what is not there"
        );
    }
    return {std::move(tallies), std::move(whole)};
}

// Rows of: name, stored, counted.
Check compare(Database& db, std::string what, std::string_view thing, std::string_view sql) {
    Check check{.what = std::move(what)};
    Statement statement(db, sql);
    auto rows = statement.query();
    while (rows.next()) {
        ++check.checked;
        if (rows.integer(1) == rows.integer(2)) continue;
        check.tell(
            std::string(thing) + ' ' + rows.string(0) + ": stored is " +
            std::to_string(rows.integer(1)) + ", counted are " + std::to_string(rows.integer(2))
        );
    }
    return check;
}

// The public stream of a thread is 1, 2, 3 …: as many as the newest says, and none twice (the
// index).
constexpr std::string_view kThreadStreams =
    "SELECT t.id, coalesce(max(l.thread_offset), 0), count(l.thread_offset)"
    " FROM threads t LEFT JOIN log l ON l.thread = t.number AND l.thread_offset IS NOT NULL"
    " GROUP BY t.number";
constexpr std::string_view kSiteStream =
    "SELECT 'of the site', coalesce(max(site_offset), 0), count(*) FROM log";
constexpr std::string_view kComments =
    "SELECT t.id, t.comments, (SELECT count(*) FROM comments c WHERE c.thread = t.number"
    " AND c.state = 'visible') FROM threads t";
constexpr std::string_view kReplies =
    "SELECT c.id, c.replies, (SELECT count(*) FROM comments r WHERE r.root = c.id"
    " AND r.parent IS NOT NULL AND r.state = 'visible') FROM comments c WHERE c.parent IS NULL";
constexpr std::string_view kLowestOffset =
    "SELECT t.id, 1, coalesce(min(l.thread_offset), 1)"
    " FROM threads t LEFT JOIN log l ON l.thread = t.number AND l.thread_offset IS NOT NULL"
    " GROUP BY t.number";

Check check_reactions(Database& db) {
    Check check{.what = "comments' likes, dislikes and ranks against their reactions"};
    Statement comments(db, "SELECT id, likes, dislikes, liked, best, controversial FROM comments");
    Statement reactions(
        db,
        "SELECT version, voters, counts FROM boxes WHERE kind = 3 AND subject = ?1 AND round = 1"
    );
    auto row = comments.query();
    while (row.next()) {
        ++check.checked;
        const auto id = comment_id(row.integer(0)).str();
        auto box = reactions.query(std::string_view(id));
        const CommentRanks ranks(
            box.next() ? tally_of(box.count(0), box.count(1), box.text(2), db) : domain::Tally{}
        );
        const bool same = row.count(1) == ranks.likes && row.count(2) == ranks.dislikes &&
                          row.integer(3) == ranks.liked && row.integer(4) == ranks.best &&
                          row.integer(5) == ranks.controversial;
        if (!same) check.tell("comment " + id + " has other numbers than its reactions give");
    }
    return check;
}

void check_all(Database& db, std::vector<Check>& checks) {
    checks.push_back(check_file(db));
    checks.push_back(check_references(db));
    for (auto& check : check_tallies(db)) checks.push_back(std::move(check));
    checks.push_back(compare(db, "threads' counts of visible comments", "thread", kComments));
    checks.push_back(compare(db, "comments' counts of visible replies", "comment", kReplies));
    checks.push_back(check_reactions(db));
    checks.push_back(
        compare(db, "offsets of threads' streams without gaps", "thread", kThreadStreams)
    );
    checks.push_back(compare(db, "offsets of threads' streams from 1", "thread", kLowestOffset));
    checks.push_back(compare(db, "offsets of the site's stream without gaps", "stream", kSiteStream)
    );
}

}  // namespace

VerifyReport verify(const std::filesystem::path& file) {
    VerifyReport report{.place = file.string(), .unreadable = {}, .checks = {}};
    if (!std::filesystem::exists(file)) {
        report.unreadable = "there is no such file";
        return report;
    }
    const auto db = open_for_reading(file);
    if (db->ok()) {
        if (const auto version = check_version(*db); !version) {
            report.unreadable = version.error();
            return report;
        }
    }
    db->exec("BEGIN");
    check_all(*db, report.checks);
    db->exec("COMMIT");
    if (!db->ok()) report.unreadable = db->error().detail;
    return report;
}

}  // namespace voxpop::store::sqlite
