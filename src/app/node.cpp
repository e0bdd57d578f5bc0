#include "app/node.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>

#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <functional>
#include <iostream>
#include <latch>
#include <stdexcept>
#include <utility>

#include "app/demo.hpp"
#include "app/open_store.hpp"
#include "app/shared_secrets.hpp"
#include "base/limits.hpp"

namespace voxpop::app {
namespace limits = base::limits;
namespace asio = boost::asio;

namespace {

// Start-up knows no way on without these; main() prints the sentence.
template <class T>
T or_throw(std::expected<T, std::string> made) {
    if (!made) throw std::runtime_error(made.error());
    return std::move(*made);
}

std::size_t core_count(const config::Config& config) {
    const std::size_t wanted =
        config.cores != 0 ? config.cores : std::max(1U, std::thread::hardware_concurrency());
    return std::min<std::size_t>(wanted, base::kStripes / 2);
}

std::uint64_t random_number() {
    std::uint64_t number = 0;
    if (RAND_bytes(reinterpret_cast<unsigned char*>(&number), sizeof number) != 1) {
        throw std::runtime_error("no random numbers from the system");
    }
    return number >> 11;  // exact as a JSON number
}

// A free port that stays ours until every core listens on it: bound, but not listening. The cores'
// listeners share their port, and would share it with a second server as well; a socket that does
// not share notices.
asio::ip::tcp::acceptor reserve_port(asio::io_context& io, config::Listen& listen) {
    using reuse_port = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;
    const asio::ip::tcp::endpoint wanted(asio::ip::make_address(listen.address), listen.port);
    asio::ip::tcp::acceptor holder(io);
    holder.open(wanted.protocol());
    holder.set_option(asio::ip::tcp::acceptor::reuse_address(true));
    if (listen.port == 0) holder.set_option(reuse_port(true));
    boost::system::error_code error;
    holder.bind(wanted, error);
    if (error == asio::error::address_in_use) {
        throw std::runtime_error(
            listen.address + " port " + std::to_string(listen.port) +
            " is taken: stop what listens there, or choose another with --listen"
        );
    }
    // Any other error is told by the listeners, which will have it too.
    if (listen.port != 0 || error) return asio::ip::tcp::acceptor(io);
    listen.port = holder.local_endpoint().port();
    return holder;
}

bool is_definition(const domain::Change& change) {
    return std::holds_alternative<domain::ThreadChanged>(change) ||
           std::holds_alternative<domain::PollChanged>(change);
}

}  // namespace

App::Node::Node(const config::Config& config, base::Log& log)
    : config_(config),
      log_(log),
      secrets_(or_throw(shared_secrets(config_))),
      authenticator_(or_throw(Authenticator::create(config_.auth, secrets_))),
      origins_(or_throw(OriginPolicy::create(config_.site.origins, config_.dev))),
      rates_(config_.rates),
      store_(open_store(config_)) {
    asio::io_context scratch;
    const auto reserved = reserve_port(scratch, config_.listen);
    make_cores();
    start_store();
    keep_secrets();
    prepare();
    for (auto& core : cores_) (void)core->server().listen();
    metrics_.set(base::Gauge::start_time_seconds, base::to_millis(clock_.now()) / 1000);
    announce();
}

App::Node::~Node() {
    if (!stopped_) store_->stop();
}

void App::Node::make_cores() {
    const Shared shared{config_,        clock_,   log_,       metrics_, *store_,
                        authenticator_, origins_, readiness_, rates_,   random_number()};
    std::vector<CoreBackend::Core> servers;
    std::vector<VoterSessions::Core> voters;
    std::vector<Publisher::Deliver> deliver;
    for (std::size_t i = 0; i < core_count(config_); ++i) {
        auto& core = *cores_.emplace_back(std::make_unique<Core>(shared, i));
        servers.push_back({&core.loop(), &core.server()});
        voters.push_back(
            {&core.loop(), &core.services().voters,
             std::bind_front(&net::Server::readmit, &core.server())}
        );
        deliver.push_back([&core](net::UpdateBatch batch) {
            core.loop().post([&core, batch = std::move(batch)] { core.server().apply(batch); });
        });
    }
    Core& home = *cores_.front();
    publisher_ = std::make_unique<Publisher>(Publisher::Parts{
        home.loop(), *store_, clock_, log_, metrics_, home.services().stripe,
        *base::InlineString<base::kIdBytesMax>::from(config_.site.id), std::move(deliver)
    });
    poll_clock_ = std::make_unique<PollClock>(
        PollClock::Parts{home.loop(), *store_, home.services().pen, clock_, log_}
    );
    for (auto& core : cores_) {
        core->connect(home.loop(), *publisher_);
        core->backend().set_cores(servers);
        core->services().voters.set_cores(voters);
    }
}

void App::Node::start_store() {
    std::vector<Ledger::Core> pens;
    for (auto& core : cores_) pens.push_back({&core->loop(), &core->services().pen});
    ledger_ = std::make_unique<Ledger>(
        std::move(pens),
        Ledger::Listener{
            [this](Ledger::Changes changes) { distribute(std::move(changes)); },
            [this] { distribute_gap(); }
        },
        readiness_, clock_, log_, metrics_
    );
    metrics_.set(base::Gauge::store_up, 1);
    store_->start(*ledger_);
}

// They were asked for before this store was there. From now on it has them, too, and puts them back
// should a shared one lose them.
void App::Node::keep_secrets() {
    const auto kept = agree_on_secrets(*store_, secrets_);
    if (!kept)
        throw std::runtime_error(
            "the store does not tell its secrets: " + std::string(kept.error().message())
        );
    if (kept->token_key != secrets_.token_key)
        throw std::runtime_error("the store has lost its secrets just now: start again");
}

// The store's thread.
void App::Node::distribute(Ledger::Changes changes) {
    const auto shared = std::make_shared<const Ledger::Changes>(std::move(changes));
    // Definitions first: a core that admits somebody by an old one will still be told of the new.
    if (std::any_of(shared->begin(), shared->end(), is_definition)) {
        for (auto& core : cores_) {
            core->loop().post([&core = *core, shared] { core.update_definitions(*shared); });
        }
    }
    cores_.front()->loop().post([this, shared] {
        publisher_->on_changes(*shared);
        poll_clock_->on_changes(*shared);
    });
}

// The store's thread.
void App::Node::distribute_gap() {
    cores_.front()->loop().post([this] {
        publisher_->on_gap();
        poll_clock_->on_gap();
    });
    for (auto& core : cores_) {
        core->loop().post([&core = *core] { core.forget_definitions(); });
    }
}

// Runs the first core's loop on this thread until the store has answered.
void App::Node::prepare() {
    Core& home = *cores_.front();
    int waiting = 1;
    base::Result<void> result;
    poll_clock_->read([&](base::Result<void> read) {
        --waiting;
        if (!read) result = read;
    });
    if (config_.dev) {
        ++waiting;
        seed_demo(home.services(), [&](base::Result<void> seeded) {
            --waiting;
            if (!seeded) result = seeded;
        });
    }
    while (waiting > 0) home.loop().io().run_one();
    if (!result)
        throw std::runtime_error(
            "the store does not answer: " + std::string(result.error().message())
        );
}

void App::Node::announce() {
    const bool v6 = config_.listen.address.find(':') != std::string::npos;
    const std::string host = v6 ? "[" + config_.listen.address + "]" : config_.listen.address;
    const std::string base_url = "http://" + host + ":" + std::to_string(config_.listen.port);
    log_.info(
        "voxpop serves", {{"address", base_url}, {"cores", cores_.size()}, {"dev", config_.dev}}
    );
    if (!config_.dev) return;
    const TokenRequest request{
        .user = *base::UserId::from("moderator"),
        .role = domain::Role::moderator,
        .name = "Moderator",
        .ttl = limits::kDemoTokenTtl,
    };
    const auto token = authenticator_.issue_token(request, clock_.now());
    std::cout << "Article:  " << base_url << "/\n";
    if (token) std::cout << "Console:  " << base_url << "/moderate#token=" << *token << "\n";
    std::cout << std::flush;
}

void App::Node::run() {
    Core& home = *cores_.front();
    asio::signal_set signals(home.loop().io(), SIGTERM, SIGINT);
    signals.async_wait([this](const boost::system::error_code& error, int signal) {
        if (!error) on_signal(signal);
    });
    asio::steady_timer ticker(home.loop().io(), std::chrono::steady_clock::now());
    ticker_ = &ticker;
    tick();
    for (std::size_t i = 1; i < cores_.size(); ++i) {
        threads_.emplace_back([&core = *cores_[i]] { core.loop().run(); });
    }
    home.loop().run();
    for (auto& thread : threads_) thread.join();
    store_->stop();
    stopped_ = true;
    log_.info("voxpop has stopped", {});
}

void App::Node::tick() {
    poll_clock_->tick();
    publisher_->tick();
    // From the last expiry, so that ticks do not drift; but never a burst of late ones.
    const auto next =
        std::max(ticker_->expiry() + config_.limits.tick, std::chrono::steady_clock::now());
    ticker_->expires_at(next);
    ticker_->async_wait([this](const boost::system::error_code& error) {
        if (!error) tick();
    });
}

void App::Node::on_signal(int signal) {
    log_.info("stopping", {{"signal", signal}});
    readiness_.draining.store(true, std::memory_order_relaxed);
    undrained_ = cores_.size();
    CoreLoop& home = cores_.front()->loop();
    for (auto& core : cores_) {
        core->loop().post([this, &core = *core, &home] {
            auto drained = [this, &home](bool failed, std::size_t lost) {
                home.post([this, failed, lost] { on_drained(failed, lost); });
            };
            auto gone = [&core, drained](std::exception_ptr error) {
                core.services().counters.drain([drained, failed = error != nullptr](auto lost) {
                    drained(failed, lost);
                });
            };
            asio::co_spawn(
                core.loop().io(), core.server().drain(limits::kDrainWindow), std::move(gone)
            );
        });
    }
}

void App::Node::on_drained(bool failed, std::size_t lost_counts) {
    if (failed) log_.error("a core could not send its sessions away", {});
    if (lost_counts > 0) {
        log_.error("the store did not take the last taps and views", {{"threads", lost_counts}});
    }
    if (--undrained_ > 0) return;
    for (auto& core : cores_) core->loop().stop();
}

}  // namespace voxpop::app
