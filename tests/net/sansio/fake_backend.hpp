// A product of the tests' own: everybody is welcome, nothing is stored, and what it was asked stays
// to be looked at. Answers come at once unless they are held.
#pragma once

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "net/backend.hpp"

namespace voxpop::net::test {

struct Call {
    std::string method;
    std::string data;
    ReplyTo reply_to;
};

struct HistoryAsked {
    std::string channel;
    std::uint64_t since = 0;
    std::size_t limit = 0;
    Then<ChannelHistory> then;
};

class FakeBackend : public Backend {
  public:
    // What the next requests meet.
    base::Result<Welcome> welcome = Welcome{.identity = {.user = *base::UserId::from("u1")}};
    base::Result<Admission> admission = Admission{};
    bool hold_subscribe = false;
    std::string origin = "https://news.example";

    // What it was asked.
    std::vector<std::string> tokens;
    std::vector<Call> calls;
    std::deque<Then<Admission>> held;
    std::deque<HistoryAsked> histories;
    std::vector<std::pair<std::string, std::uint64_t>> viewers;
    std::vector<ChannelNumber> forgotten;
    std::vector<SessionId> gone;

    bool origin_allowed(std::string_view asked) override {
        return asked.empty() || asked == origin;
    }
    base::Result<Welcome> connect(const Peer&, const ConnectRequest& request) override {
        tokens.emplace_back(request.token);
        return welcome;
    }
    base::Result<Welcome> refresh(const Caller&, std::string_view token) override {
        tokens.emplace_back(token);
        return welcome;
    }
    void subscribe(const Caller&, const SubscribeRequest&, Then<Admission> then) override {
        hold_subscribe ? held.push_back(std::move(then)) : then(admission);
    }
    void history(
        std::string_view channel, std::uint64_t since, std::size_t limit, Then<ChannelHistory> then
    ) override {
        histories.push_back({std::string(channel), since, limit, std::move(then)});
    }
    void presence_stats(const Caller&, std::string_view, Then<PresenceStats> then) override {
        then(PresenceStats{.clients = 3, .users = 2});
    }
    std::optional<CallOrder> call_order(std::string_view method) override {
        if (method == "vote") return CallOrder::write;
        if (method == "page") return CallOrder::barrier;
        return std::nullopt;
    }
    void call(const Caller&, std::string_view method, std::string_view data, ReplyTo reply_to)
        override {
        calls.push_back({std::string(method), std::string(data), reply_to});
    }
    void viewers_changed(std::string_view channel, std::uint64_t count) override {
        viewers.emplace_back(channel, count);
    }
    void unwatched(ChannelNumber number) override { forgotten.push_back(number); }
    void disconnected(SessionId session, const domain::Identity&) override {
        gone.push_back(session);
    }
};

inline PublicationPtr publication(std::uint64_t offset) {
    return std::make_shared<const Publication>(
        offset, R"({"data":{},"offset":)" + std::to_string(offset) + "}"
    );
}

// Those after `since`, up to `last`.
inline std::vector<PublicationPtr> publications(std::uint64_t since, std::uint64_t last) {
    std::vector<PublicationPtr> out;
    while (since < last) out.push_back(publication(++since));
    return out;
}

// A tick of a stream that brings one publication.
inline ChannelUpdate tick(ChannelNumber number, std::uint64_t offset) {
    const auto text = std::to_string(offset);
    return {
        .number = number,
        .by_number = make_text_frame("number " + text),
        .by_name = make_text_frame("name " + text),
        .publications = {publication(offset)},
    };
}

}  // namespace voxpop::net::test
