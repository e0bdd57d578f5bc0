#include "base/metrics.hpp"

#include <catch2/catch.hpp>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "base/occasional.hpp"
#include "base/striped_counter.hpp"

using namespace voxpop::base;

TEST_CASE("striped counter: threads on their own stripes lose nothing", "[base]") {
    constexpr std::size_t kThreads = 4;
    constexpr std::uint64_t kEach = 100'000;
    StripedCounter counter;
    {
        std::vector<std::jthread> threads;
        for (std::size_t stripe = 0; stripe < kThreads; ++stripe) {
            threads.emplace_back([&counter, stripe] {
                for (std::uint64_t i = 0; i < kEach; ++i) counter.add(stripe);
            });
        }
    }
    CHECK(counter.sum() == kThreads * kEach);
    counter.add(kStripes - 1, 5);
    CHECK(counter.sum() == kThreads * kEach + 5);
}

TEST_CASE("metrics: every thread claims a stripe of its own", "[base]") {
    Metrics metrics;
    std::set<std::size_t> stripes;
    for (std::size_t i = 0; i < kStripes; ++i) stripes.insert(metrics.claim_stripe());
    CHECK(stripes.size() == kStripes);
    CHECK(*stripes.rbegin() == kStripes - 1);
}

TEST_CASE("metrics: counters add up over stripes, gauges are set and adjusted", "[base]") {
    Metrics metrics;
    metrics.add(Metric::commands, 0);
    metrics.add(Metric::commands, 1, 2);
    metrics.set(Gauge::connections, 5);
    metrics.adjust(Gauge::connections, -2);
    CHECK(metrics.sum(Metric::commands) == 3);
    CHECK(metrics.sum(Metric::votes_acknowledged) == 0);
    CHECK(metrics.value(Gauge::connections) == 3);
}

TEST_CASE("metrics: each is in the Prometheus text, with help and type, once", "[base]") {
    Metrics metrics;
    metrics.add(Metric::commands, 3, 42);
    metrics.set(Gauge::store_up, 1);
    const std::string text = metrics.prometheus();
    CHECK(text.find("\nvoxpop_commands_total 42\n") != std::string::npos);
    CHECK(text.find("# TYPE voxpop_commands_total counter\n") != std::string::npos);
    CHECK(text.find("\nvoxpop_store_up 1\n") != std::string::npos);
    CHECK(text.find("# TYPE voxpop_store_up gauge\n") != std::string::npos);

    std::set<std::string> names;  // with their labels
    std::set<std::string> helped;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("# HELP ")) {
            const auto name = line.substr(7, line.find(' ', 7) - 7);
            CHECK(helped.insert(name).second);
        }
        if (!line.starts_with('#')) CHECK(names.insert(line.substr(0, line.find(' '))).second);
    }
    CHECK(
        names.size() ==
        static_cast<std::size_t>(Metric::count_) + static_cast<std::size_t>(Gauge::count_)
    );
    for (const auto& name : names) CHECK(helped.contains(name.substr(0, name.find('{'))));
}

TEST_CASE("metrics: what has several reasons is one metric with a label", "[base]") {
    Metrics metrics;
    metrics.add(Metric::tokens_refused_signature, 0, 3);
    metrics.add(Metric::rate_limited_writes_per_ip, 0);
    const std::string text = metrics.prometheus();
    CHECK(text.find("\nvoxpop_tokens_refused_total{reason=\"signature\"} 3\n") != text.npos);
    CHECK(text.find("\nvoxpop_tokens_refused_total{reason=\"expired\"} 0\n") != text.npos);
    CHECK(text.find("\nvoxpop_rate_limited_total{limit=\"writes_per_ip\"} 1\n") != text.npos);
}

TEST_CASE("occasional: one line in its time, then how many were not told", "[base]") {
    Occasional occasional(std::chrono::seconds(60));
    const Monotonic start{};
    CHECK(occasional.due(start) == 0U);
    CHECK_FALSE(occasional.due(start));
    CHECK_FALSE(occasional.due(start + std::chrono::seconds(59)));
    CHECK(occasional.due(start + std::chrono::seconds(60)) == 2U);
    CHECK(occasional.due(start + std::chrono::seconds(120)) == 0U);
}
