// One core put together: loop, services, backend, router and network. Everything on its own thread
// once it runs; constructed and destroyed by the main thread.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>

#include "app/core_backend.hpp"
#include "app/http/router.hpp"
#include "app/publisher_gate.hpp"
#include "app/services.hpp"
#include "net/server.hpp"

namespace voxpop::app {

// What all cores share.
struct Shared {
    const config::Config& config;
    const base::Clock& clock;
    base::Log& log;
    base::Metrics& metrics;
    domain::Store& store;
    const Authenticator& authenticator;
    const OriginPolicy& origins;
    const Readiness& readiness;
    RateLimits& rates;
    std::uint64_t node;  // random, for comment ids and the connect result
};

class Core {
  public:
    Core(const Shared& shared, std::size_t index);

    [[nodiscard]] CoreLoop& loop() { return loop_; }
    [[nodiscard]] Services& services() { return services_; }
    [[nodiscard]] net::Server& server() { return server_; }
    [[nodiscard]] CoreBackend& backend() { return backend_; }

    // Ties the knot: the publisher lives on the first core and is made after all cores.
    void connect(CoreLoop& home, Publisher& publisher);

    // Definitions that changed, for this core's directories.
    void update_definitions(const std::vector<domain::Change>& changes);
    // Changes may have been missed: what is kept of the store here is read anew.
    void forget_definitions();

  private:
    void flush_counters();

    CoreLoop loop_;
    std::size_t stripe_;
    Pen pen_;
    Services services_;
    CoreBackend backend_;
    Router router_;
    net::Server server_;
    boost::asio::steady_timer counter_timer_;
    std::unique_ptr<PublisherGate> gate_;
};

}  // namespace voxpop::app
