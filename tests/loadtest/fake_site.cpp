#include "fake_site.hpp"

#include <simdjson.h>

#include <algorithm>

#include "base/json_writer.hpp"

namespace voxpop::load::test {

namespace {

using base::JsonWriter;
using simdjson::dom::element;

constexpr std::string_view kEpoch = "e1";

std::string text_of(const element& object, const char* name) {
    std::string_view value;
    return object[name].get_string().get(value) == simdjson::SUCCESS ? std::string(value) : "";
}

std::uint64_t number_of(const element& object, const char* name) {
    std::uint64_t value = 0;
    return object[name].get_uint64().get(value) == simdjson::SUCCESS ? value : 0;
}

std::string after_colon(const std::string& channel) {
    return channel.substr(channel.find(':') + 1);
}

std::string other(const std::string& option) {
    return option == "pro" ? "con" : "pro";
}

std::string push(std::string_view channel, std::string_view data, std::uint64_t offset) {
    JsonWriter out;
    out.object().key("push").object().field("channel", channel).key("pub").object();
    out.raw_field("data", data);
    if (offset > 0) out.field("offset", offset);
    return out.end().end().end().take();
}

}  // namespace

FakeSite::FakeSite(Misdeeds misdeeds, std::string results, Send send, std::function<void()> stall)
    : misdeeds_(misdeeds),
      results_(std::move(results)),
      send_(std::move(send)),
      stall_(std::move(stall)) {}

void FakeSite::on_message(Connection connection, std::string_view message) {
    while (!message.empty()) {
        const auto line = message.substr(0, message.find('\n'));
        take_line(connection, line);
        message.remove_prefix(std::min(message.size(), line.size() + 1));
    }
}

void FakeSite::on_closed(Connection connection) {
    people_.erase(connection);
}

void FakeSite::take_line(Connection connection, std::string_view line) {
    simdjson::dom::parser parser;
    element command;
    if (parser.parse(simdjson::padded_string(line)).get(command) != simdjson::SUCCESS) return;
    std::string_view key;
    std::string result;
    element body;
    if (command["connect"].get(body) == simdjson::SUCCESS) {
        key = "connect";
        result = connect(connection, text_of(body, "token"));
    } else if (command["subscribe"].get(body) == simdjson::SUCCESS) {
        key = "subscribe";
        bool recover = false;
        if (body["recover"].get_bool().get(recover) != simdjson::SUCCESS) recover = false;
        result =
            subscribe(connection, text_of(body, "channel"), recover, number_of(body, "offset"));
    } else if (command["history"].get(body) == simdjson::SUCCESS) {
        key = "history";
        result =
            history(text_of(body, "channel"), number_of(body["since"].value_unsafe(), "offset"));
    } else if (command["rpc"].get(body) == simdjson::SUCCESS) {
        key = "rpc";
        const std::string method = text_of(body, "method");
        element data;
        if (body["data"].get(data) != simdjson::SUCCESS) return;
        if (method == "poll.vote") {
            const element option = data["options"].at(0).value_unsafe();
            result = vote(connection, std::string(option.get_string().value_unsafe()));
        }
        if (method == "comment.post") result = post(text_of(data, "thread"), text_of(data, "text"));
        if (method == "save.set") {
            result =
                save(connection, text_of(data, "thread"), data["on"].get_bool().value_unsafe());
        }
        if (method == "thread.get") result = thread_get(text_of(data, "thread"));
        if (!result.empty()) result = R"({"data":)" + result + "}";
    }
    if (result.empty()) return;
    JsonWriter out;
    out.object().field("id", number_of(command, "id")).raw_field(key, result).end();
    send_(connection, out.str());
}

std::string FakeSite::connect(Connection connection, std::string_view token) {
    Person person;
    person.user = token.empty() ? "guest-" + std::to_string(next_user_++) : std::string(token);
    JsonWriter out;
    out.object().field("client", std::to_string(connection)).field("ping", 25).field("pong", true);
    out.key("data").object().field("device", person.user).end();
    people_[connection] = std::move(person);
    return out.end().take();
}

std::string FakeSite::subscribe(
    Connection connection, const std::string& channel, bool recover, std::uint64_t since
) {
    people_[connection].channels.push_back(channel);
    const std::string subject = after_colon(channel);
    JsonWriter out;
    out.object();
    if (channel.starts_with("poll:")) {
        out.raw_field(
            "data", sees_results(people_[connection])
                        ? tally_json(tally_version_)
                        : R"({"version":1,"state":"open","hidden":true})"
        );
    } else if (channel.starts_with("counts:")) {
        const Thread& thread = threads_[subject];
        out.key("data").object().field("version", thread.counts_version);
        out.field("comments", thread.comments).field("saves", thread.savers.size()).end();
    } else {
        const Thread& thread = threads_[subject];
        victim_ = connection;
        out.field("recoverable", true).field("positioned", true).field("epoch", kEpoch);
        if (recover && misdeeds_.forgets) {
            out.field("was_recovering", true).field("offset", thread.events.size());
        } else if (recover) {
            out.field("was_recovering", true).field("recovered", true).field("offset", since);
            out.key("publications").array();
            const bool skip = ++recoveries_ == misdeeds_.recover_partly;
            for (std::uint64_t i = since + (skip ? 1 : 0); i < thread.events.size(); ++i) {
                out.object().raw_field("data", thread.events[i]).field("offset", i + 1).end();
            }
            out.end();
        } else {
            out.field("offset", thread.events.size());
        }
    }
    return out.end().take();
}

std::string FakeSite::history(const std::string& channel, std::uint64_t since) {
    const Thread& thread = threads_[after_colon(channel)];
    JsonWriter out;
    out.object().key("publications").array();
    for (std::uint64_t i = since; i < thread.events.size(); ++i) {
        out.object().raw_field("data", thread.events[i]).field("offset", i + 1).end();
    }
    out.end().field("epoch", kEpoch).field("offset", thread.events.size());
    return out.end().take();
}

std::string FakeSite::vote(Connection connection, const std::string& option) {
    const unsigned n = ++votes_;
    if (n == misdeeds_.stall_at_vote) stall_();
    const std::string& user = people_[connection].user;
    std::string held = option;
    if (n == misdeeds_.double_vote) ++adjustment_[option];
    if (n == misdeeds_.lose_vote) --adjustment_[option];
    if (n == misdeeds_.wrong_choice) held = other(option);
    if (n == misdeeds_.miscount_vote) {
        --adjustment_[option];
        ++adjustment_[other(option)];
    }
    if (ballots_[user] != held) ++tally_version_;
    ballots_[user] = held;
    publish_tally();
    if (misdeeds_.mute_votes) return {};
    JsonWriter out;
    out.object().field("poll", "demo").key("choice").array().value(held).end();
    if (results_ != "after_close") out.raw_field("tally", tally_json(tally_version_));
    return out.end().take();
}

std::string FakeSite::post(const std::string& thread_id, const std::string& text) {
    const unsigned n = ++comments_;
    Thread& thread = threads_[thread_id];
    const std::string id = "c" + std::to_string(n);
    const std::uint64_t offset = thread.events.size() + 1;
    const bool lost = n == misdeeds_.lose_comment;
    if (!lost) {
        JsonWriter event;
        event.object().field("type", "posted").key("comment").object();
        event.field("id", id).field("text", text).field("state", "visible").end();
        if (n == misdeeds_.leak_moderation) event.field("reason", "said something rude");
        thread.events.push_back(event.end().take());
        ++thread.comments;
        publish_event(thread_id, offset);
        publish_counts(thread_id);
    }
    if (n == misdeeds_.unsubscribe_at) end_subscriptions("thread:" + thread_id);
    JsonWriter out;
    return out.object()
        .field("id", id)
        .field("offset", offset)
        .field("state", "visible")
        .end()
        .take();
}

std::string FakeSite::save(Connection connection, const std::string& thread_id, bool on) {
    Thread& thread = threads_[thread_id];
    const std::string& user = people_[connection].user;
    if (on) {
        thread.savers.insert(user);
    } else {
        thread.savers.erase(user);
    }
    publish_counts(thread_id);
    JsonWriter out;
    return out.object().field("thread", thread_id).field("on", on).end().take();
}

std::string FakeSite::thread_get(const std::string& thread_id) {
    const Thread& thread = threads_[thread_id];
    JsonWriter out;
    out.object().key("thread").object().field("id", thread_id).end();
    out.key("counts").object().field("comments", thread.comments);
    out.field("saves", thread.savers.size()).end();
    out.key("comments").array().end().key("polls").array();
    if (thread_id == "demo") {
        out.object().field("id", "demo").field("max", 1).field("state", "open");
        out.field("results", results_).key("options").array();
        out.object().field("id", "pro").end().object().field("id", "con").end().end();
        if (results_ == "always") out.raw_field("tally", tally_json(tally_version_));
        out.end();
    }
    out.end().field("epoch", kEpoch).field("offset", thread.events.size());
    return out.end().take();
}

void FakeSite::publish_event(const std::string& thread_id, std::uint64_t offset) {
    const std::string channel = "thread:" + thread_id;
    for (const auto& [connection, person] : people_) {
        if (std::ranges::find(person.channels, channel) != person.channels.end()) {
            give_event(connection, channel, offset);
        }
    }
}

void FakeSite::give_event(Connection connection, const std::string& channel, std::uint64_t offset) {
    const Thread& thread = threads_[after_colon(channel)];
    const std::string line = push(channel, thread.events[offset - 1], offset);
    if (is_victim(connection)) {
        auto& held_back = people_[connection].held_back;
        if (offset == misdeeds_.drop_publication) return;
        if (misdeeds_.drop_last && offset > 2) return;
        if (offset == misdeeds_.double_publication) send_(connection, line);
        if (offset == misdeeds_.swap_publications) return held_back.push_back(line);
        if (offset == misdeeds_.swap_contents && offset > 1) {
            return send_(connection, push(channel, thread.events[offset - 2], offset));
        }
        send_(connection, line);
        for (const auto& late : held_back) send_(connection, late);
        held_back.clear();
        return;
    }
    send_(connection, line);
}

void FakeSite::end_subscriptions(const std::string& channel) {
    for (auto& [connection, person] : people_) {
        if (std::erase(person.channels, channel) == 0) continue;
        JsonWriter out;
        out.object().key("push").object().field("channel", channel);
        out.key("unsubscribe").object().field("code", 2500).end().end().end();
        send_(connection, out.str());
    }
}

void FakeSite::publish_tally() {
    ++tallies_;
    const bool back = tallies_ == misdeeds_.version_back;
    for (const auto& [connection, person] : people_) {
        if (std::ranges::find(person.channels, "poll:demo") == person.channels.end()) continue;
        if (!sees_results(person) && tallies_ != misdeeds_.leak_result) continue;
        if (tallies_ == misdeeds_.garbage && is_victim(connection)) {
            send_(connection, R"({"push":{"channel":"poll:demo","pub":{"data":)");
            continue;
        }
        send_(connection, push("poll:demo", tally_json(tally_version_), 0));
        if (back) send_(connection, push("poll:demo", tally_json(tally_version_ - 1), 0));
    }
}

void FakeSite::publish_counts(const std::string& thread_id) {
    Thread& thread = threads_[thread_id];
    ++thread.counts_version;
    JsonWriter data;
    data.object().field("version", thread.counts_version).field("comments", thread.comments);
    data.field("saves", thread.savers.size()).end();
    for (const auto& [connection, person] : people_) {
        const std::string channel = "counts:" + thread_id;
        if (std::ranges::find(person.channels, channel) == person.channels.end()) continue;
        send_(connection, push(channel, data.str(), 0));
    }
}

std::string FakeSite::tally_json(std::uint64_t version) const {
    std::map<std::string, std::int64_t> counts{{"pro", 0}, {"con", 0}};
    for (const auto& [user, option] : ballots_) ++counts[option];
    for (const auto& [option, by] : adjustment_) counts[option] += by;
    JsonWriter out;
    out.object().field("version", version).field("voters", counts["pro"] + counts["con"]);
    out.key("options").object().field("pro", counts["pro"]).field("con", counts["con"]).end();
    return out.field("state", "open").end().take();
}

std::string FakeSite::poll_over_http() const {
    JsonWriter out;
    out.object().field("id", "demo").field("max", 1).field("results", results_);
    if (results_ == "always") {
        out.raw_field(
            "tally", misdeeds_.http_differs
                         ? R"({"version":1,"voters":1,"options":{"pro":1,"con":0}})"
                         : tally_json(tally_version_)
        );
    }
    return out.end().take();
}

bool FakeSite::sees_results(const Person& person) const {
    if (results_ == "always") return true;
    return results_ == "after_vote" && ballots_.contains(person.user);
}

}  // namespace voxpop::load::test
