// save.set: a reader keeps an article, or lets it go.
#include "app/encode.hpp"
#include "app/rpc/calls.hpp"

namespace voxpop::app::calls {

// {"thread":…,"on":true,"saves":3}
void save_set(Services& services, const net::Caller& caller, const Params& params, Reply reply) {
    const auto id = params.id<base::ThreadId>("thread");
    if (!id) return reply.fail(id.error());
    const auto on = params.flag("on");
    if (!on) return reply.fail(on.error());
    const auto allowed = services.rates.write(caller.peer.address, services.clock.monotonic());
    if (!allowed) return reply.fail(services.refusals.limit(allowed.error()));

    domain::Choose choose{
        .box = domain::BoxId::save(*id),
        .thread = *id,
        .voter = caller.identity.user,
        .options = *on ? domain::OptionSet::of(0) : domain::OptionSet(),
        .at = services.clock.now(),
    };
    auto write = [&services, choose = std::move(choose), reply](auto thread) {
        if (!thread) return reply.fail(thread.error());
        auto settle = [&services, thread = *thread, reply](domain::Outcome outcome) {
            if (!outcome) return reply.fail(outcome.error());
            const auto& chosen = std::get<domain::Chosen>(*outcome);
            auto& out = services.json;
            out.clear();
            out.object()
                .field("thread", thread->id.view())
                .field("on", !chosen.after.empty())
                .field("saves", chosen.tally.voters)
                .end();
            reply.ok(out.str());
        };
        services.pen.write(choose, std::move(settle));
    };
    use_thread(services, caller, *id, std::move(write));
}

}  // namespace voxpop::app::calls
