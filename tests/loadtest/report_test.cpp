// Thresholds, figures, plots, the command line.
#include <simdjson.h>
#include <catch2/catch.hpp>

#include "loadtest/conductor.hpp"
#include "loadtest/engine/raw_readers.hpp"
#include "loadtest/engine/silence.hpp"
#include "loadtest/options.hpp"
#include "loadtest/report/plot.hpp"
#include "loadtest/report/requirement.hpp"
#include "loadtest/report/warnings.hpp"

namespace voxpop::load::test {

namespace {

Summary a_summary() {
    Summary s;
    s.scenario = "hot-article";
    s.command_line = "voxpop-load hot-article --require '</script>'";
    s.duration_s = 10;
    s.connections_peak = 1'000;
    s.sent = 12'345;
    s.acknowledged = 12'300;
    s.deliveries = 200'000;
    Histogram fast;
    fast.record(1'500, 99);
    fast.record(90'000, 1);
    Histogram arrivals;
    arrivals.record(800'000);
    s.latency = {make_latency(Event::connect, arrivals), make_latency(Event::vote, fast)};
    s.verdict.findings = {{Violation::ballot_lost, "two <b>ballots</b>", 2}};
    for (int i = 0; i < 3; ++i) {
        Second second;
        second.at = i;
        second.p50.fill(-1);
        second.p99.fill(-1);
        second.p99[static_cast<std::size_t>(Event::vote)] = 2.5;
        s.seconds.push_back(second);
    }
    return s;
}

bool met(const std::string& requirement) {
    return Requirement::parse(requirement)->judge(a_summary()).met;
}

std::expected<Options, Leave> parse(std::vector<const char*> words) {
    words.insert(words.begin(), "voxpop-load");
    return parse_options(static_cast<int>(words.size()), words.data());
}

}  // namespace

TEST_CASE("requirement: what is required is compared with what was measured", "[load]") {
    CHECK(met("vote.p50_ms<1.6"));
    CHECK_FALSE(met("vote.p50_ms<1.5"));
    CHECK(met("vote.p99_ms <= 2"));
    CHECK(met("max_ms>80"));
    CHECK(met("lost==2"));
    CHECK_FALSE(met("lost==0"));
    CHECK(met("doubled==0"));
    CHECK(met("violations!=0"));
    CHECK(met("acknowledged>=12300"));
    CHECK(met("deliveries_per_second==20000"));
}

TEST_CASE("requirement: arrivals count only where they are the load or asked for", "[load]") {
    CHECK(met("p99_ms<200"));
    CHECK(met("connect.p99_ms>700"));
    Summary arrivals = a_summary();
    arrivals.arrivals_count = true;
    CHECK_FALSE(Requirement::parse("p99_ms<200")->judge(arrivals).met);
}

TEST_CASE("requirement: a wrong one says what is wrong, and names the nearest", "[load]") {
    CHECK(
        Requirement::parse("p99<250").error().find("did you mean \"p99_ms\"?") != std::string::npos
    );
    CHECK(Requirement::parse("losd==0").error().find("\"lost\"") != std::string::npos);
    CHECK_FALSE(Requirement::parse("lost"));
    CHECK_FALSE(Requirement::parse("lost==none"));
    CHECK_FALSE(Requirement::parse("lost==1x"));
    CHECK_FALSE(Requirement::parse("nobody.p99_ms<1"));
}

TEST_CASE("warnings: nothing to say about a run at leisure", "[load]") {
    Summary s = a_summary();
    s.connections = s.ready_at_start = 1'000;
    s.client_cpu_peak = 0.79;
    s.late = 123;  // of 12,345
    s.client_pause_max_ms = 150;
    CHECK(warnings_of(s).empty());
}

TEST_CASE("warnings: whatever makes the numbers the client's is said", "[load]") {
    const auto only_warning = [](auto change) {
        Summary s = a_summary();
        s.connections = s.ready_at_start = 1'000;
        change(s);
        const auto warnings = warnings_of(s);
        REQUIRE(warnings.size() == 1);
        return warnings.front();
    };
    using Catch::Contains;
    CHECK_THAT(
        only_warning([](Summary& s) { s.client_cpu_peak = 0.81; }), Contains("81 % of a core")
    );
    CHECK_THAT(only_warning([](Summary& s) { s.late = 124; }), Contains("slipped: 124 commands"));
    CHECK_THAT(
        only_warning([](Summary& s) { s.client_pause_max_ms = 201; }), Contains("for 201 ms")
    );
    CHECK_THAT(only_warning([](Summary& s) { s.ready_at_start = 999; }), Contains("999 of 1,000"));
    CHECK_THAT(only_warning([](Summary& s) { s.lost_processes = 1; }), Contains("died"));
}

TEST_CASE("crew: as many processes as the connections and the descriptors need", "[load]") {
    const auto size = [](unsigned cores, unsigned processes, std::uint64_t connections,
                         std::uint64_t descriptors) {
        const CrewSize crew = crew_size(cores, processes, connections, descriptors);
        return std::pair{crew.processes, crew.threads_per_process};
    };
    CHECK(size(1, 0, 19'000, 20'000) == std::pair{1U, 1U});
    CHECK(size(1, 0, 19'001, 20'000) == std::pair{2U, 1U});
    CHECK(size(4, 0, 100, 20'000) == std::pair{1U, 4U});
    CHECK(size(4, 2, 100, 20'000) == std::pair{2U, 2U});
    CHECK(size(1, 0, 1'000, 1'024) == std::pair{2U, 1U});  // 924 in each
    CHECK(size(1, 0, 100'000, 1'000'000) == std::pair{6U, 1U});
    CHECK(size(1, 0, 3, 1) == std::pair{3U, 1U});  // nonsense, survived
}

TEST_CASE("figures have three digits and no exponent", "[load]") {
    CHECK(figure(0) == "0");
    CHECK(figure(0.4123) == "0.412");
    CHECK(figure(17.34) == "17.3");
    CHECK(figure(100) == "100");
    CHECK(figure(1250.7) == "1251");
    CHECK(figure(1'234'567) == "1234567");
    CHECK(figure(2.0) == "2");
    CHECK(grouped(0) == "0");
    CHECK(grouped(999) == "999");
    CHECK(grouped(1'234'567) == "1,234,567");
}

namespace {

// A value that must be there and of this type.
template <class T>
T must(simdjson::simdjson_result<simdjson::dom::element> value) {
    T out{};
    REQUIRE(value.get(out) == simdjson::SUCCESS);
    return out;
}

}  // namespace

TEST_CASE("json: holds the fields that others script against", "[load]") {
    simdjson::dom::parser parser;
    const std::string text = to_json(a_summary());
    simdjson::dom::element json;
    REQUIRE(parser.parse(text).get(json) == simdjson::SUCCESS);
    CHECK_FALSE(must<bool>(json["verdict"]["ok"]));
    CHECK(must<std::string_view>(json["verdict"]["violations"].at(0)["kind"]) == "ballot_lost");
    CHECK(must<double>(json["latency_ms"]["vote"]["p50"]) == Approx(1.5).epsilon(0.01));
    CHECK(must<double>(json["latency_ms"]["vote"]["max"]) == 90);
    for (const char* name :
         {"sent", "acknowledged", "unknown", "deliveries", "connections", "client_cpu"}) {
        INFO(name);
        CHECK(json[name].is_number());
    }
    CHECK(
        must<std::string_view>(json["command_line"]).find("hot-article") != std::string_view::npos
    );
    CHECK(json["version"].is_string());
    CHECK(json["started_at"].is_string());
}

TEST_CASE("html: stands alone and does not trust its input", "[load]") {
    const std::string html = to_html(a_summary());
    CHECK(html.find("http://") == std::string::npos);
    CHECK(html.find("https://") == std::string::npos);
    CHECK(html.find("<b>ballots</b>") == std::string::npos);
    CHECK(html.find("two &lt;b&gt;") != std::string::npos);
    // The only end of a script element is the last.
    CHECK(html.find("</script>") == html.rfind("</script>"));
    CHECK(html.find("<svg") != std::string::npos);
}

TEST_CASE("plot: ticks are round and reach the greatest value", "[load]") {
    CHECK(axis_ticks(0, 10) == std::vector<double>{0, 2, 4, 6, 8, 10});
    CHECK(axis_ticks(0, 0) == std::vector<double>{0, 1});
    CHECK(axis_ticks(0, 1'234).back() >= 1'234);
    CHECK(axis_ticks(-3, 30).front() <= -3);
    CHECK(to_svg({"nothing", "", XScale::seconds, {{"a", {{0, -1}}}}}).empty());
}

TEST_CASE("a silent server is told from a slow one, and from a worker that was away", "[load]") {
    constexpr std::int64_t kSecond = 1'000'000'000;
    Silence silence(kSecond);
    silence.asked(100, 1);
    CHECK_FALSE(silence.heard(kSecond / 2, 1));
    silence.asked(kSecond, 1);
    silence.asked(kSecond + 100, 2);
    const auto stall = silence.heard(5 * kSecond / 2, 2);
    REQUIRE(stall);
    CHECK(stall->from_ns == kSecond);
    CHECK(stall->length_ns == 3 * kSecond / 2);
    CHECK(stall->waiting == 2);
    // Answers that keep coming are slowness, however old the command is.
    CHECK_FALSE(silence.heard(3 * kSecond, 1));
    // All of it was the worker's own.
    silence.asked(4 * kSecond, 1);
    silence.back_by(4 * kSecond, 4 * kSecond + 10);
    CHECK_FALSE(silence.heard(6 * kSecond, 1));
    // Some of it was.
    silence.asked(6 * kSecond, 1);
    silence.back_by(6 * kSecond, 7 * kSecond);
    silence.back_by(7 * kSecond + kSecond / 2, 8 * kSecond);
    const auto rest = silence.heard(8 * kSecond, 1);
    REQUIRE(rest);
    CHECK(rest->length_ns == 3 * kSecond / 2);
}

TEST_CASE("ws-raw: the time goes into the text and comes back from the answer", "[load]") {
    const std::string text = raw_message(R"({"room":1,"text":"{t}"})", 123456789);
    CHECK(text == R"({"room":1,"text":"vpt123456789"})");
    CHECK(
        find_raw_stamp(R"({"type":"broadcast","body":"{\"text\":\"vpt123456789\"}"})") == 123456789
    );
    CHECK(find_raw_stamp("hello") == 0);
}

TEST_CASE("command line: a scenario with its options", "[load]") {
    const auto options = parse(
        {"hot-article", "--target", "ws://127.0.0.1:9000/x,ws://127.0.0.2:9001", "--connections",
         "50", "--rate", "20", "--require", "lost==0", "--require", "p99_ms<250"}
    );
    REQUIRE(options);
    CHECK(options->mode == Mode::run);
    CHECK(options->run.scenario.name == "hot-article");
    CHECK(options->run.targets.size() == 2);
    CHECK(options->run.targets[1].path == "/connection/websocket");
    CHECK(options->run.connections == 50);
    CHECK(options->run.requirements.size() == 2);
    CHECK(options->run.command_line.find("'lost==0'") == std::string::npos);
    CHECK(options->run.command_line.find("'p99_ms<250'") != std::string::npos);
}

TEST_CASE("command line: wrong usage leaves with 2, help with 0", "[load]") {
    for (const auto& words : std::vector<std::vector<const char*>>{
             {},
             {"nonsense"},
             {"idle", "--connections", "many"},
             {"idle", "--target", "http://x"},
             {"idle", "--target", "wss://x"},
             {"idle", "--require", "p99<1"},
             {"check"},
             {"check", "/nowhere"},
             {"idle", "--token", "/nowhere"}
         }) {
        const auto options = parse(words);
        REQUIRE_FALSE(options);
        CHECK(options.error().exit_code == 2);
        CHECK_FALSE(options.error().text.empty());
    }
    CHECK(parse({"--help"}).error().exit_code == 0);
    for (const Scenario& scenario : scenarios()) {
        const auto help = parse({scenario.name.data(), "--help"});
        REQUIRE_FALSE(help);
        CHECK(help.error().exit_code == 0);
        CHECK(help.error().text.find(scenario.about) != std::string::npos);
    }
}

}  // namespace voxpop::load::test
