// Threads over HTTP: read one, its comments, the counts of many; create and change.
#include <algorithm>
#include <charconv>
#include <utility>

#include "app/encode.hpp"
#include "app/http/api.hpp"
#include "app/http/ask.hpp"
#include "app/http/responses.hpp"
#include "app/rpc/page_params.hpp"
#include "domain/ranking.hpp"
#include "domain/text.hpp"

namespace voxpop::app {
namespace limits = base::limits;
using base::ErrorCode;

namespace {

inline constexpr unsigned kPageCacheSeconds = 1;

std::vector<std::string_view> split(std::string_view list) {
    std::vector<std::string_view> parts;
    while (!list.empty()) {
        const auto comma = std::min(list.find(','), list.size());
        parts.push_back(list.substr(0, comma));
        list.remove_prefix(std::min(comma + 1, list.size()));
    }
    return parts;
}

base::Result<std::vector<base::ThreadId>> parse_threads(std::string_view list) {
    std::vector<base::ThreadId> ids;
    for (const auto part : split(list)) {
        const auto id = base::ThreadId::from(part);
        if (!id) return Params::bad("threads", "has an id that is not valid: " + std::string(part));
        ids.push_back(*id);
    }
    if (ids.empty() || ids.size() > limits::kBatchThreadsMax) {
        return Params::bad("threads", "must name 1 to " + std::to_string(limits::kBatchThreadsMax));
    }
    return ids;
}

// The thread, changed by the fields that the body has. Errors: bad_request, invalid_text.
base::Result<domain::Thread> overlay(domain::Thread thread, const Params& body) {
    const domain::TextLimits line{
        .graphemes_max = limits::kTitleBytesMax,
        .bytes_max = limits::kTitleBytesMax,
        .allow_newlines = false,
        .allow_empty = true,
    };
    for (const auto& [name, field] :
         {std::pair{"title", &domain::Thread::title}, std::pair{"url", &domain::Thread::url}}) {
        const auto given = body.maybe_text(name);
        if (!given) return std::unexpected(given.error());
        if (!*given) continue;
        auto text = domain::clean_text(**given, line);
        if (!text) return std::unexpected(text.error());
        thread.*field = std::move(*text);
    }
    const auto state = body.maybe_text("state");
    if (!state) return std::unexpected(state.error());
    if (*state) {
        if (**state != "open" && **state != "closed")
            return Params::bad("state", "must be open or closed");
        thread.state = **state == "open" ? domain::ThreadState::open : domain::ThreadState::closed;
    }
    const auto premoderated = body.maybe_flag("premoderated");
    if (!premoderated) return std::unexpected(premoderated.error());
    thread.premoderated = premoderated->value_or(thread.premoderated);
    return thread;
}

std::optional<std::uint64_t> parse_number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(value)
                                                                    : std::nullopt;
}

base::Result<domain::PageRequest> parse_page(
    const net::HttpRequest& request, base::ThreadId thread
) {
    domain::PageRequest page{.thread = thread, .cursor = std::string(request.parameter("cursor"))};
    if (const auto name = request.parameter("sort"); !name.empty()) {
        const auto sort = domain::parse_comment_sort(name);
        if (!sort) return Params::bad("sort", "is not known");
        page.sort = *sort;
    }
    if (const auto name = request.parameter("root"); !name.empty()) {
        const auto root = base::CommentId::from(name);
        if (!root) return Params::bad("root", "is not a valid id");
        page.root = *root;
    }
    if (const auto text = request.parameter("limit"); !text.empty()) {
        const auto limit = page_limit(parse_number(text).value_or(0));
        if (!limit) return std::unexpected(limit.error());
        page.limit = *limit;
    }
    return page;
}

}  // namespace

// {"threads":{"a":{"comments":…,"saves":…,"viewers":…,…},…}}
Api::Response Api::get_counts(net::HttpRequest request) {
    const auto ids = parse_threads(request.parameter("threads"));
    if (!ids) co_return error_response(ids.error());
    auto stored =
        co_await ask<std::vector<domain::StoredCounts>>(services_.loop, [this, &ids](auto answer) {
            services_.store.counts(*ids, std::move(answer));
        });
    if (!stored) co_return error_response(stored.error());
    const auto all = co_await wait_for<std::vector<LiveCounts>>([this, &ids, &stored](auto resume) {
        services_.gate->counts(*ids, std::move(*stored), std::move(resume));
    });
    base::JsonWriter out;
    out.object().key("threads").object();
    for (std::size_t i = 0; i < ids->size(); ++i) {
        out.key((*ids)[i].view());
        write_counts(out, {.stored = all[i].stored, .viewers_here = all[i].viewers_here});
    }
    out.end().end();
    co_return cacheable(request, out.take(), kPageCacheSeconds);
}

// {"thread":{…},"counts":{…},"polls":[…]}
Api::Response Api::get_thread(net::HttpRequest request, std::string name) {
    const auto id = base::ThreadId::from(name);
    if (!id) co_return error_response({ErrorCode::thread_not_found, {}});
    const auto view = co_await ask<domain::ThreadView>(services_.loop, [this, &id](auto answer) {
        services_.store.thread(*id, std::move(answer));
    });
    if (!view) co_return error_response(view.error());
    const auto live = co_await wait_for<std::vector<LiveCounts>>([this, &id, &view](auto resume) {
        services_.gate->counts({*id}, {view->counts}, std::move(resume));
    });
    base::JsonWriter out;
    out.object().key("thread");
    write_thread(out, view->thread);
    out.key("counts");
    write_counts(out, {.stored = live.front().stored, .viewers_here = live.front().viewers_here});
    out.key("polls").array();
    for (const auto& poll : view->polls) {
        if (poll.poll.state != domain::PollState::draft) write_poll(out, poll, {});
    }
    out.end().end();
    co_return cacheable(request, out.take(), kPageCacheSeconds);
}

// {"comments":[…],"next":…,"epoch":…,"offset":…}
Api::Response Api::get_comments(net::HttpRequest request, std::string name) {
    const auto id = base::ThreadId::from(name);
    if (!id) co_return error_response({ErrorCode::thread_not_found, {}});
    const auto page = parse_page(request, *id);
    if (!page) co_return error_response(page.error());
    const auto loaded =
        co_await wait_for<base::Result<ThreadPages::Pointer>>([this, &page](auto resume) {
            services_.pages.get(*page, std::move(resume));
        });
    if (!loaded) co_return error_response(loaded.error());
    auto body = comment_page((*loaded)->comments, Audience::readers);
    co_return cacheable(request, std::move(body), kPageCacheSeconds);
}

Api::Response Api::create_thread(net::HttpRequest request) {
    const auto body = services_.params.parse(request.body);
    if (!body) co_return error_response(body.error());
    const auto id = body->id<base::ThreadId>("id");
    if (!id) co_return error_response(id.error());
    domain::Thread fresh{
        .id = *id,
        .premoderated = services_.config.site.premoderate,
        .created = services_.clock.now()
    };
    auto thread = overlay(std::move(fresh), *body);
    if (!thread) co_return error_response(thread.error());
    co_return co_await put_thread(std::move(*thread), 0);
}

Api::Response Api::change_thread(net::HttpRequest request, std::string name) {
    const auto id = base::ThreadId::from(name);
    if (!id) co_return error_response({ErrorCode::thread_not_found, {}});
    const auto view = co_await ask<domain::ThreadView>(services_.loop, [this, &id](auto answer) {
        services_.store.thread(*id, std::move(answer));
    });
    if (!view) co_return error_response(view.error());
    // Parsed after the wait: the parser's memory is shared by the core's calls.
    const auto body = services_.params.parse(request.body);
    if (!body) co_return error_response(body.error());
    auto thread = overlay(view->thread, *body);
    if (!thread) co_return error_response(thread.error());
    ++thread->version;
    co_return co_await put_thread(std::move(*thread), view->thread.version);
}

Api::Response Api::put_thread(domain::Thread thread, std::uint32_t version_before) {
    // Made before the await: GCC 12 destroys an aggregate made inside one twice.
    domain::Command command = domain::PutThread{thread, version_before};
    const auto outcome = co_await write_and_wait(services_, std::move(command));
    if (!outcome) co_return error_response(outcome.error());
    base::JsonWriter out;
    out.object().key("thread");
    write_thread(out, thread);
    out.end();
    co_return json_response(version_before == 0 ? 201 : 200, out.take());
}

}  // namespace voxpop::app
