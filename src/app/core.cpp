#include "app/core.hpp"

#include <utility>

#include "base/limits.hpp"
#include "base/version.hpp"

namespace voxpop::app {
namespace {

// A directory's reading from the store, continued on the core.
auto thread_loader(CoreLoop& loop, domain::Store& store) {
    using Loaded = std::move_only_function<void(base::Result<domain::Thread>)>;
    return [&loop, &store](const base::ThreadId& id, Loaded then) {
        store.thread(
            id, on_loop<base::Result<domain::ThreadView>>(
                    loop,
                    [then = std::move(then)](auto view) mutable {
                        if (!view) return then(std::unexpected(view.error()));
                        then(std::move(view->thread));
                    }
                )
        );
    };
}

auto poll_loader(CoreLoop& loop, domain::Store& store) {
    using Loaded = std::move_only_function<void(base::Result<domain::Poll>)>;
    return [&loop, &store](const base::PollId& id, Loaded then) {
        store.poll(
            id, on_loop<base::Result<domain::PollView>>(
                    loop,
                    [then = std::move(then)](auto view) mutable {
                        if (!view) return then(std::unexpected(view.error()));
                        then(std::move(view->poll));
                    }
                )
        );
    };
}

std::string cell_epoch(const Shared& shared, const CoreLoop& loop) {
    return std::to_string(shared.node) + "." + std::to_string(loop.index());
}

Services make_services(const Shared& shared, CoreLoop& loop, Pen& pen, std::size_t stripe) {
    return Services{
        .loop = loop,
        .config = shared.config,
        .clock = shared.clock,
        .metrics = shared.metrics,
        .stripe = stripe,
        .store = shared.store,
        .authenticator = shared.authenticator,
        .pen = pen,
        .threads = Directory<base::ThreadId, domain::Thread>(thread_loader(loop, shared.store)),
        .polls = Directory<base::PollId, domain::Poll>(poll_loader(loop, shared.store)),
        .pages = ThreadPages(loop, shared.store, shared.clock, shared.config.limits.tick),
        .counters = CounterCell(pen, cell_epoch(shared, loop), shared.metrics, stripe),
        .views = {},
        .voters = {},
        .threads_made = {},
        .rates = shared.rates,
        .commands = CommandRate(shared.config.rates, shared.config.limits.sessions_per_core),
        .refusals = Refusals(shared.clock, shared.log, shared.metrics, stripe),
        .comment_ids = CommentIds(shared.node + loop.index()),
        .params = {},
        .json = {},
    };
}

// The configuration has been checked: each is one.
std::vector<base::IpNetwork> networks(const std::vector<std::string>& texts) {
    std::vector<base::IpNetwork> out;
    for (const auto& text : texts) out.push_back(*base::IpNetwork::parse(text));
    return out;
}

net::ServerOptions server_options(
    const Shared& shared, const Services& services, std::size_t index
) {
    const auto& config = shared.config;
    return {
        .endpoint = {boost::asio::ip::make_address(config.listen.address), config.listen.port},
        .core = index,
        .metrics_stripe = services.stripe,
        .node_name = std::to_string(shared.node),
        .version = std::string(base::version()),
        .trusted_proxies = networks(config.trusted_proxies),
        .sessions_max = config.limits.sessions_per_core,
        .command_bytes_max = config.limits.command_bytes,
        .outbox_bytes_max = config.limits.outbox_bytes,
        .channels_per_client_max = config.limits.channels_per_client,
        .ping_interval = config.limits.ping_interval,
        .pong_timeout = config.limits.pong_timeout,
    };
}

}  // namespace

Core::Core(const Shared& shared, std::size_t index)
    : loop_(index),
      stripe_(shared.metrics.claim_stripe()),
      pen_(loop_, shared.store, shared.clock, shared.metrics, stripe_),
      services_(make_services(shared, loop_, pen_, stripe_)),
      backend_(services_, shared.origins),
      router_(services_, shared.origins, shared.readiness),
      server_(
          loop_.io(), backend_, router_, shared.metrics, shared.log, shared.clock,
          server_options(shared, services_, index)
      ),
      counter_timer_(loop_.io()) {
    services_.server = &server_;
    services_.pen.on_batch_end([this] { server_.flush_replies(); });
    flush_counters();
}

void Core::connect(CoreLoop& home, Publisher& publisher) {
    gate_ = std::make_unique<PublisherGate>(loop_, home, publisher);
    services_.gate = gate_.get();
}

void Core::flush_counters() {
    services_.counters.flush();
    counter_timer_.expires_after(base::limits::kCounterFlushInterval);
    counter_timer_.async_wait([this](const boost::system::error_code& error) {
        if (!error) flush_counters();
    });
}

void Core::update_definitions(const std::vector<domain::Change>& changes) {
    for (const auto& change : changes) {
        if (const auto* thread = std::get_if<domain::ThreadChanged>(&change)) {
            services_.threads.update(thread->thread.id, thread->thread);
        } else if (const auto* poll = std::get_if<domain::PollChanged>(&change)) {
            services_.polls.update(poll->poll.id, poll->poll);
        }
    }
}

void Core::forget_definitions() {
    services_.threads.forget_all();
    services_.polls.forget_all();
    services_.pages.forget_all();
}

}  // namespace voxpop::app
