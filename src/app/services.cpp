#include "app/services.hpp"

namespace voxpop::app {
namespace {

using ThreadDirectory = Directory<base::ThreadId, domain::Thread>;

void create_thread(Services& services, const base::ThreadId& id, ThreadDirectory::Then then) {
    domain::Thread thread{.id = id};
    thread.premoderated = services.config.site.premoderate;
    thread.created = services.clock.now();
    auto settle = [&services, id, then = std::move(then)](domain::Outcome outcome) mutable {
        const bool exists = outcome || outcome.error().code == base::ErrorCode::already_exists;
        if (!exists) return then(std::unexpected(outcome.error()));
        services.threads.find(id, std::move(then));
    };
    services.pen.write(domain::PutThread{std::move(thread), 0}, std::move(settle));
}

}  // namespace

void use_thread(
    Services& services, const net::Caller& caller, const base::ThreadId& id,
    ThreadDirectory::Then then
) {
    const bool may_create =
        services.config.site.threads_on_first_use &&
        domain::may(caller.identity.role, domain::Operation::create_thread_by_use);
    const auto address = caller.peer.address;
    services.threads.find(
        id,
        [&services, id, may_create, address, then = std::move(then)](auto thread) mutable {
            const bool missing =
                !thread && thread.error().code == base::ErrorCode::thread_not_found;
            if (!missing || !may_create) return then(std::move(thread));
            const auto allowed = services.rates.write(address, services.clock.monotonic());
            if (!allowed) return then(std::unexpected(allowed.error()));
            create_thread(services, id, std::move(then));
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
