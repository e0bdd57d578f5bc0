// The way to Redis, whether that is one server, one behind Sentinel, or a Cluster. To its user all
// three are shards (one, or one for each primary) that come and go; a call names the key it is
// about and reaches the shard which has it.
//
// Thread safety: none. Everything, the callbacks too, happens on the thread that runs the
// io_context. Callbacks may call the client, stop() included, and must not throw. The events must
// outlive stop(); the client must outlive it too, and may be destroyed after it from outside of a
// callback.
#pragma once

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/redis/client/command.hpp"
#include "store/redis/client/options.hpp"
#include "store/redis/client/reply.hpp"

namespace voxpop::store::redis {

enum class CallStatus : std::uint8_t {
    reply,    // executed; `reply` has what came back
    refused,  // Redis answered with an error; `why` has its text ("ERR …")
    unsent,   // certainly not executed, and may be later: no connection, a bound reached, or a
              // server that cannot now (LOADING, READONLY, CLUSTERDOWN, TRYAGAIN, OOM, …)
    unknown,  // sent, and no answer came: executed or not
};

struct CallResult {
    CallStatus status = CallStatus::unsent;
    Reply reply;                 // status reply; never an error at its top
    std::string why;             // the other three; English, or Redis's own words
    std::int64_t replicas = -1;  // of a call with Command::replicated(): how many have it

    [[nodiscard]] bool ok() const { return status == CallStatus::reply; }
    [[nodiscard]] ReplyView view() const { return reply.view(); }
};

// Called exactly once; never from within call() itself.
using Done = std::move_only_function<void(CallResult)>;

// What a primary says of itself (INFO) when a connection to it stands.
struct ServerIdentity {
    std::string shard;           // its name in all events: its address, or Sentinel's name for it
    std::string address;         // where it is now
    std::string run_id;          // another one after every restart
    std::string replication_id;  // master_replid; a promoted replica has a new one
};

// A connection that stands but is not used by ordinary calls yet: whoever hears of it prepares the
// server first (loads functions, looks for lost data). Held for as long as that takes; when the
// connection is lost meanwhile its calls end as `unsent` or `unknown`, and ready() does nothing.
class NewConnection {
  public:
    virtual ~NewConnection() = default;
    [[nodiscard]] virtual const ServerIdentity& server() const = 0;
    // On exactly this connection, in order.
    virtual void call(Command command, Done done) = 0;
    // Lets ordinary calls in; or, with an error, gives the connection up to try again later.
    virtual void ready(std::expected<void, std::string> outcome) = 0;
};

struct Message {
    std::string_view channel;
    std::string_view payload;
};

// How the shards fare.
struct Health {
    std::size_t ready = 0;       // that take calls
    std::size_t missing = 0;     // that do not; slots that no shard has are one more
    std::size_t connecting = 0;  // of the missing: those whose first try is still under way
    std::string why;             // names one that is missing, and what came of its last try
};

class ClientEvents {
  public:
    virtual ~ClientEvents() = default;
    // A connection to a primary stands: at first, after every loss, after a failover, and for a new
    // shard. Until `connection->ready()` calls for the shard are `unsent`.
    virtual void on_connected(std::shared_ptr<NewConnection> connection) = 0;
    // A shard's connection is gone, whether or not it was ready. After the calls in flight have
    // been given back. A shard that a Cluster no longer has is lost like any other.
    virtual void on_lost(const std::string& shard, const std::string& why) = 0;
    // Ordinary calls are let in to the shard from now on.
    virtual void on_ready(const std::string& shard) = 0;
    // Told whenever the numbers change, before on_ready() and after on_lost().
    virtual void on_health(const Health& health) = 0;
    // What one read brought, in order. The views end with the call.
    virtual void on_messages(std::span<const Message> messages) = 0;
    // Messages may have been missed until now, but will not be from here on: all subscriptions of
    // the shard that was away stand again. So what is read after this call is complete.
    virtual void on_messages_interrupted() = 0;
    // A channel that is wanted is refused for good, as to a user without the right to it: told
    // before subscribe()'s `done`, and again at every try. `why` is Redis's own words.
    virtual void on_channel_refused(const std::string& /*channel*/, const std::string& /*why*/) {}
};

class Client {
  public:
    virtual ~Client() = default;

    // Begins to connect, and keeps connecting. Once.
    virtual void start(ClientEvents& events) = 0;
    // Closes everything; every call is given back before this returns, and nothing is called later.
    virtual void stop() = 0;

    // Sends `command` to the shard that has `key`. Calls for one key arrive in the order of the
    // calls, unless a Cluster is just moving the key. Those of one turn of the loop leave as one
    // write.
    virtual void call(std::string_view key, Command command, Done done) = 0;

    // Listens to a sharded channel (SSUBSCRIBE) until unsubscribe(), through any loss. `done` says
    // whether it stands: after `true` nothing published later is missed. `false`: not now, because
    // the server cannot be reached; once it stands after all, on_messages_interrupted() is told.
    // Subscribing twice is subscribing once.
    virtual void subscribe(std::string channel, std::move_only_function<void(bool)> done) = 0;
    virtual void unsubscribe(const std::string& channel) = 0;

    // The shard's server is not what it was: takes no more calls from now on, and when those in
    // flight are answered it is connected to anew, as after a loss.
    virtual void prepare_again(std::string_view shard, const std::string& why) = 0;

    // The name of the shard that has `key` as far as is known, ready or not; empty: none. Already
    // right when on_connected() tells of a shard.
    [[nodiscard]] virtual std::string_view shard_of(std::string_view key) const = 0;
    // Whether the shard that has `key` takes calls now.
    [[nodiscard]] virtual bool ready(std::string_view key) const = 0;
    // Why it is not whole: the shard that is missing, and what came of the last try. Empty: it is.
    [[nodiscard]] virtual std::string trouble() const = 0;
    // Shards that take calls now, by name.
    [[nodiscard]] virtual std::vector<std::string> ready_shards() const = 0;
};

// Of the kind that `options` say. `options.endpoints` must not be empty.
[[nodiscard]] std::unique_ptr<Client> make_client(
    boost::asio::io_context& io, ClientOptions options
);

}  // namespace voxpop::store::redis
