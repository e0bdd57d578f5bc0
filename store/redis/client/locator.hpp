// Where a server is to be found, asked again before every try to connect: a fixed place, or what
// Sentinel says by then (sentinel.hpp).
#pragma once

#include <expected>
#include <functional>
#include <string>
#include <utility>

#include "store/redis/client/options.hpp"

namespace voxpop::store::redis {

class Locator {
  public:
    using Found = std::move_only_function<void(std::expected<Endpoint, std::string>)>;

    virtual ~Locator() = default;
    // Calls `found` once, now or later. One at a time.
    virtual void locate(Found found) = 0;
    // `found` is not called any more.
    virtual void cancel() = 0;
};

class FixedLocator final : public Locator {
  public:
    explicit FixedLocator(Endpoint endpoint) : endpoint_(std::move(endpoint)) {}
    void locate(Found found) override { found(endpoint_); }
    void cancel() override {}

  private:
    Endpoint endpoint_;
};

}  // namespace voxpop::store::redis
