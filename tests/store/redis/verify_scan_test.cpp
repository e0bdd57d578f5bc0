// `voxpop verify` reads all shards of a Cluster, also when they change meanwhile.
#include <catch2/catch.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "store/redis/verify_scan.hpp"

using namespace voxpop::store::redis;

namespace {

// A Cluster whose shards change as the test says.
class ClusterOf final : public Client {
  public:
    std::vector<std::string> shards;  // that share the slots
    std::vector<std::string> without_slots;
    std::string missing;

    void start(ClientEvents&) override {}
    void stop() override {}
    void call(std::string_view, Command, Done) override {}
    void subscribe(std::string, std::move_only_function<void(bool)>) override {}
    void unsubscribe(const std::string&) override {}
    void prepare_again(std::string_view, const std::string&) override {}
    [[nodiscard]] std::string_view shard_of(std::string_view key) const override {
        return shards[static_cast<unsigned char>(key.back()) % shards.size()];
    }
    [[nodiscard]] bool ready(std::string_view) const override { return true; }
    [[nodiscard]] std::string trouble() const override { return missing; }
    [[nodiscard]] std::vector<std::string> ready_shards() const override {
        auto all = shards;
        all.insert(all.end(), without_slots.begin(), without_slots.end());
        return all;
    }
};

}  // namespace

TEST_CASE("redis verify: each shard of a Cluster is read, also one that is new", "[redis]") {
    ClusterOf cluster;
    cluster.shards = {"a", "b", "c"};
    ShardKeys keys(cluster);
    std::set<std::string> read;
    const auto read_next = [&] {
        const auto key = keys.next();
        if (key) read.emplace(cluster.shard_of(*key));
        return key.has_value();
    };
    REQUIRE(read_next());
    SECTION("none changes") {}
    SECTION("a replica takes over from one that is still to be read") {
        *std::ranges::find_if(cluster.shards, [&](auto& name) { return !read.contains(name); }) =
            "new";
    }
    SECTION("one that has just come has no slots yet") {
        cluster.without_slots.emplace_back("new");
        while (read_next()) {
        }
        CHECK_FALSE(keys.complete());
        cluster.shards.emplace_back("new");
        cluster.without_slots.clear();
    }
    SECTION("one is away") {
        cluster.missing = "b: Connection refused";
        while (read_next()) {
        }
        CHECK_FALSE(keys.complete());
        cluster.missing.clear();
    }
    while (read_next()) {
    }
    CHECK(keys.complete());
    for (const auto& shard : cluster.shards) CHECK(read.contains(shard));
}
