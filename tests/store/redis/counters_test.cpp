// Counters of very many threads at once.
#include <catch2/catch.hpp>

#include <charconv>
#include <thread>

#include "tests/store/redis/node.hpp"
#include "tests/store/redis/server_options.hpp"

using namespace voxpop;
using namespace voxpop::store::redis;
using namespace voxpop::domain;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kShards = 2;
constexpr std::size_t kThreads = 10'000;
// Of one call at least: a flush without most of them would not be taken for a whole one.
constexpr std::uint64_t kCallBytesMin = 150;

std::string name(std::size_t number) {
    return "t" + std::to_string(number);
}

// What the servers have read ever.
std::uint64_t bytes_read(test::RedisCluster& cluster) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < cluster.size(); ++i) {
        constexpr std::string_view kField = "total_net_input_bytes:";
        const auto stats = cluster.node(i).ask({"INFO", "stats"});
        const auto* begin = stats.data() + stats.find(kField) + kField.size();
        std::uint64_t bytes = 0;
        std::from_chars(begin, stats.data() + stats.size(), bytes);
        sum += bytes;
    }
    return sum;
}

}  // namespace

// Redis answers nothing until it has them all: if any call waited for the answer to another one,
// this test would never end.
TEST_CASE("redis: counters of 10,000 threads cost one round trip per shard", "[redis]") {
    test::RedisCluster cluster(kShards);
    auto options = options_for(cluster.node(0));
    options.client.topology = Topology::cluster;
    options.client.command_timeout = 1min;  // of calls that are held on purpose
    Node node(options);

    std::vector<Command> threads;
    for (std::size_t i = 0; i < kThreads; ++i) threads.push_back(a_thread(name(i)));
    for (const auto serial : node.submit(std::move(threads)))
        REQUIRE(node.recorder().wait_for(serial));

    for (std::size_t i = 0; i < kShards; ++i)
        (void)cluster.node(i).ask({"CLIENT", "PAUSE", "60000", "WRITE"});
    const auto before = bytes_read(cluster);
    AddCounts counts{.node_epoch = "epoch", .batch = 1, .deltas = {}};
    for (std::size_t i = 0; i < kThreads; ++i)
        counts.deltas.push_back({store::contract::thread_id(name(i)), {1, 2, 3}});
    std::vector<Command> flush;
    flush.push_back(std::move(counts));
    const auto serial = node.submit(std::move(flush)).front();
    while (bytes_read(cluster) - before < kThreads * kCallBytesMin)
        std::this_thread::sleep_for(5ms);

    for (std::size_t i = 0; i < kShards; ++i) (void)cluster.node(i).ask({"CLIENT", "UNPAUSE"});
    REQUIRE(node.recorder().wait_for(serial));
    for (std::size_t i = 0; i < kThreads; i += kThreads / 10)
        CHECK(node.counts(name(i)).value().counters == Counters{1, 2, 3});
}
