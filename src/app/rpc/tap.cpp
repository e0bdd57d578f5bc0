// tap.add: a heart or a clap, as often as a reader likes. Nobody asks who; so there is no ballot,
// no key, and the answer comes from memory, before the store has it (CounterCell).
#include "app/rpc/calls.hpp"
#include "base/limits.hpp"

namespace voxpop::app::calls {
namespace limits = base::limits;

namespace {

base::Result<std::uint64_t> tap_count(const Params& params) {
    const auto n = params.maybe_number("n");
    if (!n) return std::unexpected(n.error());
    const std::uint64_t count = n->value_or(1);
    if (count >= 1 && count <= limits::kTapsPerCallMax) return count;
    return Params::bad("n", "must be 1 to " + std::to_string(limits::kTapsPerCallMax));
}

}  // namespace

// {"thread":…,"kind":"heart","n":3}
void tap_add(Services& services, const net::Caller& caller, const Params& params, Reply reply) {
    const auto id = params.id<base::ThreadId>("thread");
    if (!id) return reply.fail(id.error());
    const auto name = params.text("kind");
    if (!name) return reply.fail(name.error());
    const auto kind = domain::parse_tap(*name);
    if (!kind) return reply.fail(Params::bad("kind", "must be heart or clap").error());
    const auto n = tap_count(params);
    if (!n) return reply.fail(n.error());
    const auto allowed =
        services.rates.tap(caller.identity.user, caller.peer.address, services.clock.monotonic());
    if (!allowed) return reply.fail(services.refusals.limit(allowed.error()));

    auto count = [&services, kind = *kind, n = *n, reply](auto thread) {
        if (!thread) return reply.fail(thread.error());
        const auto added = services.counters.add((*thread)->id, kind, n);
        if (!added) return reply.fail(added.error());
        auto& out = services.json;
        out.clear();
        out.object()
            .field("thread", (*thread)->id.view())
            .field("kind", domain::to_string(kind))
            .field("n", n)
            .end();
        reply.ok(out.str());
    };
    use_thread(services, caller, *id, std::move(count));
}

}  // namespace voxpop::app::calls
