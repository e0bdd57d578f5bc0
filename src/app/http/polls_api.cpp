// Polls over HTTP: read, create, change, and move through their states.
#include <utility>

#include "app/encode.hpp"
#include "app/http/api.hpp"
#include "app/http/ask.hpp"
#include "app/http/responses.hpp"
#include "domain/text.hpp"

namespace voxpop::app {
namespace limits = base::limits;
using base::ErrorCode;

namespace {

inline constexpr unsigned kPollCacheSeconds = 1;

constexpr domain::TextLimits kLabel{
    .graphemes_max = limits::kTitleBytesMax,
    .bytes_max = limits::kTitleBytesMax,
    .allow_newlines = false
};

base::Result<std::vector<domain::PollOption>> parse_options(const Params& body) {
    const auto items = body.objects("options");
    if (!items) return std::unexpected(items.error());
    std::vector<domain::PollOption> options;
    for (const auto& item : *items) {
        const auto id = item.id<base::OptionId>("id");
        if (!id) return std::unexpected(id.error());
        const auto label = item.text("label");
        if (!label) return std::unexpected(label.error());
        auto text = domain::clean_text(*label, kLabel);
        if (!text) return std::unexpected(text.error());
        options.push_back({*id, std::move(*text)});
    }
    return options;
}

base::Result<void> overlay_choice_bounds(domain::Poll& poll, const Params& body) {
    for (const auto& [name, field] :
         {std::pair{"min", &domain::Poll::min}, std::pair{"max", &domain::Poll::max}}) {
        const auto given = body.maybe_number(name);
        if (!given) return std::unexpected(given.error());
        if (!*given) continue;
        if (**given < 1 || **given > limits::kPollOptionsMax) {
            return Params::bad(name, "must be 1 to " + std::to_string(limits::kPollOptionsMax));
        }
        poll.*field = static_cast<std::uint8_t>(**given);
    }
    return {};
}

// Null takes a time away.
base::Result<void> overlay_times(domain::Poll& poll, const Params& body) {
    for (const auto& [name, field] :
         {std::pair{"opens_ms", &domain::Poll::opens_at},
          std::pair{"closes_ms", &domain::Poll::closes_at}}) {
        const auto given = body.maybe_number(name);
        if (!given) return std::unexpected(given.error());
        if (body.is_null(name)) (poll.*field).reset();
        if (*given) poll.*field = base::from_millis(static_cast<std::int64_t>(**given));
    }
    return {};
}

// Sets `field` to what `parse` makes of the body's `name`, if it is there.
template <class Field, class Parse>
base::Result<void> overlay_name(
    Field& field, const Params& body, std::string_view name, Parse parse
) {
    const auto given = body.maybe_text(name);
    if (!given) return std::unexpected(given.error());
    if (!*given) return {};
    const auto value = parse(**given);
    if (!value) return Params::bad(name, "is not known: " + std::string(**given));
    field = *value;
    return {};
}

// The poll, changed by the fields that the body has. Errors: bad_request, invalid_text.
base::Result<domain::Poll> overlay(domain::Poll poll, const Params& body) {
    const auto question = body.maybe_text("question");
    if (!question) return std::unexpected(question.error());
    if (*question) {
        auto text = domain::clean_text(**question, kLabel);
        if (!text) return std::unexpected(text.error());
        poll.question = std::move(*text);
    }
    if (body.has("options")) {
        auto options = parse_options(body);
        if (!options) return std::unexpected(options.error());
        poll.options = std::move(*options);
    }
    for (const auto& done : {
             overlay_choice_bounds(poll, body),
             overlay_times(poll, body),
             overlay_name(poll.policy, body, "policy", domain::parse_ballot_policy),
             overlay_name(poll.results, body, "results", domain::parse_results_policy),
         }) {
        if (!done) return std::unexpected(done.error());
    }
    const auto valid = domain::validate(poll);
    if (!valid) return std::unexpected(valid.error());
    return poll;
}

}  // namespace

// {"poll":{…}}
Api::Response Api::get_poll(net::HttpRequest request, std::string name) {
    const auto id = base::PollId::from(name);
    if (!id) co_return error_response({ErrorCode::poll_not_found, {}});
    const auto view = co_await ask<domain::PollView>(services_.loop, [this, &id](auto answer) {
        services_.store.poll(*id, std::move(answer));
    });
    if (!view) co_return error_response(view.error());
    if (view->poll.state == domain::PollState::draft) {
        co_return error_response({ErrorCode::poll_not_found, {}});
    }
    base::JsonWriter out;
    out.object().key("poll");
    write_poll(out, *view, {});
    out.end();
    co_return cacheable(request, out.take(), kPollCacheSeconds);
}

Api::Response Api::create_poll(net::HttpRequest request) {
    const auto body = services_.params.parse(request.body);
    if (!body) co_return error_response(body.error());
    const auto id = body->id<base::PollId>("id");
    if (!id) co_return error_response(id.error());
    const auto thread = body->id<base::ThreadId>("thread");
    if (!thread) co_return error_response(thread.error());
    const auto now = services_.clock.now();
    auto poll = overlay({.id = *id, .thread = *thread, .created = now}, *body);
    if (!poll) co_return error_response(poll.error());
    auto state = domain::PollState::draft;
    const auto named = overlay_name(state, *body, "state", domain::parse_poll_state);
    if (!named) co_return error_response(named.error());
    if (state != domain::PollState::draft) {
        poll = domain::with_state(std::move(*poll), state, now);
        if (!poll) co_return error_response(poll.error());
        poll->version = 1;
    }
    co_return co_await put_poll(std::move(*poll), 0);
}

Api::Response Api::change_poll(net::HttpRequest request, std::string name) {
    const auto id = base::PollId::from(name);
    if (!id) co_return error_response({ErrorCode::poll_not_found, {}});
    const auto view = co_await ask<domain::PollView>(services_.loop, [this, &id](auto answer) {
        services_.store.poll(*id, std::move(answer));
    });
    if (!view) co_return error_response(view.error());
    // Parsed after the wait: the parser's memory is shared by the core's calls.
    const auto body = services_.params.parse(request.body);
    if (!body) co_return error_response(body.error());
    auto poll = overlay(view->poll, *body);
    if (!poll) co_return error_response(poll.error());
    ++poll->version;
    co_return co_await put_poll(std::move(*poll), view->poll.version);
}

Api::Response Api::move_poll(std::string name, std::string action) {
    const auto id = base::PollId::from(name);
    if (!id) co_return error_response({ErrorCode::poll_not_found, {}});
    const auto view = co_await ask<domain::PollView>(services_.loop, [this, &id](auto answer) {
        services_.store.poll(*id, std::move(answer));
    });
    if (!view) co_return error_response(view.error());
    using enum domain::PollState;
    const auto state = action == "open"    ? open
                       : action == "pause" ? paused
                       : action == "close" ? closed
                                           : archived;
    auto poll = domain::with_state(view->poll, state, services_.clock.now());
    if (!poll) co_return error_response(poll.error());
    co_return co_await put_poll(std::move(*poll), view->poll.version);
}

Api::Response Api::put_poll(domain::Poll poll, std::uint32_t version_before) {
    const auto id = poll.id;
    if (poll.version != version_before) {
        // Made before the await: GCC 12 destroys an aggregate made inside one twice.
        domain::Command command = domain::PutPoll{std::move(poll), version_before};
        const auto outcome = co_await write_and_wait(services_, std::move(command));
        if (!outcome) co_return error_response(outcome.error());
    }
    const auto view = co_await ask<domain::PollView>(services_.loop, [this, &id](auto answer) {
        services_.store.poll(id, std::move(answer));
    });
    if (!view) co_return error_response(view.error());
    base::JsonWriter out;
    out.object().key("poll");
    write_poll(out, *view, {.staff = true});
    out.end();
    co_return json_response(version_before == 0 ? 201 : 200, out.take());
}

}  // namespace voxpop::app
