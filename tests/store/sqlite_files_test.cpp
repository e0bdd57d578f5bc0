// The database file: who may open it, what it must be, and how it grows older.
#include <array>
#include <catch2/catch.hpp>
#include <fstream>

#include "store/sqlite/connection.hpp"
#include "store/sqlite/schema.hpp"
#include "store/sqlite/statement.hpp"
#include "tests/store/sqlite_fixture.hpp"

using namespace voxpop;
using namespace voxpop::store;
using Catch::Matchers::Contains;

namespace {

// The sentence that start() refuses `file` with; empty when it does not.
std::string refusal_of(const std::filesystem::path& file) {
    Recorder recorder;
    SqliteStore store(file);
    try {
        store.start(recorder);
    } catch (const std::runtime_error& refused) {
        return refused.what();
    }
    return {};
}

std::unique_ptr<sqlite::Database> new_database(const std::filesystem::path& file) {
    sqlite::make_database_file(file);
    return sqlite::open_for_writing(file);
}

std::int64_t number(sqlite::Database& db, std::string_view sql) {
    sqlite::Statement statement(db, sql);
    auto row = statement.query();
    return row.next() ? row.integer(0) : -1;
}

}  // namespace

TEST_CASE("sqlite: everything is there again after closing and opening", "[store]") {
    SqliteFixture fixture;
    fixture.open_with_demo();
    REQUIRE(fixture.write(vote(1, 1)));
    REQUIRE(fixture.write(post(7)));
    const auto before = fixture.thread();
    fixture.close();
    CHECK_FALSE(std::filesystem::exists(fixture.file().string() + "-wal"));  // one file to copy

    fixture.open();
    const auto after = fixture.thread();
    CHECK(after.thread == before.thread);
    CHECK(after.counts == before.counts);
    CHECK(after.position == before.position);
    CHECK(after.polls.front().poll == before.polls.front().poll);
    CHECK(after.polls.front().tally == before.polls.front().tally);
    CHECK(fixture.ballots(voter(1)).front() == domain::OptionSet::of(1));
}

TEST_CASE("sqlite: folders that are not there are made", "[store]") {
    const TemporaryFolder folder;
    CHECK(refusal_of(folder.path() / "a" / "b" / "voxpop.db").empty());
    CHECK(std::filesystem::exists(folder.path() / "a" / "b" / "voxpop.db"));
}

TEST_CASE("sqlite: nobody but the owner and the group reads the database", "[store]") {
    SqliteFixture fixture;
    fixture.open_with_demo();
    using std::filesystem::perms;
    for (const auto* suffix : {"", "-wal", "-shm"}) {
        const auto rights = std::filesystem::status(fixture.file().string() + suffix).permissions();
        CHECK((rights & perms::others_all) == perms::none);
    }
}

TEST_CASE("sqlite: a second server on the same file is refused, and told why", "[store]") {
    SqliteFixture fixture;
    fixture.open();
    CHECK_THAT(refusal_of(fixture.file()), Contains("another server is using this database"));
    REQUIRE(fixture.write(put_thread("demo")));  // the first goes on
    fixture.close();
    CHECK(refusal_of(fixture.file()).empty());
}

TEST_CASE("sqlite: what is not a database of ours is refused and left alone", "[store]") {
    const TemporaryFolder folder;
    const auto file = folder.path() / "other.db";
    SECTION("text") {
        std::ofstream(file
        ) << "This is a diary, and it is longer than the header of a database is, "
             "which is what makes it interesting to open it as one.";
        CHECK_THAT(refusal_of(file), Contains("damaged"));
    }
    SECTION("somebody else's database") {
        new_database(file)->exec("CREATE TABLE diary (day TEXT)");
        CHECK_THAT(refusal_of(file), Contains("not one of Voxpop's"));
        auto db = sqlite::open_for_writing(file);
        CHECK(number(*db, "SELECT count(*) FROM sqlite_schema") == 1);
    }
    SECTION("a folder") {
        std::filesystem::create_directory(file);
        CHECK_THAT(refusal_of(file), Contains("cannot open"));
    }
}

TEST_CASE("sqlite: a database of a newer version is refused", "[store]") {
    SqliteFixture fixture;
    fixture.open();
    fixture.close();
    sqlite::open_for_writing(fixture.file())->exec("PRAGMA user_version = 1000");
    CHECK_THAT(refusal_of(fixture.file()), Contains("version 1000") && Contains("newer Voxpop"));
}

TEST_CASE(
    "sqlite: an older file gets the steps that it lacks, and keeps what it holds", "[store]"
) {
    constexpr std::array<std::string_view, 3> kSteps{
        "CREATE TABLE notes (text TEXT)",
        "ALTER TABLE notes ADD COLUMN stars INTEGER NOT NULL DEFAULT 3",
        "CREATE INDEX notes_by_stars ON notes (stars)",
    };
    const TemporaryFolder folder;
    auto db = new_database(folder.path() / "old.db");
    REQUIRE(sqlite::migrate(*db, std::span(kSteps).first(1)));
    db->exec("INSERT INTO notes (text) VALUES ('kept')");

    REQUIRE_FALSE(sqlite::check_version(*db, kSteps));
    REQUIRE(sqlite::migrate(*db, kSteps));
    REQUIRE(sqlite::check_version(*db, kSteps));
    CHECK(number(*db, "SELECT stars FROM notes WHERE text = 'kept'") == 3);
    CHECK(number(*db, "PRAGMA user_version") == 3);
    CHECK(sqlite::migrate(*db, kSteps));  // nothing is left to do
    REQUIRE(db->ok());
}

TEST_CASE("sqlite: a step that fails leaves the version before it", "[store]") {
    constexpr std::array<std::string_view, 2> kSteps{
        "CREATE TABLE notes (text TEXT)",
        "CREATE TABLE more (text TEXT); CREATE TABLE notes (again TEXT)",
    };
    const TemporaryFolder folder;
    auto db = new_database(folder.path() / "old.db");
    const auto done = sqlite::migrate(*db, kSteps);
    REQUIRE_FALSE(done);
    CHECK_THAT(done.error(), Contains("to version 2"));
    CHECK(number(*db, "PRAGMA user_version") == 1);
    CHECK(number(*db, "SELECT count(*) FROM sqlite_schema WHERE name = 'more'") == 0);
}

TEST_CASE("sqlite: the streams of a new file have an epoch of their own", "[store]") {
    SqliteFixture one;
    SqliteFixture other;
    one.open_with_demo();
    other.open_with_demo();
    CHECK_FALSE(one.thread().position.epoch.empty());
    CHECK(one.thread().position.epoch != other.thread().position.epoch);
}
