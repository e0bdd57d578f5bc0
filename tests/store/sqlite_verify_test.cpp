// `voxpop verify` finds what is not as it should be, and nothing else.
#include <catch2/catch.hpp>

#include "store/sqlite/connection.hpp"
#include "store/sqlite/verify.hpp"
#include "tests/store/sqlite_fixture.hpp"

using namespace voxpop;
using namespace voxpop::store;
using Catch::Matchers::Contains;

namespace {

domain::Choose react(std::uint64_t comment, std::uint64_t who, std::size_t option) {
    auto choose = vote(who, option);
    choose.box = domain::BoxId::reaction(base::CommentId(comment));
    return choose;
}

// Some of everything that is counted.
void fill(SqliteFixture& fixture) {
    fixture.open_with_demo();
    for (std::uint64_t i = 1; i <= 5; ++i) REQUIRE(fixture.write(vote(i, i % 2)));
    REQUIRE(fixture.write(post(10)));
    REQUIRE(fixture.write(post(11, 10)));
    REQUIRE(fixture.write(react(10, 1, 0)));
    auto save = vote(1, 0);
    save.box = domain::BoxId::save(save.thread);
    REQUIRE(fixture.write(save));
}

struct Tampering {
    const char* sql;
    const char* told;
};

}  // namespace

TEST_CASE("verify: finds nothing in what the store wrote, while it is open and after", "[store]") {
    SqliteFixture fixture;
    fill(fixture);
    const auto online = sqlite::verify(fixture.file());
    INFO(online.text());
    CHECK(online.ok());
    CHECK_THAT(
        online.text(), Contains("ballots: 7 checked, no difference") && Contains("all is well")
    );
    REQUIRE(fixture.write(vote(6, 0)));  // the server was not disturbed
    fixture.close();
    CHECK(sqlite::verify(fixture.file()).ok());
}

TEST_CASE("verify: names each thing that was tampered with", "[store]") {
    const auto tampering = GENERATE(
        Tampering{
            "UPDATE boxes SET counts = '[3,3]' WHERE kind = 1",
            "poll demo, round 1: the tally says 5 voters [3,3], its ballots give 5 voters [2,3]"
        },
        Tampering{"UPDATE boxes SET voters = 4 WHERE kind = 1", "the tally says 4 voters"},
        Tampering{
            "DELETE FROM ballots WHERE voter = 'voter-1' AND box = 1",
            "its ballots give 4 voters [2,2]"
        },
        Tampering{"UPDATE boxes SET voters = 0, counts = '[]' WHERE kind = 2", "save demo"},
        Tampering{"UPDATE ballots SET options = 0 WHERE voter = 'voter-2'", "choose nothing"},
        Tampering{
            "INSERT INTO ballots VALUES (999, 'voter-1', 1)",
            "a row of ballots refers to one of boxes"
        },
        Tampering{"UPDATE threads SET comments = 3", "thread demo: stored is 3, counted are 2"},
        Tampering{
            "UPDATE comments SET replies = 0 WHERE id = 10",
            "comment 10: stored is 0, counted are 1"
        },
        Tampering{
            "UPDATE comments SET likes = 5 WHERE id = 10",
            "has other numbers than its reactions give"
        },
        Tampering{
            "UPDATE log SET thread_offset = 3 WHERE thread_offset = 2",
            "thread demo: stored is 3, counted are 2"
        },
        Tampering{
            "UPDATE log SET thread_offset = thread_offset - 1",
            "offsets of threads' streams from 1: 1 checked, 1 differ"
        },
        Tampering{
            "UPDATE log SET site_offset = 7 WHERE site_offset = 2",
            "stream of the site: stored is 7, counted are 2"
        },
        Tampering{
            "UPDATE boxes SET counts = 'many' WHERE kind = 1",
            "not verified: the database is damaged"
        }
    );
    SqliteFixture fixture;
    fill(fixture);
    fixture.close();
    auto db = sqlite::open_for_writing(fixture.file());
    db->exec(tampering.sql);
    REQUIRE(db->ok());

    const auto report = sqlite::verify(fixture.file());
    INFO(tampering.sql);
    CHECK_FALSE(report.ok());
    CHECK_THAT(report.text(), Contains(tampering.told));
}

TEST_CASE("verify: says so when there is nothing to read", "[store]") {
    const TemporaryFolder folder;
    const auto report = sqlite::verify(folder.path() / "voxpop.db");
    CHECK_FALSE(report.ok());
    CHECK_THAT(report.text(), Contains("not verified: there is no such file"));
}

TEST_CASE("sqlite: a tally that does not hold its ballots is refused, not moved", "[store]") {
    SqliteFixture fixture;
    fill(fixture);
    fixture.close();
    sqlite::open_for_writing(fixture.file())
        ->exec("UPDATE boxes SET voters = 0, counts = '[]' WHERE kind = 1");
    fixture.open();
    const auto outcome = fixture.write(vote(1, 0));
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == base::ErrorCode::store_unavailable);
    fixture.recorder().wait_for_health(true);
}
