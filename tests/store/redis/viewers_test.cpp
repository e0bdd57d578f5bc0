// Who views threads is said again in portions, with a client that answers nothing.
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include <atomic>

#include "store/redis/bounds.hpp"
#include "store/redis/outlet.hpp"
#include "store/redis/viewers.hpp"
#include "tests/store/contract/bench.hpp"
#include "tests/store/redis/fake_client.hpp"

using namespace voxpop;
using namespace voxpop::store::redis;
using namespace std::chrono_literals;

TEST_CASE("redis: viewers of many threads are said a portion at a time", "[redis]") {
    constexpr std::size_t kThreads = bounds::kViewersSaidAtOnceMax * 5 / 2;
    boost::asio::io_context io;
    FakeClient client(io);
    std::atomic<std::size_t> unsettled = 0;
    Outlet outlet(io, unsettled);
    const NodeState node{.name = "me"};
    Viewers viewers(io, client, outlet, node, 30ms);
    const auto name = [](std::size_t i) { return "thread-" + std::to_string(i) + "-"; };
    for (std::size_t i = 0; i < kThreads; ++i)
        viewers.set(store::contract::thread_id(name(i)), i + 1);
    REQUIRE(client.asked.size() == kThreads);  // each when it begins

    viewers.start();
    REQUIRE(client.asked.size() <= kThreads + bounds::kViewersSaidAtOnceMax);
    for (auto asked = client.asked.size(); asked < kThreads * 3; asked = client.asked.size()) {
        io.run_one();
        CHECK(client.asked.size() - asked <= bounds::kViewersSaidAtOnceMax);
    }
    // Nobody twice before everybody once.
    CHECK(client.asked.size() == kThreads * 3);
    for (std::size_t i = 0; i < kThreads; i += 97) CHECK(client.asked.count(name(i)) == 3);
    viewers.stop();
}
