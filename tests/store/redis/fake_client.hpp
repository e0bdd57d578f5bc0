// A client for tests without a server: notes what is asked, and the test answers.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <catch2/catch.hpp>

#include <algorithm>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/redis/client/client.hpp"
#include "store/redis/client/reply_reader.hpp"

namespace voxpop::store::redis {

[[nodiscard]] inline CallResult answered(const std::string& resp) {
    ReplyReader reader(1'024 * 1'024);
    std::vector<Reply> replies;
    REQUIRE(reader.feed(resp, replies));
    return {.status = CallStatus::reply, .reply = std::move(replies.front()), .why = {}};
}
[[nodiscard]] inline CallResult bulk(const std::string& text) {
    return answered("$" + std::to_string(text.size()) + "\r\n" + text + "\r\n");
}

// What was asked and waits for the test's answer.
class Asked {
  public:
    void add(const Command& command, Done done) {
        std::string bytes;
        command.append_to(bytes);
        waiting_.push_back({std::move(bytes), std::move(done)});
    }
    // The oldest must be about `what`.
    void answer(std::string_view what, CallResult result) {
        REQUIRE_FALSE(waiting_.empty());
        INFO(waiting_.front().first);
        REQUIRE(waiting_.front().first.find(what) != std::string::npos);
        auto done = std::move(waiting_.front().second);
        waiting_.pop_front();
        done(std::move(result));
    }
    [[nodiscard]] std::size_t size() const { return waiting_.size(); }
    // How often what waits speaks of `what`.
    [[nodiscard]] std::size_t count(std::string_view what) const {
        return static_cast<std::size_t>(std::ranges::count_if(waiting_, [what](const auto& one) {
            return one.first.contains(what);
        }));
    }
    [[nodiscard]] bool empty() const {
        for (const auto& [bytes, done] : waiting_) UNSCOPED_INFO(bytes);
        return waiting_.empty();
    }

  private:
    std::deque<std::pair<std::string, Done>> waiting_;
};

class FakeClient final : public Client {
  public:
    explicit FakeClient(boost::asio::io_context& io) : io_(io) {}

    void start(ClientEvents&) override {}
    void stop() override {}
    void call(std::string_view key, Command command, Done done) override {
        asked_shard = owner(key);
        if (is_ready) return asked.add(command, std::move(done));
        boost::asio::post(io_, [done = std::move(done)]() mutable {
            done({.status = CallStatus::unsent, .reply = {}, .why = "the shard is not ready"});
        });
    }
    void subscribe(std::string, std::move_only_function<void(bool)>) override {}
    void unsubscribe(const std::string&) override {}
    void prepare_again(std::string_view shard, const std::string&) override {
        again.emplace_back(shard);
    }
    [[nodiscard]] std::string_view shard_of(std::string_view key) const override {
        return owner(key);
    }
    [[nodiscard]] bool ready(std::string_view) const override { return is_ready; }
    [[nodiscard]] std::string trouble() const override { return {}; }
    [[nodiscard]] std::vector<std::string> ready_shards() const override { return {}; }

    Asked asked;
    std::vector<std::string> again;
    bool is_ready = true;  // all shards
    std::string only_shard = "shard";
    // The shard that has a key: the only one, unless the test says otherwise.
    std::function<std::string_view(std::string_view key)> owner = [this](std::string_view) {
        return std::string_view(only_shard);
    };
    std::string asked_shard;  // where the newest call went

  private:
    boost::asio::io_context& io_;
};

}  // namespace voxpop::store::redis
