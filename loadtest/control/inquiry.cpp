#include "loadtest/control/inquiry.hpp"

#include <simdjson.h>

#include <utility>

#include "base/error.hpp"
#include "base/json_writer.hpp"
#include "loadtest/wire/inbound.hpp"

namespace voxpop::load {

namespace {

using simdjson::dom::element;

constexpr int kHistoryPage = 500;

std::string text_of(const element& object, std::string_view name) {
    std::string_view value;
    return object[name].get_string().get(value) == simdjson::SUCCESS ? std::string(value) : "";
}

std::uint64_t number_of(const element& object, std::string_view name) {
    std::uint64_t value = 0;
    return object[name].get_uint64().get(value) == simdjson::SUCCESS ? value : 0;
}

// {"pro":4,"con":3} as pro=4,con=3.
std::string counts_of(const element& tally) {
    std::string out;
    simdjson::dom::object options;
    if (tally["options"].get_object().get(options) != simdjson::SUCCESS) return out;
    for (const auto [option, count] : options) {
        std::uint64_t n = 0;
        if (count.get_uint64().get(n) != simdjson::SUCCESS) continue;
        if (!out.empty()) out += ',';
        out.append(option).append("=").append(std::to_string(n));
    }
    return out;
}

// `tally` holds version, voters and options; `poll` the definition, where there is one.
entry::PollState poll_state(
    entry::Moment moment, std::string source, std::string id, const element& poll,
    const element& tally
) {
    entry::PollState state;
    state.moment = moment;
    state.source = std::move(source);
    state.poll = std::move(id);
    state.results = text_of(poll, "results");
    state.state = text_of(poll, "state");
    state.single = number_of(poll, "max") <= 1;
    state.version = number_of(tally, "version");
    state.voters = number_of(tally, "voters");
    state.options = counts_of(tally);
    return state;
}

PollPlan poll_plan(const element& poll) {
    PollPlan plan;
    plan.id = text_of(poll, "id");
    plan.results = text_of(poll, "results");
    simdjson::dom::array options;
    if (poll["options"].get_array().get(options) != simdjson::SUCCESS) return plan;
    for (const element option : options) plan.options.push_back(text_of(option, "id"));
    return plan;
}

// A poll's own tally, or the poll itself where the numbers stand beside the definition.
element tally_of(const element& poll) {
    element tally;
    return poll["tally"].get(tally) == simdjson::SUCCESS ? tally : poll;
}

std::string one_field(std::string_view name, std::string_view value) {
    base::JsonWriter json;
    return json.object().field(name, value).end().take();
}

}  // namespace

std::expected<ThreadAnswer, std::string> ask_thread(
    ControlLink& link, const std::string& thread, entry::Moment moment
) {
    constexpr auto kNoThread = static_cast<std::uint16_t>(base::ErrorCode::thread_not_found);
    const auto answer = link.call("thread.get", one_field("thread", thread));
    if (!answer && link.refusal() == kNoThread) {
        return std::unexpected(
            "the server has no thread \"" + thread +
            "\": name one that it has with --thread and --poll, make it (POST /api/v1/threads and "
            "/api/v1/polls), or start the server with --dev, which has \"demo\""
        );
    }
    if (!answer) return std::unexpected("thread.get " + thread + ": " + answer.error());
    simdjson::dom::parser parser;
    element root;
    element data;
    if (parser.parse(*answer).get(root) != simdjson::SUCCESS ||
        root["data"].get(data) != simdjson::SUCCESS) {
        return std::unexpected("thread.get " + thread + ": not the expected answer");
    }
    ThreadAnswer out;
    out.thread.moment = moment;
    out.thread.thread = thread;
    out.thread.epoch = text_of(data, "epoch");
    out.thread.offset = number_of(data, "offset");
    element counts;
    if (data["counts"].get(counts) == simdjson::SUCCESS) {
        out.thread.comments = number_of(counts, "comments");
        out.thread.saves = number_of(counts, "saves");
    }
    simdjson::dom::array polls;
    if (data["polls"].get_array().get(polls) != simdjson::SUCCESS) return out;
    for (const element poll : polls) {
        out.polls.push_back(poll_plan(poll));
        out.poll_states.push_back(
            poll_state(moment, "thread.get", out.polls.back().id, poll, tally_of(poll))
        );
    }
    return out;
}

std::expected<entry::PollState, std::string> ask_snapshot(
    ControlLink& link, const std::string& poll, entry::Moment moment
) {
    const auto answer = link.subscribe("poll:" + poll);
    if (!answer) return std::unexpected("poll:" + poll + ": " + answer.error());
    simdjson::dom::parser parser;
    element root;
    element data;
    if (parser.parse(*answer).get(root) != simdjson::SUCCESS ||
        root["data"].get(data) != simdjson::SUCCESS) {
        return std::unexpected("poll:" + poll + ": no snapshot");
    }
    return poll_state(moment, "snapshot", poll, data, data);
}

std::expected<entry::PollState, std::string> ask_poll_over_http(
    const Target& target, const std::string& poll, const std::string& token, entry::Moment moment
) {
    const auto answer =
        ask_http(target, {.path = "/api/v1/polls/" + poll, .token = token, .body = {}});
    if (!answer) return std::unexpected(answer.error());
    if (answer->status != 200) {
        return std::unexpected("HTTP status " + std::to_string(answer->status));
    }
    simdjson::dom::parser parser;
    element root;
    if (parser.parse(answer->body).get(root) != simdjson::SUCCESS) {
        return std::unexpected("the poll's HTTP answer is not JSON");
    }
    element definition;
    if (root["poll"].get(definition) != simdjson::SUCCESS) definition = root;
    element tally;
    if (root["tally"].get(tally) != simdjson::SUCCESS) tally = tally_of(definition);
    return poll_state(moment, "http", poll, definition, tally);
}

std::expected<std::vector<entry::Published>, std::string> ask_history(
    ControlLink& link, const std::string& thread, const std::string& epoch, std::uint64_t since
) {
    // Only who follows a stream may ask for its history. A second subscription on this link is
    // refused; that one is followed already.
    static_cast<void>(link.subscribe("thread:" + thread));
    std::vector<entry::Published> out;
    InboundReader outer;
    InboundReader inner;
    for (;;) {
        const auto answer = link.history("thread:" + thread, epoch, since, kHistoryPage);
        if (!answer) return std::unexpected("history of " + thread + ": " + answer.error());
        const auto page = outer.parse_subscribe(*answer);
        if (!page) return std::unexpected("history of " + thread + ": not the expected answer");
        const std::size_t before = out.size();
        const bool whole = outer.for_each_publication(
            page->publications,
            [&](std::uint64_t offset, std::string_view data) {
                const auto event = inner.parse_thread_event(data);
                if (!event) return;
                out.push_back(
                    {true, "thread:" + thread, std::string(page->epoch), offset,
                     std::string(event->type), std::string(event->comment)}
                );
                since = std::max(since, offset);
            }
        );
        if (!whole) return std::unexpected("history of " + thread + ": not the expected answer");
        if (out.size() == before) return out;
    }
}

}  // namespace voxpop::load
