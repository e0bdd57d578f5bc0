#include "store/memory/memory_store.hpp"
#include "tests/store/contract/store_under_test.hpp"

namespace voxpop::store::contract {
namespace {

class MemoryUnderTest final : public StoreUnderTest {
  public:
    [[nodiscard]] std::unique_ptr<domain::Store> open() override {
        return std::make_unique<MemoryStore>(data_);
    }

  private:
    std::shared_ptr<MemoryData> data_ = std::make_shared<MemoryData>();
};

}  // namespace

std::unique_ptr<StoreUnderTest> make_store_under_test() {
    return std::make_unique<MemoryUnderTest>();
}

}  // namespace voxpop::store::contract
