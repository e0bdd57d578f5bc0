#include "store/sqlite/schema.hpp"

#include <array>

#include "store/sqlite/statement.hpp"

namespace voxpop::store::sqlite {
namespace {

// Rows refer to each other by `number`, which is short; `id` is what sites and clients use. States
// and types are stored by their names, times as milliseconds since 1970 UTC.
//
// Foreign keys are declared for whoever reads this and for `voxpop verify`, not enforced on every
// write: the writer has looked up each number that it writes in the same transaction.
//
// What is stored twice, so that reading is cheap, and checked by `voxpop verify`:
//   boxes.voters, boxes.counts      from ballots
//   threads.comments                from comments
//   comments.replies                from comments
//   comments.likes … controversial  from the comment's reaction box
constexpr std::string_view kFirst = R"sql(
CREATE TABLE installation (
    epoch  TEXT NOT NULL,
    probes INTEGER NOT NULL DEFAULT 0  -- moved to find out whether the disk takes writes again
);
INSERT INTO installation (epoch) VALUES (lower(hex(randomblob(8))));

CREATE TABLE threads (
    number       INTEGER PRIMARY KEY,
    id           TEXT NOT NULL UNIQUE,
    title        TEXT NOT NULL,
    url          TEXT NOT NULL,
    closed       INTEGER NOT NULL,
    premoderated INTEGER NOT NULL,
    created      INTEGER NOT NULL,
    version      INTEGER NOT NULL,
    comments     INTEGER NOT NULL DEFAULT 0, -- the visible ones, replies included
    views        INTEGER NOT NULL DEFAULT 0, -- counters: this and the next two
    hearts       INTEGER NOT NULL DEFAULT 0,
    claps        INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE polls (
    number    INTEGER PRIMARY KEY,  -- in order of creation
    id        TEXT NOT NULL UNIQUE,
    thread    INTEGER NOT NULL REFERENCES threads,
    question  TEXT NOT NULL,
    min       INTEGER NOT NULL,
    max       INTEGER NOT NULL,
    policy    TEXT NOT NULL,
    results   TEXT NOT NULL,
    state     TEXT NOT NULL,
    round     INTEGER NOT NULL,
    opens_at  INTEGER,
    closes_at INTEGER,
    created   INTEGER NOT NULL,
    version   INTEGER NOT NULL
);
CREATE INDEX polls_of_thread ON polls (thread, number);
CREATE INDEX polls_by_state ON polls (state);

CREATE TABLE poll_options (
    poll     INTEGER NOT NULL REFERENCES polls,
    position INTEGER NOT NULL,  -- bit `position` of a ballot's options
    id       TEXT NOT NULL,
    label    TEXT NOT NULL,
    PRIMARY KEY (poll, position)
) WITHOUT ROWID;

CREATE TABLE boxes (
    number  INTEGER PRIMARY KEY,
    kind    INTEGER NOT NULL,  -- 1 poll, 2 save, 3 reaction, 4 report
    subject TEXT NOT NULL,     -- the id of the poll, thread or comment
    round   INTEGER NOT NULL,
    version INTEGER NOT NULL,
    voters  INTEGER NOT NULL,
    counts  TEXT NOT NULL,     -- ballots by option, as a JSON array; zeros at its end are left out
    UNIQUE (kind, subject, round)
);

-- One voter, one ballot: the primary key sees to it. Who withdraws has no row.
CREATE TABLE ballots (
    box     INTEGER NOT NULL REFERENCES boxes,
    voter   TEXT NOT NULL,
    options INTEGER NOT NULL,  -- one bit each
    PRIMARY KEY (box, voter)
) WITHOUT ROWID;

CREATE TABLE comments (
    id            INTEGER PRIMARY KEY,  -- ascends with time
    thread        INTEGER NOT NULL REFERENCES threads,
    parent        INTEGER REFERENCES comments,
    root          INTEGER NOT NULL REFERENCES comments,  -- itself, when it is not a reply
    author        TEXT NOT NULL,
    author_name   TEXT NOT NULL,
    text          TEXT NOT NULL,
    created       INTEGER NOT NULL,
    edited        INTEGER,
    state         TEXT NOT NULL,
    version       INTEGER NOT NULL,
    replies       INTEGER NOT NULL,  -- visible ones below it; on roots
    likes         INTEGER NOT NULL,
    dislikes      INTEGER NOT NULL,
    liked         INTEGER NOT NULL,  -- this and the next two: its rank in that order
    best          INTEGER NOT NULL,
    controversial INTEGER NOT NULL
);
-- One index an order, so that a page is a range of it.
CREATE INDEX top_by_created ON comments (thread, created, id) WHERE parent IS NULL;
CREATE INDEX top_by_replies ON comments (thread, replies, id) WHERE parent IS NULL;
CREATE INDEX top_by_liked ON comments (thread, liked, id) WHERE parent IS NULL;
CREATE INDEX top_by_best ON comments (thread, best, id) WHERE parent IS NULL;
CREATE INDEX top_by_controversial ON comments (thread, controversial, id) WHERE parent IS NULL;
CREATE INDEX replies_by_created ON comments (root, created, id) WHERE parent IS NOT NULL;
CREATE INDEX comments_by_state ON comments (state, created, id);
CREATE INDEX comments_by_thread_and_state ON comments (thread, state, created, id);

CREATE TABLE log (
    site_offset   INTEGER PRIMARY KEY,  -- 1, 2, 3 …
    thread        INTEGER NOT NULL REFERENCES threads,
    thread_offset INTEGER,              -- 1, 2, 3 … in the thread's stream; NULL: only moderators see it
    type          TEXT NOT NULL,
    comment       INTEGER NOT NULL REFERENCES comments,
    from_state    TEXT NOT NULL,
    actor         TEXT NOT NULL,
    reason        TEXT NOT NULL,
    at            INTEGER NOT NULL
);
CREATE UNIQUE INDEX log_of_thread ON log (thread, thread_offset) WHERE thread_offset IS NOT NULL;

-- The first answers to commands that came with a key.
CREATE TABLE answers (
    user        TEXT NOT NULL,
    key         TEXT NOT NULL,
    fingerprint INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    before      INTEGER,  -- to a ballot
    after       INTEGER,
    comment     INTEGER,  -- to a comment
    log_offset  INTEGER,
    state       TEXT,
    version     INTEGER,
    PRIMARY KEY (user, key)
) WITHOUT ROWID;
CREATE INDEX answers_by_age ON answers (at);

CREATE TABLE counter_batches (node_epoch TEXT PRIMARY KEY, batch INTEGER NOT NULL) WITHOUT ROWID;
)sql";

// Reports that wait for a moderator, and the order in which they are listed.
constexpr std::string_view kReports = R"sql(
ALTER TABLE comments ADD COLUMN reports INTEGER NOT NULL DEFAULT 0;
CREATE INDEX reported_comments ON comments (created, id) WHERE reports > 0;
)sql";

// Batches in the order in which they came, so that epochs which are long over can be forgotten.
constexpr std::string_view kBatchesInOrder = R"sql(
ALTER TABLE counter_batches RENAME TO counter_batches_unordered;
CREATE TABLE counter_batches (
    number     INTEGER PRIMARY KEY,  -- ascends with every batch, of whichever epoch
    node_epoch TEXT NOT NULL UNIQUE,
    batch      INTEGER NOT NULL      -- the newest of the epoch
);
INSERT INTO counter_batches (node_epoch, batch) SELECT node_epoch, batch FROM counter_batches_unordered;
DROP TABLE counter_batches_unordered;
)sql";

constexpr std::array kMigrations{kFirst, kReports, kBatchesInOrder};

std::int64_t read_pragma(Database& db, std::string_view name) {
    Statement pragma(db, "PRAGMA " + std::string(name));
    auto row = pragma.query();
    return row.next() ? row.integer(0) : 0;
}

bool is_empty(Database& db) {
    Statement count(db, "SELECT count(*) FROM sqlite_schema");
    auto row = count.query();
    return row.next() && row.integer(0) == 0;
}

// How many steps the file has behind it.
std::expected<std::size_t, std::string> read_version(Database& db, std::size_t newest) {
    const auto application = read_pragma(db, "application_id");
    const auto version = read_pragma(db, "user_version");
    const bool empty = is_empty(db);
    if (!db.ok()) return std::unexpected("cannot read the database: " + db.error().detail);
    if (application != kApplicationId && !(application == 0 && version == 0 && empty)) {
        return std::unexpected("the file is a database, but not one of Voxpop's");
    }
    if (version < 0 || static_cast<std::size_t>(version) > newest) {
        return std::unexpected(
            "the database has version " + std::to_string(version) +
            ", and this program knows versions up to " + std::to_string(newest) +
            ": it was written by a newer Voxpop, so run that one"
        );
    }
    return static_cast<std::size_t>(version);
}

}  // namespace

std::span<const std::string_view> migrations() {
    return kMigrations;
}

std::expected<void, std::string> migrate(Database& db, std::span<const std::string_view> steps) {
    const auto version = read_version(db, steps.size());
    if (!version) return std::unexpected(version.error());
    for (std::size_t next = *version; next < steps.size(); ++next) {
        db.exec("BEGIN IMMEDIATE");
        db.exec(std::string(steps[next]));
        db.exec("PRAGMA application_id = " + std::to_string(kApplicationId));
        db.exec("PRAGMA user_version = " + std::to_string(next + 1));
        db.exec("COMMIT");
        if (db.ok()) continue;
        std::string why = "cannot bring the database to version " + std::to_string(next + 1) +
                          ": " + db.error().detail;
        db.clear_error();
        db.exec("ROLLBACK");
        db.clear_error();  // there may have been nothing to roll back
        return std::unexpected(std::move(why));
    }
    return {};
}

std::expected<void, std::string> check_version(
    Database& db, std::span<const std::string_view> steps
) {
    const auto version = read_version(db, steps.size());
    if (!version) return std::unexpected(version.error());
    if (*version == steps.size()) return {};
    return std::unexpected(
        "the database has version " + std::to_string(*version) + ", and this program wants " +
        std::to_string(steps.size()) + ": start the server once, it brings the file up to date"
    );
}

std::string read_epoch(Database& db) {
    Statement find(db, "SELECT epoch FROM installation");
    auto row = find.query();
    return row.next() ? row.string(0) : std::string{};
}

}  // namespace voxpop::store::sqlite
