#include "store/redis/client/sharded_client.hpp"

#include <stdexcept>
#include <utility>

#include "store/redis/client/call_result.hpp"

namespace voxpop::store::redis {

std::unique_ptr<Client> make_client(boost::asio::io_context& io, ClientOptions options) {
    if (options.endpoints.empty()) throw std::invalid_argument("no address of Redis");
    return std::make_unique<ShardedClient>(io, std::move(options));
}

ShardedClient::ShardedClient(boost::asio::io_context& io, ClientOptions options)
    : io_(io),
      options_(std::make_shared<const ClientOptions>(std::move(options))),
      deferred_(std::make_shared<Deferred>(io)) {}

void ShardedClient::start(ClientEvents& events) {
    events_ = &events;
    if (cluster()) {
        view_.emplace(io_, options_, static_cast<ClusterView::Owner&>(*this));
        return view_->start();
    }
    const Endpoint& endpoint = options_->endpoints.front();
    const bool sentinel = options_->topology == Topology::sentinel;
    slots_.fill(find_or_make(endpoint, sentinel ? options_->master_name : endpoint.text()));
    start_new_shards();
}

void ShardedClient::stop() {
    if (events_ == nullptr) return;
    events_ = nullptr;
    slots_.fill(nullptr);  // whoever calls from now on is given back at once
    channels_.clear();
    if (view_) view_->stop();
    for (auto& [name, shard] : shards_) {
        shard.primary->stop("the client has stopped");
        shard.subscriber->stop("the client has stopped");
        if (shard.aside) shard.aside->stop("the client has stopped");
    }
    deferred_->stop();
}

void ShardedClient::call(std::string_view key, Command command, Done done) {
    const auto at = slot(key);
    send(
        shard_at(at),
        std::make_unique<Call>(
            Call{.slot = at, .redirects = 0, .command = std::move(command), .done = std::move(done)}
        ),
        false
    );
}

void ShardedClient::send(Shard* shard, std::unique_ptr<Call> call, bool asking) {
    if (shard == nullptr) return give_back(std::move(call->done), unsent(why_no_shard(call->slot)));
    Primary& primary = *shard->primary;
    if (!primary.ready())
        return give_back(std::move(call->done), unsent(primary.shard() + ": " + primary.trouble()));
    if (shard->aside && call->command.replies() > 1) {
        if (!shard->aside->leads_to(primary.run_id()))
            return give_back(std::move(call->done), unsent("no second connection to the server"));
        return send_over(*shard->aside, *shard, std::move(call));
    }
    if (asking && primary.refuses(call->command.bytes()) == nullptr)
        primary.call(Command("ASKING"), [](const Outcome&) {});
    send_over(primary, *shard, std::move(call));
}

template <class Connection>
void ShardedClient::send_over(Connection& connection, Shard& shard, std::unique_ptr<Call> call) {
    if (const char* why = connection.refuses(call->command.bytes()))
        return give_back(std::move(call->done), unsent(shard.primary->shard() + ": " + why));
    const Command& command = call->command;  // stays where it is while its owner moves
    connection.call(command, [this, &shard, call = std::move(call)](Outcome outcome) mutable {
        settle(shard, std::move(call), std::move(outcome));
    });
}

void ShardedClient::settle(Shard& shard, std::unique_ptr<Call> call, Outcome outcome) {
    using Kind = ServerError::Kind;
    const ReplyView reply = outcome.reply.view();
    if (reply.error()) {
        const auto error = parse_server_error(reply.text(), shard.endpoint);
        const bool elsewhere = error.kind == Kind::moved || error.kind == Kind::ask;
        if (elsewhere && cluster() && events_ != nullptr) return redirect(std::move(call), error);
        if (error.kind == Kind::demoted) shard.primary->retire("it is not a primary any more");
        if (error.kind == Kind::unprepared) shard.primary->retire("it has lost its functions");
        if (error.kind == Kind::unavailable && view_) view_->refresh();
    }
    call->done(to_result(std::move(outcome)));
}

void ShardedClient::redirect(std::unique_ptr<Call> call, const ServerError& where) {
    if (where.kind == ServerError::Kind::ask && call->command.uses_whole_slot())
        return call->done(unsent("its slot is being moved"));
    const bool waits = call->command.replies() > 1;
    if (!waits && ++call->redirects > options_->redirects_max)
        return call->done(unsent("the Cluster's nodes send it back and forth"));
    Shard* shard = find_or_make(where.endpoint, where.endpoint.text());
    if (where.kind == ServerError::Kind::moved) {
        slots_[where.slot] = shard;
        view_->refresh(where.endpoint);
    }
    if (waits) {
        // Its WAIT is about the server that it was sent to.
        give_back(std::move(call->done), unsent("its slot is elsewhere"));
    } else {
        send(shard, std::move(call), where.kind == ServerError::Kind::ask);
    }
    start_new_shards();
}

void ShardedClient::give_back(Done done, CallResult result) {
    deferred_->later([done = std::move(done), result = std::move(result)]() mutable {
        done(std::move(result));
    });
}

std::string ShardedClient::why_no_shard(std::uint16_t slot) const {
    if (events_ == nullptr) return "the client has stopped";
    if (!view_trouble_.empty()) return "no node of the Cluster answers: " + view_trouble_;
    return "no shard has the slot " + std::to_string(slot);
}

void ShardedClient::subscribe(std::string channel, std::move_only_function<void(bool)> done) {
    if (events_ == nullptr) return done(false);
    // On the next turn, like everything that is told.
    auto told = [deferred = deferred_, done = std::move(done)](bool stands) mutable {
        deferred->later([done = std::move(done), stands]() mutable { done(stands); });
    };
    const auto [at, fresh] = channels_.try_emplace(std::move(channel), nullptr);
    if (fresh) at->second = shard_at(slot(at->first));
    if (at->second == nullptr) return told(false);
    Wish wish;
    wish.told.push_back(std::move(told));
    at->second->subscriber->add(at->first, std::move(wish));
}

void ShardedClient::unsubscribe(const std::string& channel) {
    const auto at = channels_.find(channel);
    if (at == channels_.end()) return;
    Shard* shard = at->second;
    channels_.erase(at);
    if (shard == nullptr) return;
    Wish wish = shard->subscriber->remove(channel);
    for (auto& told : wish.told) told(false);
}

void ShardedClient::prepare_again(std::string_view shard, const std::string& why) {
    if (events_ == nullptr) return;
    if (const auto at = shards_.find(shard); at != shards_.end() && at->second.primary->ready())
        at->second.primary->retire(why);
}

std::string_view ShardedClient::shard_of(std::string_view key) const {
    const Shard* shard = shard_at(slot(key));
    return shard == nullptr ? std::string_view() : shard->primary->shard();
}

bool ShardedClient::ready(std::string_view key) const {
    const Shard* shard = shard_at(slot(key));
    return shard != nullptr && shard->ready();
}

std::vector<std::string> ShardedClient::ready_shards() const {
    std::vector<std::string> names;
    for (const auto& [name, shard] : shards_)
        if (shard.ready()) names.push_back(name);
    return names;
}

}  // namespace voxpop::store::redis
