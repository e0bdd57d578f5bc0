// A client, its loop, and a note of everything that it tells: for tests against real servers.
#pragma once

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "store/redis/client/client.hpp"

namespace voxpop::test {

namespace redis = store::redis;

class ClientBench : public redis::ClientEvents {
  public:
    explicit ClientBench(redis::ClientOptions options)
        : client(redis::make_client(io_, std::move(options))) {
        client->start(*this);
    }
    ~ClientBench() override { client->stop(); }

    // Runs the loop until the condition holds.
    template <class Condition>
    void until(const std::string& what, Condition holds) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (!holds()) {
            INFO("waiting until " << what << "; health: " << why);
            REQUIRE(std::chrono::steady_clock::now() < end);
            io_.run_one_for(std::chrono::milliseconds(50));
            if (io_.stopped()) io_.restart();
        }
    }
    void until_up() {
        until("all shards are ready", [&] { return up == true; });
    }
    redis::CallResult call(std::string_view key, redis::Command command) {
        std::optional<redis::CallResult> result;
        client->call(key, std::move(command), [&](redis::CallResult r) { result = std::move(r); });
        until("a call is answered", [&] { return result.has_value(); });
        return std::move(*result);
    }
    bool subscribe(const std::string& channel) {
        std::optional<bool> stands;
        client->subscribe(channel, [&](bool s) { stands = s; });
        until("a subscription is answered", [&] { return stands.has_value(); });
        return *stands;
    }

    void on_connected(std::shared_ptr<redis::NewConnection> connection) override {
        connected.push_back(connection->server());
        connection->ready({});
    }
    void on_lost(const std::string& shard, const std::string&) override { lost.push_back(shard); }
    void on_ready(const std::string& shard) override { ready.push_back(shard); }
    void on_health(const redis::Health& health) override {
        up = health.missing == 0;
        why = health.why;
    }
    void on_messages(std::span<const redis::Message> batch) override {
        for (const auto& message : batch)
            messages.emplace_back(std::string(message.channel), std::string(message.payload));
    }
    void on_messages_interrupted() override { ++interruptions; }

    std::optional<bool> up;
    std::string why;
    std::vector<redis::ServerIdentity> connected;
    std::vector<std::string> lost;
    std::vector<std::string> ready;
    std::vector<std::pair<std::string, std::string>> messages;
    int interruptions = 0;

  private:
    boost::asio::io_context io_{1};

  public:
    std::unique_ptr<redis::Client> client;
};

// Tries again soon, and looks often.
[[nodiscard]] inline redis::ClientOptions quick(
    redis::Topology topology, std::vector<redis::Endpoint> endpoints
) {
    redis::ClientOptions options{.topology = topology, .endpoints = std::move(endpoints)};
    options.backoff = {std::chrono::milliseconds(5), std::chrono::milliseconds(50)};
    options.slots_interval = std::chrono::milliseconds(200);
    // However slow the machine is, a server that works is not given up.
    options.command_timeout = std::chrono::seconds(15);
    options.connect_timeout = std::chrono::seconds(15);
    return options;
}

// The same for tests that wait until a silent server is given up.
[[nodiscard]] inline redis::ClientOptions impatient(redis::ClientOptions options) {
    options.command_timeout = std::chrono::seconds(1);
    options.ping_interval = std::chrono::milliseconds(400);
    return options;
}

[[nodiscard]] inline redis::Endpoint local(std::uint16_t port) {
    return {.host = "127.0.0.1", .port = port};
}

}  // namespace voxpop::test
