// The operator is told of a Redis that is set so that it may lose what was acknowledged.
#include <catch2/catch.hpp>

#include "store/redis/server_settings.hpp"
#include "tests/store/redis/fake_client.hpp"
#include "tests/store/redis/log_pipe.hpp"
#include "tests/store/redis/node.hpp"
#include "tests/store/redis/server_options.hpp"

using namespace voxpop;
using namespace voxpop::store::redis;
using Catch::Matchers::Contains;

namespace {

StoreOptions telling(const test::RedisServer& server, const test::LogPipe& pipe) {
    auto options = options_for(server);
    options.log = pipe.log();
    return options;
}

// Has been answered to whatever was asked before.
void settle(Node& node) {
    REQUIRE(node.write(a_thread("t")));
}

// A server that answers what the test says.
struct Answering final : NewConnection {
    [[nodiscard]] const ServerIdentity& server() const override { return identity; }
    void call(Command command, Done done) override { asked.add(command, std::move(done)); }
    void ready(std::expected<void, std::string>) override {}

    ServerIdentity identity{
        .shard = "shard", .address = "there:1", .run_id = "", .replication_id = ""
    };
    Asked asked;
};

std::string at(const test::RedisServer& server) {
    return R"("at":"127.0.0.1:)" + std::to_string(server.port()) + '"';
}

}  // namespace

TEST_CASE("redis settings: each that breaks the promise is a warning of its own", "[redis]") {
    const test::RedisServer server({.append_only = true});
    (void)server.ask({"CONFIG", "SET", "appendfsync", "everysec"});
    (void)server.ask({"CONFIG", "SET", "maxmemory", "1gb", "maxmemory-policy", "allkeys-lru"});
    test::LogPipe pipe;
    Node node(telling(server, pipe));
    CHECK_THAT(
        pipe.line(), Contains("\"level\":\"warn\"") && Contains(at(server)) &&
                         Contains("before the disk has a write") &&
                         Contains(R"("appendfsync":"everysec","set":"appendfsync always")")
    );
    CHECK_THAT(
        pipe.line(), Contains("throws keys away") && Contains(at(server)) &&
                         Contains(R"("maxmemory_policy":"allkeys-lru")") &&
                         Contains("maxmemory-policy noeviction")
    );
}

TEST_CASE("redis settings: a server without an append-only file", "[redis]") {
    const test::RedisServer server;
    test::LogPipe pipe;
    Node node(telling(server, pipe));
    CHECK_THAT(
        pipe.line(), Contains("no append-only file") && Contains(at(server)) &&
                         Contains("appendonly yes, appendfsync always")
    );
    settle(node);
    CHECK(pipe.empty());
}

TEST_CASE("redis settings: nothing is said of a server that keeps the promise", "[redis]") {
    const test::RedisServer server({.append_only = true});
    // A policy without a limit evicts nothing.
    (void)server.ask({"CONFIG", "SET", "maxmemory-policy", "allkeys-lru"});
    test::LogPipe pipe;
    Node node(telling(server, pipe));
    settle(node);
    CHECK(pipe.empty());
}

TEST_CASE("redis settings: nor where nobody wants to know", "[redis]") {
    const test::RedisServer server;
    test::LogPipe pipe;
    auto options = telling(server, pipe);
    options.warn_of_settings = false;
    Node node(options);
    settle(node);
    CHECK(pipe.empty());
}

TEST_CASE("redis settings: a problem is told once, and again after it was mended", "[redis]") {
    test::RedisServer server;
    test::LogPipe pipe;
    auto options = telling(server, pipe);
    options.client.backoff = {
        .first = std::chrono::milliseconds(5), .longest = options.client.backoff.longest
    };
    Node node(options);
    const auto reconnect = [&] {
        (void)server.ask({"CLIENT", "KILL", "TYPE", "normal"});
        (void)node.write_when_up(a_thread("again"));
        (void)node.write_when_up(a_thread("t"));
    };
    // Whatever else is told of a lost connection.
    const auto told = [&] {
        int lines = 0;
        while (!pipe.empty()) lines += pipe.line().find("append-only file") != std::string::npos;
        return lines;
    };
    settle(node);
    CHECK(told() == 1);
    reconnect();
    CHECK(told() == 0);
    (void)server.ask({"CONFIG", "SET", "appendonly", "yes"});
    reconnect();
    CHECK(told() == 0);
    (void)server.ask({"CONFIG", "SET", "appendonly", "no"});
    reconnect();
    CHECK(told() == 1);
}

TEST_CASE("redis settings: a user who may not run CONFIG sees what INFO tells", "[redis]") {
    const test::RedisServer server;
    (void)server.ask({"ACL", "SETUSER", "node", "on", ">secret", "~*", "&*", "+@all", "-config"});
    (void)server.ask({"CONFIG", "SET", "maxmemory", "1gb", "maxmemory-policy", "volatile-ttl"});
    test::LogPipe pipe;
    auto options = telling(server, pipe);
    options.client.user = "node";
    options.client.password = "secret";
    Node node(options);
    CHECK_THAT(
        pipe.line(), Contains("\"level\":\"info\"") && Contains("does not tell its appendfsync") &&
                         Contains("NOPERM")
    );
    CHECK_THAT(pipe.line(), Contains("no append-only file"));
    CHECK_THAT(pipe.line(), Contains("throws keys away") && Contains("volatile-ttl"));
    settle(node);
    CHECK(pipe.empty());
}

TEST_CASE("redis settings: what a server does not answer is no reason to warn", "[redis]") {
    test::LogPipe pipe;
    SettingsWatch watch(pipe.log());
    const auto connection = std::make_shared<Answering>();
    watch.look(connection);
    connection->asked.answer("CONFIG", answered("*0\r\n"));
    connection->asked.answer("INFO", bulk("redis_version:7.0.0\r\nmaxmemory:1\r\n"));
    CHECK_THAT(pipe.line(), Contains("does not tell its appendfsync") && Contains("there:1"));
    CHECK(pipe.empty());
    watch.look(connection);
    connection->asked.answer("CONFIG", answered("*0\r\n"));
    connection->asked.answer("INFO", bulk("aof_enabled:0\r\n"));
    CHECK_THAT(pipe.line(), Contains("no append-only file"));
    CHECK(pipe.empty());
}

TEST_CASE("redis: a read that is refused is told to the operator, once", "[redis]") {
    const test::RedisServer server;
    test::LogPipe pipe;
    auto options = telling(server, pipe);
    options.client.user = "node";
    options.client.password = "secret";
    const std::vector<std::string> user = {"ACL", "SETUSER", "node", "on", ">secret", "~*", "&*"};
    const auto allow = [&](const std::string& commands) {
        auto words = user;
        words.push_back(commands);
        (void)server.ask(words);
    };
    allow("+@all");
    Node node(options);
    settle(node);
    (void)pipe.line();  // that there is no append-only file
    allow("-fcall_ro");
    CHECK_FALSE(node.counts("t"));
    CHECK_FALSE(node.counts("t"));
    CHECK_THAT(pipe.line(), Contains("Redis refused a read") && Contains("NOPERM"));
    CHECK(pipe.empty());
}
