// What the handlers of one core work with. Everything here belongs to the core's thread, except
// what says otherwise (the store, the authenticator and the configuration are shared and safe to
// share).
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "app/auth/authenticator.hpp"
#include "app/auth/rate_limits.hpp"
#include "app/comment_ids.hpp"
#include "app/core_loop.hpp"
#include "app/counter_cell.hpp"
#include "app/directory.hpp"
#include "app/ledger.hpp"
#include "app/publisher_gate.hpp"
#include "app/refusals.hpp"
#include "app/rpc/params.hpp"
#include "app/thread_pages.hpp"
#include "app/view_log.hpp"
#include "app/voter_sessions.hpp"
#include "base/clock.hpp"
#include "base/json_writer.hpp"
#include "base/metrics.hpp"
#include "config/config.hpp"
#include "domain/store.hpp"
#include "net/server.hpp"

namespace voxpop::app {

using ThreadDirectory = Directory<base::ThreadId, domain::Thread>;

struct Services {
    CoreLoop& loop;
    const config::Config& config;
    const base::Clock& clock;
    base::Metrics& metrics;
    std::size_t stripe;
    domain::Store& store;
    const Authenticator& authenticator;
    Pen& pen;
    ThreadDirectory threads;
    Directory<base::PollId, domain::Poll> polls;
    ThreadPages pages;
    CounterCell counters;
    ViewLog views;
    VoterSessions voters;
    // Threads that first use is making, and who waits for them, in order.
    std::unordered_map<base::ThreadId, std::vector<ThreadDirectory::Then>> threads_made;
    RateLimits& rates;  // of all cores
    CommandRate commands;
    Refusals refusals;
    CommentIds comment_ids;
    ParamsParser params;
    base::JsonWriter json;  // scratch for answers
    // Set once they exist, before the loop runs.
    net::Server* server = nullptr;
    PublisherGate* gate = nullptr;
};

// Where the answer to a remote call goes. Copies freely; answers exactly once.
struct Reply {
    net::Server* server;
    net::ReplyTo to;

    void ok(std::string_view result) const { server->reply(to, result); }
    void fail(const base::Error& error) const { server->fail(to, error); }
};

// Somebody who asked and may have gone by the time there is an answer.
struct Actor {
    net::SessionId session = 0;
    domain::Identity identity;

    explicit Actor(const net::Caller& caller)
        : session(caller.session), identity(caller.identity) {}
    [[nodiscard]] bool is_staff() const {
        return domain::may(identity.role, domain::Operation::moderate);
    }
};

// Finds a thread, or makes it where first use may: by configuration, by role, and from an allowed
// origin. Callers of one thread go on in the order in which they came.
// Errors: thread_not_found, too_many_requests, store_unavailable, overloaded.
void use_thread(
    Services& services, const net::Caller& caller, const base::ThreadId& id,
    ThreadDirectory::Then then
);

// FNV-1a, for idempotency fingerprints: the same request has the same one on every node and
// version.
class Fingerprint {
  public:
    Fingerprint& add(std::string_view text);
    Fingerprint& add(std::uint64_t number);
    [[nodiscard]] std::uint64_t value() const { return hash_; }

  private:
    std::uint64_t hash_ = 0xcbf29ce484222325ULL;
};

// The call's `key`, if it has one; `fingerprint` is of all that it asks for. Error: bad_request.
[[nodiscard]] base::Result<domain::Idempotency> idempotency_of(
    const net::Caller& caller, const Params& params, const Fingerprint& fingerprint
);

}  // namespace voxpop::app
