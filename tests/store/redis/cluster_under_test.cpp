#include "store/redis/redis_store.hpp"
#include "tests/store/contract/store_under_test.hpp"
#include "tests/store/redis/server_options.hpp"

namespace voxpop::store::contract {
namespace {

constexpr std::size_t kPrimaries = 3;

// Clusters that no test uses now: starting one for each of some hundred tests would be most of the
// time.
std::vector<std::unique_ptr<test::RedisCluster>>& idle_clusters() {
    static std::vector<std::unique_ptr<test::RedisCluster>> clusters;
    return clusters;
}

class ClusterUnderTest final : public StoreUnderTest {
  public:
    ClusterUnderTest() {
        auto& idle = idle_clusters();
        if (idle.empty()) idle.push_back(std::make_unique<test::RedisCluster>(kPrimaries));
        cluster_ = std::move(idle.back());
        idle.pop_back();
        for (std::size_t i = 0; i < cluster_->size(); ++i)
            (void)cluster_->node(i).ask({"FLUSHALL"});
    }
    ~ClusterUnderTest() override { idle_clusters().push_back(std::move(cluster_)); }
    ClusterUnderTest(const ClusterUnderTest&) = delete;
    ClusterUnderTest& operator=(const ClusterUnderTest&) = delete;

    [[nodiscard]] std::unique_ptr<domain::Store> open() override {
        auto options = redis::options_for(cluster_->node(0));
        options.client.topology = redis::Topology::cluster;
        return std::make_unique<redis::RedisStore>(options);
    }

  private:
    std::unique_ptr<test::RedisCluster> cluster_;
};

}  // namespace

std::unique_ptr<StoreUnderTest> make_store_under_test() {
    return std::make_unique<ClusterUnderTest>();
}

}  // namespace voxpop::store::contract
