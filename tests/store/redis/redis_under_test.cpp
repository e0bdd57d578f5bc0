#include "store/redis/redis_store.hpp"
#include "tests/store/contract/store_under_test.hpp"
#include "tests/store/redis/server_options.hpp"

namespace voxpop::store::contract {
namespace {

// Servers that no test uses now: starting one for each of some hundred tests would be most of the
// time.
std::vector<std::unique_ptr<test::RedisServer>>& idle_servers() {
    static std::vector<std::unique_ptr<test::RedisServer>> servers;
    return servers;
}

class RedisUnderTest final : public StoreUnderTest {
  public:
    RedisUnderTest() {
        auto& idle = idle_servers();
        if (idle.empty()) idle.push_back(std::make_unique<test::RedisServer>());
        server_ = std::move(idle.back());
        idle.pop_back();
        (void)server_->ask({"FLUSHALL"});
    }
    ~RedisUnderTest() override { idle_servers().push_back(std::move(server_)); }
    RedisUnderTest(const RedisUnderTest&) = delete;
    RedisUnderTest& operator=(const RedisUnderTest&) = delete;

    [[nodiscard]] std::unique_ptr<domain::Store> open() override {
        return std::make_unique<redis::RedisStore>(redis::options_for(*server_));
    }

  private:
    std::unique_ptr<test::RedisServer> server_;
};

}  // namespace

std::unique_ptr<StoreUnderTest> make_store_under_test() {
    return std::make_unique<RedisUnderTest>();
}

}  // namespace voxpop::store::contract
