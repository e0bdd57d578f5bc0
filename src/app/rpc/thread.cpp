// thread.get: everything a page needs to begin with, at one position of the thread's stream. What
// all readers share comes from ThreadPages; what is the reader's own (ballots, save, reactions) is
// read for each.
#include <algorithm>

#include "app/encode.hpp"
#include "app/rpc/calls.hpp"
#include "app/rpc/page_params.hpp"

namespace voxpop::app::calls {
namespace {

using domain::BoxId;
using domain::OptionSet;
using Ballots = std::vector<OptionSet>;

// The boxes whose ballots concern a page: the save, each poll, each comment's reactions, in this
// order.
std::vector<BoxId> boxes_of(const ThreadPage& page) {
    std::vector<BoxId> boxes{BoxId::save(page.view.thread.id)};
    for (const auto& poll : page.view.polls) boxes.push_back(poll.poll.box());
    for (const auto& comment : page.comments.comments) boxes.push_back(BoxId::reaction(comment.id));
    return boxes;
}

void write_me(base::JsonWriter& out, const domain::Identity& me) {
    out.object()
        .field("id", me.user.view())
        .field("name", me.name)
        .field("role", domain::to_string(me.role))
        .field("guest", me.role == domain::Role::guest)
        .end();
}

// What a page may not ask for, so that it need not find out by trying.
void write_limits(base::JsonWriter& out, const config::LimitsConfig& limits) {
    out.object()
        .field("graphemes", limits.comment_graphemes)
        .field("edit_ms", limits.edit_window.count())
        .end();
}

std::string thread_json(
    const ThreadPage& page, const LiveCounts& counts, const Ballots& ballots, const Actor& reader,
    const config::LimitsConfig& limits
) {
    const bool staff = domain::may(reader.identity.role, domain::Operation::read_results_of_staff);
    base::JsonWriter out;
    out.object().key("thread");
    write_thread(out, page.view.thread);
    out.key("counts");
    write_counts(out, counts);
    auto ballot = ballots.begin();
    out.field("saved", !(ballot++)->empty());
    out.key("polls").array();
    for (const auto& poll : page.view.polls) {
        const OptionSet choice = *ballot++;
        const bool unpublished = poll.poll.state == domain::PollState::draft;
        if (!unpublished || staff) write_poll(out, poll, {.choice = choice, .staff = staff});
    }
    out.end().key("comments").array();
    for (const auto& comment : page.comments.comments) {
        write_comment(out, comment, Audience::readers, reaction_name(*ballot++));
    }
    out.end().field("next", page.comments.next).key("me");
    write_me(out, reader.identity);
    out.key("limits");
    write_limits(out, limits);
    out.field("epoch", page.comments.position.epoch)
        .field("offset", page.comments.position.offset)
        .end();
    return out.take();
}

}  // namespace

void thread_get(Services& services, const net::Caller& caller, const Params& params, Reply reply) {
    const Actor reader(caller);
    auto request = page_request(params, reader.is_staff());
    if (!request) return reply.fail(request.error());

    const bool view = services.views.first(caller.session, request->thread);
    auto read_page = [&services, reader, request = *request, view, reply](auto thread) {
        if (!thread) return reply.fail(thread.error());
        if (view) services.counters.add_view(request.thread);
        auto read_own = [&services, reader, reply](base::Result<ThreadPages::Pointer> page) {
            if (!page) return reply.fail(page.error());
            auto finish = [&services, reader, page = *page, reply](base::Result<Ballots> ballots) {
                if (!ballots) return reply.fail(ballots.error());
                services.gate->counts(
                    page->view.thread.id, page->view.counts,
                    [&services, page, ballots = std::move(*ballots), reader,
                     reply](const LiveCounts& counts) {
                        reply.ok(thread_json(*page, counts, ballots, reader, services.config.limits)
                        );
                    }
                );
            };
            services.store.ballots(
                (*page)->view.thread.id, reader.identity.user, boxes_of(**page),
                on_loop<base::Result<Ballots>>(services.loop, std::move(finish))
            );
        };
        services.pages.get(request, std::move(read_own));
    };
    use_thread(services, caller, request->thread, std::move(read_page));
}

}  // namespace voxpop::app::calls
