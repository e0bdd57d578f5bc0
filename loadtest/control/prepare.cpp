#include "loadtest/control/prepare.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <random>

#include "base/json_writer.hpp"
#include "loadtest/control/inquiry.hpp"

namespace voxpop::load {

namespace {

std::unexpected<PrepareFailure> unreachable(std::string why) {
    return std::unexpected(PrepareFailure{PrepareError::unreachable, std::move(why)});
}

std::string hex(std::uint64_t number) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string out;
    for (int shift = 28; shift >= 0; shift -= 4) out += kDigits[number >> shift & 15];
    return out;
}

std::uint64_t new_run_id() {
    std::random_device device;
    return std::uint64_t{device()} << 32 | device();
}

RateCurve curve_of(const Stream& stream, double per_second, double seconds) {
    switch (stream.shape) {
        case Shape::ramp:
            return RateCurve::ramp(per_second, seconds);
        case Shape::spike:
            return RateCurve::spike(per_second, per_second * stream.peak, seconds);
        case Shape::constant:
        case Shape::poisson:
            break;
    }
    return RateCurve::constant(per_second, seconds);
}

class Preparation {
  public:
    explicit Preparation(const Settings& settings)
        : settings_(settings), scenario_(settings.scenario) {}

    std::expected<Prepared, PrepareFailure> run();

  private:
    void plan_time();
    void plan_traffic();
    void plan_raw();
    void name_threads();
    std::expected<void, PrepareFailure> find_tokens();
    std::expected<void, PrepareFailure> check_reader_tokens() const;
    std::expected<void, PrepareFailure> look_at_threads();
    void look_at_polls(ControlLink& link);
    bool create_poll();
    [[nodiscard]] std::string poll_results() const;
    void plan_readers();
    std::uint32_t channel(ChannelKind kind, const std::string& id, std::size_t subject);

    const Settings& settings_;
    const Scenario& scenario_;
    Prepared out_;
    std::string admin_token_;
    double seconds_ = 0;
};

std::expected<Prepared, PrepareFailure> Preparation::run() {
    Plan& plan = out_.plan;
    plan.run = new_run_id();
    plan.wire = settings_.wire;
    plan.targets = settings_.targets;
    plan.origin = settings_.origin;
    plan.raw = settings_.raw;
    plan.slow = scenario_.slow;
    plan.storm = scenario_.storm;
    plan.stall_ms = settings_.stall_ms;
    seconds_ = settings_.duration_seconds.value_or(scenario_.duration_seconds);
    plan_time();
    plan_traffic();
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    out_.journal.emplace_back(
        entry::Run{plan.run, std::chrono::duration_cast<std::chrono::milliseconds>(now).count()}
    );
    if (plan.wire == Wire::ws_raw) {
        plan_raw();
        return std::move(out_);
    }
    name_threads();
    if (auto found = find_tokens(); !found) return std::unexpected(found.error());
    if (auto enough = check_reader_tokens(); !enough) return std::unexpected(enough.error());
    if (auto looked = look_at_threads(); !looked) return std::unexpected(looked.error());
    plan_readers();
    return std::move(out_);
}

void Preparation::plan_time() {
    Plan& plan = out_.plan;
    plan.duration_seconds = seconds_;
    plan.arrivals_are_measured = scenario_.arrivals_are_the_load;
    const auto people = static_cast<double>(settings_.connections.value_or(scenario_.connections));
    if (scenario_.arrivals_are_the_load) {
        plan.arrivals = RateCurve::constant(people / seconds_, seconds_);
    } else {
        const double rate = scenario_.arrivals_per_second;
        plan.arrivals = RateCurve::constant(rate, people / rate + 1);
    }
}

void Preparation::plan_traffic() {
    double whole = 0;
    for (const Stream& stream : scenario_.traffic) whole += stream.per_second;
    const double factor = settings_.rate && whole > 0 ? *settings_.rate / whole : 1;
    for (const Stream& stream : scenario_.traffic) {
        out_.plan.traffic.push_back({
            .command = stream.command,
            .curve = curve_of(stream, stream.per_second * factor, seconds_),
            .spacing = stream.shape == Shape::constant ? Spacing::even : Spacing::poisson,
        });
    }
}

// Servers of other protocols: everybody is alike, and what is published is one text.
void Preparation::plan_raw() {
    Plan& plan = out_.plan;
    double rate = settings_.rate.value_or(0);
    if (!settings_.rate) {
        for (const Stream& stream : scenario_.traffic) rate += stream.per_second;
    }
    plan.traffic.clear();
    if (!plan.raw.publish.empty() && rate > 0) {
        plan.traffic.push_back({Command::raw, RateCurve::constant(rate, seconds_), Spacing::poisson}
        );
    }
    GroupPlan everybody;
    everybody.readers = settings_.connections.value_or(scenario_.connections);
    plan.groups = {everybody};
    out_.notes.push_back("ws-raw: latencies and counts only; nothing is known of right and wrong");
}

void Preparation::name_threads() {
    Plan& plan = out_.plan;
    plan.threads.push_back({settings_.thread, 0});
    for (std::uint64_t i = 1; i < scenario_.articles; ++i) {
        plan.threads.push_back({"load-" + hex(plan.run) + "-" + std::to_string(i), 0});
    }
}

// Of the tokens given, which lets in as a moderator, and which opens the site's HTTP API.
std::expected<void, PrepareFailure> Preparation::find_tokens() {
    const Target& target = settings_.targets.front();
    for (const std::string& token : settings_.tokens) {
        const auto probe = ask_http(
            target, {.method = "POST", .path = "/api/v1/polls", .token = token, .body = "{}"}
        );
        // An administrator is told what is wrong with the body; others are not let so far.
        if (probe && probe->status == 400) admin_token_ = token;
        const bool is_jwt = std::ranges::count(token, '.') == 2;
        if (!is_jwt) continue;
        auto link = ControlLink::open(target, token, settings_.origin);
        if (!link) return unreachable(link.error());
        if (link->call("mod.list", "{}")) {
            out_.plan.moderator_token = token;
            out_.staff_token = token;
        } else {
            out_.plan.reader_tokens.push_back(token);
        }
    }
    return {};
}

// Two readers with one token would be one voter, whose ballots nobody could tell apart.
std::expected<void, PrepareFailure> Preparation::check_reader_tokens() const {
    const auto given = out_.plan.reader_tokens.size();
    const auto people = settings_.connections.value_or(scenario_.connections) +
                        (out_.plan.moderator_token.empty() ? 0 : scenario_.moderators);
    if (given == 0 || given >= people) return {};
    return std::unexpected(PrepareFailure{
        PrepareError::usage, "--token holds " + std::to_string(given) + " readers' tokens for " +
                                 std::to_string(people) + " connections: each needs its own"
    });
}

// Results that are hidden from guests at the end can only be judged with a moderator's eyes.
std::string Preparation::poll_results() const {
    if (scenario_.results == "after_vote" && out_.staff_token.empty()) return "always";
    return std::string(scenario_.results);
}

bool Preparation::create_poll() {
    Plan& plan = out_.plan;
    const std::string id = "load-" + hex(plan.run);
    base::JsonWriter json;
    json.object().field("id", id).field("thread", plan.threads.front().id);
    json.field("question", "What do the readers say?").key("options").array();
    for (const char* option : {"pro", "con"}) {
        json.object().field("id", option).field("label", option).end();
    }
    json.end().field("results", poll_results()).field("state", "open");
    if (scenario_.poll_closes) {
        const auto now = std::chrono::system_clock::now().time_since_epoch();
        const auto now_ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
        const auto connections =
            static_cast<double>(settings_.connections.value_or(scenario_.connections));
        const double wait =
            scenario_.arrivals_are_the_load ? 0 : connections / scenario_.arrivals_per_second;
        json.field("closes_ms", now_ms + static_cast<std::int64_t>((wait + seconds_ * 0.8) * 1e3));
    }
    json.end();
    const auto answer = ask_http(
        settings_.targets.front(),
        {.method = "POST", .path = "/api/v1/polls", .token = admin_token_, .body = json.str()}
    );
    if (!answer || answer->status >= 300) {
        out_.notes.push_back(
            "the poll could not be created (" +
            (answer ? "HTTP status " + std::to_string(answer->status) : answer.error()) +
            "); using " + settings_.poll
        );
        return false;
    }
    plan.polls.push_back({id, {"pro", "con"}, poll_results()});
    return true;
}

std::expected<void, PrepareFailure> Preparation::look_at_threads() {
    Plan& plan = out_.plan;
    for (const Target& target : plan.targets) {
        auto reachable = ControlLink::open(target, plan.any_token(), plan.origin);
        if (!reachable) return unreachable(reachable.error());
    }
    auto link = ControlLink::open(plan.targets.front(), plan.any_token(), plan.origin);
    if (!link) return unreachable(link.error());
    out_.server_version = link->server_version();
    const bool wants_own_poll = scenario_.poll_closes || scenario_.results != "always";
    bool own_poll = false;
    if (wants_own_poll && !admin_token_.empty()) own_poll = create_poll();
    if (wants_own_poll && admin_token_.empty()) {
        out_.notes.push_back(
            "no admin's --token: the poll \"" + settings_.poll + "\" is used as it is" +
            (scenario_.poll_closes ? " and will not close" : "")
        );
    }
    for (std::size_t i = 0; i < plan.threads.size(); ++i) {
        ThreadPlan& thread = plan.threads[i];
        auto answer = ask_thread(*link, thread.id, entry::Moment::before);
        if (!answer) return unreachable(answer.error());
        thread.offset_before = answer->thread.offset;
        out_.journal.emplace_back(answer->thread);
        if (i > 0 || own_poll) continue;
        for (PollPlan& poll : answer->polls) {
            if (poll.id == settings_.poll) plan.polls.push_back(std::move(poll));
        }
    }
    look_at_polls(*link);
    return {};
}

void Preparation::look_at_polls(ControlLink& link) {
    Plan& plan = out_.plan;
    std::erase_if(plan.polls, [](const PollPlan& poll) { return poll.options.empty(); });
    for (const PollPlan& poll : plan.polls) {
        auto state = ask_snapshot(link, poll.id, entry::Moment::before);
        if (state && state->options.empty() && !out_.staff_token.empty()) {
            auto staff = ControlLink::open(plan.targets.front(), out_.staff_token, plan.origin);
            if (staff) state = ask_snapshot(*staff, poll.id, entry::Moment::before);
        }
        if (state) out_.journal.emplace_back(*state);
    }
    bool votes = false;
    for (const auto& traffic : plan.traffic) votes = votes || traffic.command == Command::vote;
    if (votes && plan.polls.empty()) {
        out_.notes.push_back(
            "thread \"" + settings_.thread + "\" has no poll \"" + settings_.poll +
            "\": nobody votes (name one with --thread and --poll, or make it: POST /api/v1/polls)"
        );
        std::erase_if(plan.traffic, [](const TrafficPlan& t) {
            return t.command == Command::vote;
        });
    }
}

std::uint32_t Preparation::channel(ChannelKind kind, const std::string& id, std::size_t subject) {
    constexpr std::array<std::string_view, 4> kPrefixes{"thread:", "poll:", "counts:", "mod:"};
    auto& channels = out_.plan.channels;
    channels.push_back({kind, std::string(kPrefixes[static_cast<std::size_t>(kind)]) + id, subject}
    );
    return static_cast<std::uint32_t>(channels.size() - 1);
}

void Preparation::plan_readers() {
    Plan& plan = out_.plan;
    const std::uint64_t people = settings_.connections.value_or(scenario_.connections);
    std::uint64_t moderators = scenario_.moderators;
    if (moderators > 0 && plan.moderator_token.empty()) {
        out_.notes.push_back("no moderator's --token: nobody moderates");
        moderators = 0;
        std::erase_if(plan.traffic, [](const TrafficPlan& t) {
            return t.command == Command::moderate;
        });
    }
    std::vector<GroupPlan> groups;
    for (std::size_t i = 0; i < plan.threads.size(); ++i) {
        const std::string& thread = plan.threads[i].id;
        GroupPlan group;
        group.thread = i;
        const auto counts = channel(ChannelKind::counts, thread, i);
        if (scenario_.follow == Follow::article) {
            group.channels = {channel(ChannelKind::thread, thread, i), counts};
            if (!plan.polls.empty()) {
                group.channels.push_back(channel(ChannelKind::poll, plan.polls.front().id, 0));
            }
        }
        group.readers = people / plan.threads.size() + (i < people % plan.threads.size() ? 1 : 0);
        groups.push_back(std::move(group));
    }
    if (scenario_.follow == Follow::front_page) {
        for (auto& group : groups) {
            for (std::uint32_t c = 0; c < plan.channels.size(); ++c) group.channels.push_back(c);
        }
    }
    if (moderators > 0) {
        GroupPlan group = groups.front();
        group.readers = moderators;
        group.moderators = true;
        group.channels.push_back(channel(ChannelKind::moderation, settings_.site, 0));
        groups.insert(groups.begin(), std::move(group));
    }
    plan.groups = std::move(groups);
}

}  // namespace

std::expected<Prepared, PrepareFailure> prepare(const Settings& settings) {
    return Preparation(settings).run();
}

}  // namespace voxpop::load
