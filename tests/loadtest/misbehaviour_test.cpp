// Whole runs against a server that does one thing wrong. Each must be caught, every time, and
// called by its name; and an honest server must pass.
#include <catch2/catch.hpp>
#include <future>
#include <stdexcept>

#include "fake_server.hpp"
#include "loadtest/run.hpp"

namespace voxpop::load::test {

namespace {

struct Expected {
    std::string what;
    FakeServerOptions server;
    Violation kind;
};

Scenario small_day() {
    Scenario scenario;
    scenario.name = "small-day";
    scenario.connections = 12;
    scenario.duration_seconds = 0.5;
    scenario.traffic = {
        {.command = Command::vote, .shape = Shape::constant, .per_second = 60},
        {.command = Command::comment, .shape = Shape::constant, .per_second = 40},
        {.command = Command::save, .shape = Shape::constant, .per_second = 10},
    };
    return scenario;
}

Summary run_against(const FakeServerOptions& options, const Scenario& scenario) {
    const FakeServer server(options);
    Settings settings;
    settings.scenario = scenario;
    settings.targets = {server.target()};
    settings.grace_seconds = 1;
    auto summary = run_load(settings, {});
    if (!summary) throw std::runtime_error(summary.error().why);
    return *summary;
}

std::future<Summary> start(const FakeServerOptions& options, const Scenario& scenario) {
    return std::async(std::launch::async, run_against, options, scenario);
}

Latency latency_of(const Summary& summary, Event event) {
    for (const Latency& row : summary.latency) {
        if (row.event == event) return row;
    }
    return {};
}

}  // namespace

TEST_CASE("an honest server gets a clean verdict, and every number adds up", "[load]") {
    const Summary summary = run_against({}, small_day());
    INFO(to_text(summary));
    CHECK(summary.ok());
    CHECK(summary.connections_peak == 12);
    CHECK(summary.sent == 55);
    CHECK(summary.acknowledged == 55);
    CHECK(summary.unknown == 0);
    CHECK(summary.verdict.acknowledged == 55);
    CHECK(summary.verdict.streams == 12);
    CHECK(latency_of(summary, Event::vote).count == 30);
    CHECK(latency_of(summary, Event::see_comment).count == 20 * 12);
}

TEST_CASE("each misdeed of a server is caught and named", "[load]") {
    const std::vector<Expected> misdeeds{
        {"a dropped publication", {.misdeeds = {.drop_publication = 7}}, Violation::publication_lost
        },
        {"a publication given twice",
         {.misdeeds = {.double_publication = 5}},
         Violation::publication_doubled},
        {"a swapped pair", {.misdeeds = {.swap_publications = 6}}, Violation::reordered},
        {"other contents at the same offset",
         {.misdeeds = {.swap_contents = 6}},
         Violation::reordered},
        {"a stream that ends early for one",
         {.misdeeds = {.drop_last = true}},
         Violation::publication_lost},
        {"a doubled vote", {.misdeeds = {.double_vote = 9}}, Violation::ballot_doubled},
        {"a lost vote", {.misdeeds = {.lose_vote = 9}}, Violation::ballot_lost},
        {"a vote for the other side", {.misdeeds = {.miscount_vote = 9}}, Violation::tally_wrong},
        {"an answer to another choice", {.misdeeds = {.wrong_choice = 9}}, Violation::wrong_answer},
        {"a lost comment", {.misdeeds = {.lose_comment = 4}}, Violation::comment_lost},
        {"a tally that goes back", {.misdeeds = {.version_back = 8}}, Violation::version_back},
        {"a leaked hidden result",
         {.misdeeds = {.leak_result = 3}, .results = "after_close"},
         Violation::hidden_result_leaked},
        {"a leaked result before one's own vote",
         {.misdeeds = {.leak_result = 1}, .results = "after_vote"},
         Violation::hidden_result_leaked},
        {"a leaked reason of a moderator",
         {.misdeeds = {.leak_moderation = 3}},
         Violation::moderation_leaked},
        {"two ways of asking that differ",
         {.misdeeds = {.http_differs = true}},
         Violation::answers_differ},
        {"a message that is not JSON", {.misdeeds = {.garbage = 4}}, Violation::not_protocol},
    };
    // Each run is mostly waiting, so they go side by side.
    std::vector<std::future<Summary>> runs;
    for (const Expected& expected : misdeeds) runs.push_back(start(expected.server, small_day()));
    for (std::size_t i = 0; i < misdeeds.size(); ++i) {
        const Summary summary = runs[i].get();
        INFO(misdeeds[i].what);
        INFO(to_text(summary));
        CHECK_FALSE(summary.ok());
        CHECK(summary.verdict.count(misdeeds[i].kind) > 0);
    }
}

TEST_CASE("a recovery that leaves something out is a lost publication", "[load]") {
    Scenario scenario = small_day();
    scenario.duration_seconds = 3;
    scenario.storm = {.every_seconds = 1, .share = 1};
    auto partly = start({.misdeeds = {.recover_partly = 12}}, scenario);
    const Summary honest = run_against({}, scenario);
    INFO(to_text(honest));
    CHECK(honest.ok());
    CHECK(honest.recovered > 0);
    CHECK(honest.recovered_publications > 0);

    const Summary summary = partly.get();
    INFO(to_text(summary));
    CHECK(summary.verdict.count(Violation::publication_lost) > 0);
}

TEST_CASE(
    "a stall is named, and shows in the latencies that count from the intended time", "[load]"
) {
    Scenario scenario = small_day();
    scenario.duration_seconds = 4;
    const Summary summary = run_against({.misdeeds = {.stall_at_vote = 30}}, scenario);
    INFO(to_text(summary));
    CHECK(summary.verdict.count(Violation::stall) >= 1);
    // Of four seconds of votes, those of two had to wait: far more than one in a hundred.
    CHECK(latency_of(summary, Event::vote).p99 > 1'500);
    CHECK(latency_of(summary, Event::vote).p50 < 1'500);
}

TEST_CASE("being told to subscribe again or to reload is no violation", "[load]") {
    const Summary again = run_against({.misdeeds = {.unsubscribe_at = 5}}, small_day());
    INFO(to_text(again));
    CHECK(again.ok());
    CHECK(again.recovered >= 12);
    const Summary reload =
        run_against({.misdeeds = {.unsubscribe_at = 5, .forgets = true}}, small_day());
    INFO(to_text(reload));
    CHECK(reload.ok());
    CHECK(reload.reloads >= 12);
}

TEST_CASE("votes that are never answered are unknown, not lost", "[load]") {
    Scenario scenario = small_day();
    scenario.traffic = {{.command = Command::vote, .shape = Shape::constant, .per_second = 60}};
    const Summary summary = run_against({.misdeeds = {.mute_votes = true}}, scenario);
    INFO(to_text(summary));
    CHECK(summary.unknown == 30);
    CHECK(summary.acknowledged == 0);
    CHECK(summary.verdict.count(Violation::ballot_lost) == 0);
    CHECK(summary.verdict.count(Violation::ballot_doubled) == 0);
}

}  // namespace voxpop::load::test
