#include "store/redis/engine.hpp"

#include <iterator>
#include <random>
#include <stdexcept>

#include "base/ids.hpp"
#include "store/redis/keys.hpp"

namespace voxpop::store::redis {
namespace {

using base::ErrorCode;

ClientOptions client_options(const StoreOptions& options) {
    auto client = options.client;
    client.waits_apart = options.ack == Ack::replicated;
    return client;
}

std::string random_name() {
    std::random_device device;
    const std::uint64_t bits = std::uint64_t{device()} << 32U | device();
    return base::CommentId(bits).str();  // as good a spelling of 64 bits as any
}

NodeState new_node(std::string realm) {
    return {.name = realm + random_name(), .epoch = {}, .realm = std::move(realm)};
}

}  // namespace

RedisStore::Engine::Engine(StoreOptions options)
    : options_(std::move(options)),
      work_(io_.get_executor()),
      client_(make_client(io_, client_options(options_))),
      node_(new_node(keys::realm(options_.client.database))),
      outlet_(io_, unsettled_),
      replication_(io_, *client_, options_),
      index_(*client_, replication_),
      site_(io_, *client_, replication_, options_, node_),
      definitions_(io_, *client_, node_.realm + std::string(keys::kDefinitions)),
      queries_(*client_, index_, node_, options_),
      secrets_(*client_, options_.log),
      viewers_(io_, *client_, outlet_, node_, options_.viewers_ttl),
      watcher_({
          .client = *client_,
          .queries = queries_,
          .viewers = viewers_,
          .outlet = outlet_,
          .acknowledged = acknowledged_,
          .node = node_,
          .site = options_.site,
          .on_epoch = [this](std::string_view epoch) { continuity_.adopt(epoch); },
          .on_missed = [this] { tell_gap(); },
      }),
      continuity_({
          .io = io_,
          .client = *client_,
          .acknowledged = acknowledged_,
          .node = node_,
          .log = options_.log,
          .site = options_.site,
          .interval = options_.look_interval,
          .on_gap =
              [this] {
                  // They may tell of keys that are lost.
                  index_.forget();
                  site_.forget();
                  tell_gap();
              },
          .on_look = [this] { secrets_.offer(); },
          .on_unfit = [this](const std::string& why
                      ) { be_started(base::fail(ErrorCode::store_unavailable, why)); },
      }),
      writes_({
          .io = io_,
          .client = *client_,
          .index = index_,
          .site = site_,
          .outlet = outlet_,
          .definitions = definitions_,
          .replication = replication_,
          .acknowledged = acknowledged_,
          .node = node_,
          .options = options_,
      }),
      notice_(io_, options_.log, *client_, options_.client),
      settings_(options_.log) {}

void RedisStore::Engine::start(domain::StoreObserver& observer) {
    outlet_.open(observer);
    auto started = started_.get_future();
    boost::asio::post(io_, [this] {
        client_->start(*this);
        notice_.begin();
    });
    thread_ = std::thread([this] { run(); });
    const bool in_time = started.wait_for(options_.start_timeout) == std::future_status::ready;
    if (!in_time) {
        std::promise<std::string> words;
        boost::asio::post(io_, [&] { words.set_value(notice_.last_words()); });
        const auto last_words = words.get_future().get();
        end_loop();
        throw std::runtime_error(last_words);
    }
    const auto outcome = started.get();
    if (outcome) return;
    end_loop();
    throw std::runtime_error(std::string(outcome.error().message()));
}

void RedisStore::Engine::run() {
    io_.run();
}

void RedisStore::Engine::stop() {
    if (!thread_.joinable()) return;
    {
        const std::lock_guard lock(mutex_);
        accepting_ = false;
    }
    std::promise<void> drained;
    boost::asio::post(io_, [&] {
        take_submitted();
        writes_.drain([&] { drained.set_value(); });
    });
    drained.get_future().wait();
    end_loop();
}

// Gives back every call, so every query is answered; then there is nothing left to run.
void RedisStore::Engine::end_loop() {
    {
        const std::lock_guard lock(mutex_);
        accepting_ = false;
    }
    boost::asio::post(io_, [this] {
        starting_ = false;
        notice_.end();
        writes_.stop();
        viewers_.stop();
        site_.stop();
        definitions_.stop();
        replication_.stop();
        continuity_.stop();
        client_->stop();
        outlet_.flush();
        io_.stop();  // a timer whose time has just come would set itself again
    });
    thread_.join();
}

base::Result<void> RedisStore::Engine::submit(std::vector<domain::Write>& writes) {
    bool wake = false;
    {
        const std::lock_guard lock(mutex_);
        if (!accepting_ || !open_) return base::fail(ErrorCode::store_unavailable);
        const auto unsettled = unsettled_.load(std::memory_order_acquire);
        if (writes.size() > base::limits::kStoreQueueCommandsMax - unsettled)
            return base::fail(ErrorCode::overloaded);
        unsettled_.fetch_add(writes.size(), std::memory_order_relaxed);
        wake = submitted_.empty();
        std::ranges::move(writes, std::back_inserter(submitted_));
    }
    writes.clear();
    if (wake) boost::asio::post(io_, [this] { take_submitted(); });
    return {};
}

void RedisStore::Engine::take_submitted() {
    {
        const std::lock_guard lock(mutex_);
        taken_.swap(submitted_);
    }
    writes_.accept(std::move(taken_));
    taken_.clear();
}

void RedisStore::Engine::tell(std::move_only_function<void()> task) {
    const std::lock_guard lock(mutex_);
    if (accepting_) boost::asio::post(io_, std::move(task));
}

void RedisStore::Engine::on_connected(std::shared_ptr<NewConnection> connection) {
    if (options_.warn_of_settings) settings_.look(connection);
    watcher_.try_publishing(connection, [this, connection](const std::string& refused) {
        if (refused.empty()) return continuity_.prepare(connection);
        connection->ready(std::unexpected(refused));
        be_started(base::fail(ErrorCode::store_unavailable, refused));
    });
}

// News of what this node appended to the site's stream it does not listen to, as the answer tells;
// and the answer may be lost now.
void RedisStore::Engine::on_lost(const std::string& shard, const std::string&) {
    if (shard == client_->shard_of(keys::site_log(options_.site))) site_in_doubt_ = true;
    replication_.lost(shard);
}

void RedisStore::Engine::on_ready(const std::string& shard) {
    replication_.look(shard);
    writes_.resume();
    if (starting_ || shard != client_->shard_of(keys::site_log(options_.site))) return;
    site_.start();
    if (std::exchange(site_in_doubt_, false)) tell_gap();
}

void RedisStore::Engine::on_health(const Health& health) {
    {
        const std::lock_guard lock(mutex_);
        open_ = health.ready > 0 || options_.wait.count() > 0;
    }
    if (!subscribing_ && !may_start(health)) {
        // start() waits.
        if (health.missing > health.connecting) notice_.failed();
        return;
    }
    tell_health(health);
    if (!starting_ || std::exchange(subscribing_, true)) return;
    watcher_.start([this] {
        if (!starting_) return;  // a channel is refused
        continuity_.look();
        continuity_.watch();
        site_.start();
        viewers_.start();
        be_started({});
    });
}

// Without the epoch a node cannot tell whether a shard has what it told, and without the site's
// stream it serves no moderator; what other shards have may be away for a while.
bool RedisStore::Engine::may_start(const Health& health) const {
    if (health.missing == 0) return true;
    return health.connecting == 0 && client_->ready(keys::kEpoch) &&
           client_->ready(keys::site_log(options_.site));
}

void RedisStore::Engine::tell_health(const Health& health) {
    outlet_.flush();
    auto& observer = outlet_.observer();
    const bool up = health.ready > 0;
    if (told_up_ != up) {
        told_up_ = up;
        observer.on_health(up, up ? std::string() : health.why);
    }
    if (std::exchange(told_missing_, health.missing) != health.missing)
        observer.on_shards_missing(health.missing, health.why);
}

void RedisStore::Engine::be_started(base::Result<void> outcome) {
    if (!std::exchange(starting_, false)) return;
    notice_.end();
    if (outcome) {
        const std::lock_guard lock(mutex_);
        accepting_ = true;
    }
    started_.set_value(std::move(outcome));
}

void RedisStore::Engine::on_messages(std::span<const Message> messages) {
    watcher_.on_messages(messages);
}

void RedisStore::Engine::on_channel_refused(const std::string& channel, const std::string& why) {
    if (starting_)
        return be_started(
            base::fail(ErrorCode::store_unavailable, watcher_.may_not("listen", channel, why))
        );
    if (std::exchange(refusal_told_, true)) return;
    options_.log.error(
        "Redis does not let this user listen: what other nodes do is not told to readers here",
        {{"channel", channel}, {"why", why}}
    );
}

void RedisStore::Engine::on_messages_interrupted() {
    refusal_told_ = false;
    tell_gap();
    continuity_.look();
}

void RedisStore::Engine::tell_gap() {
    outlet_.flush();
    outlet_.observer().on_gap();
}

}  // namespace voxpop::store::redis
