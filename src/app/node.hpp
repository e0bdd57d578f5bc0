// The inside of App: all parts of one node and the order in which they begin and end.
#pragma once

#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <thread>
#include <vector>

#include "app/app.hpp"
#include "app/core.hpp"
#include "app/ledger.hpp"
#include "app/poll_clock.hpp"
#include "app/publisher.hpp"

namespace voxpop::app {

class App::Node {
  public:
    Node(const config::Config& config, base::Log& log);
    ~Node();
    void run();

  private:
    void make_cores();
    void start_store();
    void keep_secrets();
    void prepare();  // the demo and the polls with a time
    void announce();
    void distribute(Ledger::Changes changes);
    void distribute_gap();
    void tick();
    void on_signal(int signal);
    void on_drained(bool failed, std::size_t lost_counts);

    config::Config config_;
    base::Log& log_;
    base::SystemClock clock_;
    base::Metrics metrics_;
    Readiness readiness_;
    Secrets secrets_;
    Authenticator authenticator_;
    OriginPolicy origins_;
    RateLimits rates_;
    std::unique_ptr<domain::Store> store_;
    std::vector<std::unique_ptr<Core>> cores_;
    std::unique_ptr<Publisher> publisher_;
    std::unique_ptr<PollClock> poll_clock_;
    std::unique_ptr<Ledger> ledger_;
    boost::asio::steady_timer* ticker_ = nullptr;  // lives in run()
    std::vector<std::thread> threads_;
    std::size_t undrained_ = 0;  // cores that still have sessions, once stopping
    bool stopped_ = false;
};

}  // namespace voxpop::app
