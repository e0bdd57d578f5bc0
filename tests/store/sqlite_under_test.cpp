#include "store/sqlite/sqlite_store.hpp"
#include "tests/store/contract/store_under_test.hpp"
#include "tests/store/temporary_folder.hpp"

namespace voxpop::store::contract {
namespace {

class SqliteUnderTest final : public StoreUnderTest {
  public:
    [[nodiscard]] std::unique_ptr<domain::Store> open() override {
        return std::make_unique<SqliteStore>(folder_.path() / "voxpop.db");
    }

  private:
    TemporaryFolder folder_;
};

}  // namespace

std::unique_ptr<StoreUnderTest> make_store_under_test() {
    return std::make_unique<SqliteUnderTest>();
}

}  // namespace voxpop::store::contract
