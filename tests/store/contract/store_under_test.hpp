// What a store provides to be held to the contract (src/domain/store.hpp). To register another one:
//
//   1. write <store>_under_test.cpp, which defines make_store_under_test();
//   2. add  voxpop_store_contract(<store> SOURCES <store>_under_test.cpp DEPENDS
//   voxpop::store_<store>)
//      to tests/store/CMakeLists.txt.
#pragma once

#include <memory>

#include "domain/store.hpp"

namespace voxpop::store::contract {

// One place of data, empty at first and gone with the object.
class StoreUnderTest {
  public:
    virtual ~StoreUnderTest() = default;
    // A store on this data, not started. The one before has been stopped and destroyed.
    [[nodiscard]] virtual std::unique_ptr<domain::Store> open() = 0;
};

[[nodiscard]] std::unique_ptr<StoreUnderTest> make_store_under_test();

}  // namespace voxpop::store::contract
