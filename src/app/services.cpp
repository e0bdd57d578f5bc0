#include "app/services.hpp"

namespace voxpop::app {
namespace {

// An origin that is not allowed got no connection, so one that is there is allowed. Who has none is
// no page of the site: of programs, those that speak for the site may, and all on a developer's
// machine.
bool may_create_by_use(const Services& services, const net::Caller& caller) {
    const auto role = caller.identity.role;
    return services.config.site.threads_on_first_use &&
           domain::may(role, domain::Operation::create_thread_by_use) &&
           (!caller.peer.origin.empty() || domain::may(role, domain::Operation::moderate) ||
            services.config.dev);
}

void create_thread(Services& services, const base::ThreadId& id) {
    domain::Thread thread{.id = id};
    thread.premoderated = services.config.site.premoderate;
    thread.created = services.clock.now();
    auto settle = [&services, id](domain::Outcome outcome) {
        const auto waiting = services.threads_made.extract(id);
        const bool exists = outcome || outcome.error().code == base::ErrorCode::already_exists;
        for (auto& then : waiting.mapped()) {
            if (!exists) {
                then(std::unexpected(outcome.error()));
            } else {
                services.threads.find(id, std::move(then));
            }
        }
    };
    services.pen.write(domain::PutThread{std::move(thread), 0}, std::move(settle));
}

// Among those who wait for a thread that is being made, if it is.
bool wait_for_making(Services& services, const base::ThreadId& id, ThreadDirectory::Then& then) {
    const auto making = services.threads_made.find(id);
    if (making == services.threads_made.end()) return false;
    making->second.push_back(std::move(then));
    return true;
}

}  // namespace

void use_thread(
    Services& services, const net::Caller& caller, const base::ThreadId& id,
    ThreadDirectory::Then then
) {
    if (wait_for_making(services, id, then)) return;
    const bool may_create = may_create_by_use(services, caller);
    const auto address = caller.peer.address;
    services.threads.find(
        id,
        [&services, id, may_create, address, then = std::move(then)](auto thread) mutable {
            const bool missing =
                !thread && thread.error().code == base::ErrorCode::thread_not_found;
            if (!missing) return then(std::move(thread));
            if (wait_for_making(services, id, then)) return;
            if (!may_create) return then(std::move(thread));
            const auto allowed = services.rates.write(address, services.clock.monotonic());
            if (!allowed) return then(std::unexpected(services.refusals.limit(allowed.error())));
            services.threads_made[id].push_back(std::move(then));
            create_thread(services, id);
        }
    );
}

Fingerprint& Fingerprint::add(std::string_view text) {
    for (const char c : text) {
        hash_ = (hash_ ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    }
    return add(static_cast<std::uint64_t>(text.size()));  // so that "ab","c" and "a","bc" differ
}

Fingerprint& Fingerprint::add(std::uint64_t number) {
    for (int byte = 0; byte < 8; ++byte) {
        hash_ = (hash_ ^ (number >> (byte * 8) & 0xff)) * 0x100000001b3ULL;
    }
    return *this;
}

base::Result<domain::Idempotency> idempotency_of(
    const net::Caller& caller, const Params& params, const Fingerprint& fingerprint
) {
    const auto key = params.maybe_id<base::IdempotencyKey>("key");
    if (!key) return std::unexpected(key.error());
    return domain::Idempotency{caller.identity.user, *key, fingerprint.value()};
}

}  // namespace voxpop::app
