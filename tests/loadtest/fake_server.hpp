// A FakeSite behind a real socket on a free loopback port, on a thread of its own.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

#include "fake_site.hpp"
#include "loadtest/target.hpp"

namespace voxpop::load::test {

struct FakeServerOptions {
    Misdeeds misdeeds;
    std::string results = "always";
    int stall_ms = 2'000;
};

class FakeServer {
  public:
    explicit FakeServer(FakeServerOptions options);
    ~FakeServer();
    FakeServer(const FakeServer&) = delete;
    FakeServer& operator=(const FakeServer&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] Target target() const;

  private:
    void serve();

    FakeServerOptions options_;
    int listener_ = -1;
    int wake_ = -1;
    std::uint16_t port_ = 0;
    std::jthread thread_;
};

}  // namespace voxpop::load::test
