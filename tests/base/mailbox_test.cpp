#include "base/mailbox.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <cstdint>
#include <memory>
#include <semaphore>
#include <thread>
#include <vector>

using namespace voxpop::base;

TEST_CASE("mailbox: items come out in the order in which they went in", "[base]") {
    Mailbox<int> mailbox([] {});
    for (int i = 0; i < 5; ++i) mailbox.push(i);
    std::vector<int> taken;
    CHECK(mailbox.drain([&](int item) { taken.push_back(item); }) == 5);
    CHECK(taken == std::vector{0, 1, 2, 3, 4});
    CHECK(mailbox.drain([](int) { FAIL("it was empty"); }) == 0);
}

TEST_CASE("mailbox: one wake-up for a batch", "[base]") {
    int woken = 0;
    Mailbox<int> mailbox([&] { ++woken; });
    for (int i = 0; i < 5; ++i) mailbox.push(i);
    CHECK(woken == 1);
    mailbox.drain([](int) {});
    CHECK(woken == 1);
    mailbox.push(5);
    CHECK(woken == 2);
}

TEST_CASE("mailbox: what is pushed while draining is for the next time", "[base]") {
    int woken = 0;
    Mailbox<int> mailbox([&] { ++woken; });
    mailbox.push(1);
    CHECK(mailbox.drain([&](int item) { mailbox.push(item + 1); }) == 1);
    CHECK(woken == 2);
    CHECK(mailbox.drain([](int item) { CHECK(item == 2); }) == 1);
}

TEST_CASE("mailbox: what nobody took is freed with it", "[base]") {
    const auto item = std::make_shared<int>(7);
    {
        Mailbox<std::shared_ptr<int>> mailbox([] {});
        mailbox.push(item);
        CHECK(item.use_count() == 2);
    }
    CHECK(item.use_count() == 1);
}

TEST_CASE("mailbox: nothing is lost or reordered between many producers and one consumer") {
    constexpr std::uint64_t kProducers = 4;
    constexpr std::uint64_t kEach = 20'000;
    struct Item {
        std::uint64_t producer;
        std::uint64_t number;
    };
    std::counting_semaphore<> wake(0);
    Mailbox<Item> mailbox([&] { wake.release(); });
    std::vector<std::jthread> producers;
    for (std::uint64_t producer = 0; producer < kProducers; ++producer) {
        producers.emplace_back([&mailbox, producer] {
            for (std::uint64_t i = 0; i < kEach; ++i) mailbox.push({producer, i});
        });
    }
    // Sleeps until it is woken: a lost wake-up would hang here.
    std::vector<std::uint64_t> next(kProducers, 0);
    bool in_order = true;
    for (std::uint64_t taken = 0; taken < kProducers * kEach;) {
        wake.acquire();
        taken += mailbox.drain([&](const Item& item) {
            in_order = in_order && item.number == next[item.producer]++;
        });
    }
    CHECK(in_order);
    CHECK(next == std::vector<std::uint64_t>(kProducers, kEach));
}
