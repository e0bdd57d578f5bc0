// The origin policy and the rate limits.
#include <atomic>
#include <catch2/catch.hpp>
#include <thread>
#include <vector>

#include "app/auth/origin.hpp"
#include "app/auth/rate_limits.hpp"

using namespace voxpop;
using namespace voxpop::app;
using namespace std::chrono_literals;
using boost::asio::ip::make_address;

namespace {

const base::Monotonic kStart{1h};
const auto kFarAway = make_address("203.0.113.7");

base::UserId user(const char* id) {
    return *base::UserId::from(id);
}

// How many of `tries` attempts pass.
template <class Attempt>
int passing(int tries, Attempt attempt) {
    int passed = 0;
    for (int i = 0; i < tries; ++i) passed += attempt().has_value() ? 1 : 0;
    return passed;
}

config::RatesConfig strict() {
    config::RatesConfig rates;
    rates.commands_per_connection = {4, 60};
    rates.votes_per_user = {2, 60};
    rates.comments_per_user = {1, 60};
    rates.connections_per_ip = {3, 60};
    rates.writes_per_ip = {5, 60};
    return rates;
}

}  // namespace

TEST_CASE("origin policy: lists are compared as scheme, host and port", "[auth]") {
    const auto policy =
        OriginPolicy::create({"https://news.example", "https://*.news.example:8443"}, false);
    REQUIRE(policy);
    CHECK(policy->allows("https://news.example"));
    CHECK(policy->allows("https://news.example:443"));
    CHECK(policy->allows("https://NEWS.example"));
    CHECK(policy->allows("https://www.news.example:8443"));
    for (const auto* origin :
         {"", "null", "http://news.example", "https://news.example:8443",
          "https://www.news.example", "https://news.example.evil.example", "https://news.example/",
          "http://localhost", "http://127.0.0.1"}) {
        INFO(origin);
        CHECK_FALSE(policy->allows(origin));
    }
}

TEST_CASE(
    "origin policy: the demo lets local pages in, on any port, and nothing like them", "[auth]"
) {
    const auto policy = OriginPolicy::create({}, true);
    for (const auto* origin :
         {"http://localhost", "https://localhost:3000", "http://127.0.0.1:8080",
          "http://[::1]:8080", "http://[0:0:0:0:0:0:0:1]"}) {
        INFO(origin);
        CHECK(policy->allows(origin));
    }
    for (const auto* origin :
         {"http://localhost.evil.example", "http://evil.localhost", "http://127.0.0.2",
          "http://[::2]", "null", "file://", "http://localhost@evil.example"}) {
        INFO(origin);
        CHECK_FALSE(policy->allows(origin));
    }
}

TEST_CASE("origin policy: an empty list lets nobody in, a bad entry is named", "[auth]") {
    CHECK_FALSE(OriginPolicy::create({}, false)->allows("https://news.example"));
    CHECK_THAT(OriginPolicy::create({"*"}, false).error(), Catch::Contains("'*' is no origin"));
}

TEST_CASE("rates: each limit is its own", "[auth]") {
    RateLimits limits(strict());
    CommandRate commands(strict(), 100);
    CHECK(passing(9, [&] { return commands.take(1, kStart); }) == 4);
    CHECK(passing(9, [&] { return commands.take(2, kStart); }) == 4);
    CHECK(passing(9, [&] { return limits.connection(kFarAway, kStart); }) == 3);
    CHECK(passing(9, [&] { return limits.vote(user("a"), kFarAway, kStart); }) == 2);
    CHECK(passing(9, [&] { return limits.comment(user("a"), kFarAway, kStart); }) == 1);
    CHECK(passing(9, [&] { return limits.write(kFarAway, kStart); }) == 2);  // 3 of 5 were taken
}

TEST_CASE("rates: refill with time", "[auth]") {
    CommandRate commands(strict(), 100);
    CHECK(passing(9, [&] { return commands.take(1, kStart); }) == 4);
    CHECK(passing(9, [&] { return commands.take(1, kStart + 2s); }) == 2);
}

TEST_CASE("rates: one user's flood does not use up the address of the neighbours", "[auth]") {
    RateLimits limits(strict());
    CHECK(passing(1'000, [&] { return limits.vote(user("flood"), kFarAway, kStart); }) == 2);
    CHECK(passing(2, [&] { return limits.vote(user("neighbour"), kFarAway, kStart); }) == 2);
}

TEST_CASE("rates: many users of one address share its limit", "[auth]") {
    RateLimits limits(strict());
    int passed = 0;
    for (const auto* id : {"a", "b", "c", "d", "e", "f", "g", "h"})
        passed += limits.vote(user(id), kFarAway, kStart) ? 1 : 0;
    CHECK(passed == 5);
}

TEST_CASE("rates: a refusal is temporary and says which limit it was", "[auth]") {
    RateLimits limits(strict());
    REQUIRE(limits.comment(user("a"), kFarAway, kStart));
    const auto refused = limits.comment(user("a"), kFarAway, kStart);
    REQUIRE_FALSE(refused);
    CHECK(refused.error() == Limit::comments_per_user);
    const auto told = error_of(refused.error());
    CHECK(told.code == base::ErrorCode::too_many_requests);
    CHECK(told.temporary());
    CHECK(told.detail == "too many comments of this user");
}

TEST_CASE("rates: loopback is exempt from limits per address only, and only on request", "[auth]") {
    auto rates = strict();
    for (const bool exempt : {false, true}) {
        rates.exempt_loopback = exempt;
        RateLimits limits(rates);
        for (const auto* text : {"127.0.0.1", "::1", "::ffff:127.9.9.9"}) {
            const auto address = make_address(text);
            INFO(text);
            CHECK(passing(9, [&] {
                      return limits.connection(address, kStart);
                  }) == (exempt ? 9 : 3));
            CHECK(passing(9, [&] { return limits.write(address, kStart); }) == (exempt ? 9 : 5));
        }
        CHECK(passing(9, [&] { return limits.connection(kFarAway, kStart); }) == 3);
        CHECK(passing(9, [&] { return limits.comment(user("a"), kFarAway, kStart); }) == 1);
    }
}

TEST_CASE(
    "rates: an IPv6 subscriber is a /64, an IPv4 one an address in either notation", "[auth]"
) {
    const auto same = [](const char* a, const char* b) {
        return limited_address(make_address(a)) == limited_address(make_address(b));
    };
    CHECK(same("2001:db8:1:2::1", "2001:db8:1:2:ffff::9"));
    CHECK_FALSE(same("2001:db8:1:2::1", "2001:db8:1:3::1"));
    CHECK(same("203.0.113.7", "::ffff:203.0.113.7"));
    CHECK_FALSE(same("203.0.113.7", "203.0.113.8"));
    CHECK_FALSE(same("0.0.0.1", "::1"));
}

TEST_CASE("rates: zero per minute is unlimited", "[auth]") {
    config::RatesConfig rates;
    rates.votes_per_user = rates.writes_per_ip = {0, 0};
    RateLimits limits(rates);
    CHECK(passing(5'000, [&] { return limits.vote(user("a"), kFarAway, kStart); }) == 5'000);
}

TEST_CASE("rates: a flood of addresses does not grow the tables without bound", "[auth]") {
    auto rates = strict();
    rates.commands_per_connection = {1, 1};
    CommandRate commands(rates, 50);
    std::uint64_t session = 0;
    CHECK(passing(10'000, [&] { return commands.take(++session, kStart); }) == 100);
}

TEST_CASE("rates: a limit is one for all cores, however many ask at once", "[auth]") {
    constexpr int kCores = 4;
    constexpr int kTries = 1'000;
    config::RatesConfig rates;
    rates.votes_per_user = {600, 1};
    rates.writes_per_ip = {0, 0};
    RateLimits limits(rates);
    std::atomic<int> passed{0};
    std::vector<std::jthread> cores;
    for (int core = 0; core < kCores; ++core) {
        cores.emplace_back([&] {
            const auto attempt = [&] { return limits.vote(user("a"), kFarAway, kStart); };
            passed.fetch_add(passing(kTries, attempt), std::memory_order_relaxed);
        });
    }
    cores.clear();
    CHECK(passed.load(std::memory_order_relaxed) == 600);
}
