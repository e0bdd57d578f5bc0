// The parts of the SQLite store that the contract does not see from outside.
#include <array>
#include <catch2/catch.hpp>

#include "domain/ranking.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/generation_cache.hpp"
#include "store/sqlite/page_queries.hpp"
#include "store/sqlite/rows.hpp"
#include "store/sqlite/statement.hpp"
#include "tests/store/sqlite_fixture.hpp"

using namespace voxpop;
using namespace voxpop::store;
using Catch::Matchers::Contains;

namespace {

std::string plan_of(sqlite::Database& db, const std::string& sql) {
    sqlite::Statement explain(db, "EXPLAIN QUERY PLAN " + sql);
    auto rows = explain.query();
    std::string out;
    while (rows.next()) out += rows.string(3) + '\n';
    return out;
}

std::int64_t answers_in(const std::filesystem::path& file) {
    const auto db = sqlite::open_for_reading(file);
    sqlite::Statement count(*db, "SELECT count(*) FROM answers");
    auto row = count.query();
    return row.next() ? row.integer(0) : -1;
}

std::vector<std::string> epochs_in(const std::filesystem::path& file) {
    const auto db = sqlite::open_for_reading(file);
    sqlite::Statement select(*db, "SELECT node_epoch FROM counter_batches ORDER BY number");
    auto rows = select.query();
    std::vector<std::string> out;
    while (rows.next()) out.push_back(rows.string(0));
    return out;
}

domain::Choose keyed_vote(int n, base::Time at) {
    const auto number = static_cast<std::uint64_t>(n);
    auto choose = vote(number, 0);
    choose.at = at;
    choose.idempotency = {voter(number), base::IdempotencyKey::from("once").value(), 1};
    return choose;
}

}  // namespace

TEST_CASE("sqlite: every page of comments is a range of an index, never a sort", "[store]") {
    SqliteFixture fixture;
    fixture.open();
    const auto db = sqlite::open_for_reading(fixture.file());
    using enum domain::CommentSort;
    const std::array<std::pair<domain::CommentSort, const char*>, 6> indices{{
        {newest, "top_by_created"},
        {oldest, "top_by_created"},
        {most_replies, "top_by_replies"},
        {most_liked, "top_by_liked"},
        {best, "top_by_best"},
        {controversial, "top_by_controversial"},
    }};
    for (const auto& [sort, index] : indices) {
        const auto plan = plan_of(*db, sqlite::top_level_sql(sort));
        CHECK_THAT(plan, Contains(index));
        CHECK_THAT(plan, !Contains("TEMP B-TREE"));
    }
    REQUIRE(db->ok());
}

TEST_CASE("sqlite: tallies are written as they are read", "[store]") {
    const auto db = sqlite::open_for_reading("/dev/null");
    domain::Tally tally{.version = 9, .voters = 12};
    CHECK(sqlite::counts_text(tally) == "[]");
    tally.counts[1] = 12;
    CHECK(sqlite::counts_text(tally) == "[0,12]");
    tally.counts.back() = 18'446'744'073'709'551'615U;
    CHECK(sqlite::tally_of(9, 12, sqlite::counts_text(tally), *db) == tally);
}

TEST_CASE("sqlite: a tally that cannot be read is an error, not a zero", "[store]") {
    std::string too_many = "[1";
    for (std::size_t i = 0; i < base::limits::kPollOptionsMax; ++i) too_many += ",1";
    too_many += ']';
    SqliteFixture fixture;
    fixture.open();
    for (const auto& text : std::vector<std::string>{
             too_many, "", "[", "]", "5", "[1;2]", "[1,,2]", "[-1]", "[1,x]",
             "[99999999999999999999]"
         }) {
        const auto db = sqlite::open_for_reading(fixture.file());
        INFO(text);
        (void)sqlite::tally_of(1, 1, text, *db);
        CHECK_FALSE(db->ok());
    }
}

TEST_CASE("sqlite: after an error a connection does nothing until it is cleared", "[store]") {
    SqliteFixture fixture;
    fixture.open_with_demo();
    const auto db = sqlite::open_for_reading(fixture.file());
    sqlite::Statement threads(*db, "SELECT id FROM threads");
    sqlite::Statement write(*db, "DELETE FROM threads");
    write.run();  // the connection is for reading
    REQUIRE_FALSE(db->ok());
    CHECK(db->error().code == base::ErrorCode::store_unavailable);
    CHECK_FALSE(threads.query().next());
    db->clear_error();
    CHECK(threads.query().next());
}

TEST_CASE("sqlite: old answers go in steps that outpace the new ones", "[store]") {
    SqliteFixture fixture;
    fixture.open_with_demo();
    constexpr int kOld = 100;
    for (int i = 0; i < kOld; ++i) REQUIRE(fixture.write(keyed_vote(i, kSomeTime)));
    REQUIRE(answers_in(fixture.file()) == kOld);

    const auto later = kSomeTime + base::limits::kIdempotencyTtl + base::Millis(1);
    REQUIRE(fixture.write(keyed_vote(kOld, later)));
    const auto after_one = answers_in(fixture.file());
    CHECK(after_one > 1);  // a step, not all of it
    CHECK(after_one < kOld + 1);
    for (int i = 1; i < 10; ++i) REQUIRE(fixture.write(keyed_vote(kOld + i, later)));
    CHECK(answers_in(fixture.file()) == 10);
}

TEST_CASE(
    "sqlite: epochs of counters that are long over are forgotten, not one in use", "[store]"
) {
    SqliteFixture fixture;
    fixture.open_with_demo();
    const auto add = [](std::string epoch, std::uint64_t batch) {
        return domain::AddCounts{std::move(epoch), batch, {}};
    };
    for (const auto* epoch : {"over", "idle", "busy"}) REQUIRE(fixture.write(add(epoch, 1)));
    std::vector<domain::Command> many;
    for (std::uint64_t batch = 2; batch <= 10'000; ++batch) many.emplace_back(add("busy", batch));
    many.emplace_back(add("idle", 2));
    const auto written = fixture.write_all(std::move(many));
    REQUIRE(written);
    CHECK(epochs_in(fixture.file()) == std::vector<std::string>{"over", "busy", "idle"});
    REQUIRE(fixture.write(add("new", 1)));
    CHECK(epochs_in(fixture.file()) == std::vector<std::string>{"busy", "idle", "new"});
}

TEST_CASE("sqlite: the cache keeps what is used and stays within two generations", "[store]") {
    sqlite::GenerationCache<int, std::string> cache(10);
    cache.add(0, "kept");
    for (int i = 1; i <= 1'000; ++i) {
        cache.add(i, "passing");
        REQUIRE(cache.find(0) != nullptr);
        cache.end_group();
    }
    CHECK(*cache.find(0) == "kept");
    CHECK(cache.find(1) == nullptr);
    CHECK(cache.find(1'000) != nullptr);
}
