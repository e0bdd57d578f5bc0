// The comparison at a connection, with a server that answers what the test wants, when it wants.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "store/redis/acknowledged.hpp"
#include "store/redis/continuity.hpp"
#include "store/redis/library.hpp"
#include "tests/store/contract/bench.hpp"
#include "tests/store/redis/fake_client.hpp"

namespace voxpop::store::redis {

class FakeConnection final : public NewConnection {
  public:
    FakeConnection(boost::asio::io_context& io, FakeClient& client, std::string run)
        : io_(io), client_(client) {
        identity_.shard = client.only_shard;
        identity_.run_id = std::move(run);
    }
    [[nodiscard]] const ServerIdentity& server() const override { return identity_; }
    void call(Command command, Done done) override { asked.add(command, std::move(done)); }
    // Later, as the real one.
    void ready(std::expected<void, std::string> outcome) override {
        boost::asio::post(io_, [this, good = outcome.has_value()] {
            is_ready_ = good;
            client_.is_ready = good;
        });
    }
    [[nodiscard]] std::optional<bool> is_ready() {
        io_.restart();
        io_.poll();
        return is_ready_;
    }

    Asked asked;

  private:
    boost::asio::io_context& io_;
    FakeClient& client_;
    std::optional<bool> is_ready_;
    ServerIdentity identity_;
};

struct Scene {
    boost::asio::io_context io;
    FakeClient client{io};
    Acknowledged acknowledged;
    NodeState node{.name = "me", .epoch = "E1"};
    base::Log log{base::LogLevel::off};
    int gaps = 0;
    Continuity continuity{
        {.io = io,
         .client = client,
         .acknowledged = acknowledged,
         .node = node,
         .log = log,
         .site = "main",
         .interval = std::chrono::hours(1),
         .on_gap = [this] { ++gaps; },
         .on_look = [] {},
         .on_unfit = [](const std::string&) {}}
    };

    // A server whose library is right and whose epoch is `epoch`.
    std::shared_ptr<FakeConnection> connect(const std::string& run, const std::string& epoch) {
        return connect(run, bulk(epoch));
    }
    std::shared_ptr<FakeConnection> connect(const std::string& run, CallResult epoch) {
        auto connection = std::make_shared<FakeConnection>(io, client, run);
        client.is_ready = false;
        continuity.prepare(connection);
        connection->asked.answer("vp_version", bulk(library_version()));
        connection->asked.answer("vp:epoch", std::move(epoch));
        return connection;
    }
};

[[nodiscard]] inline domain::BoxChanged tally(std::uint64_t version) {
    return {
        .box = domain::BoxId::poll(contract::poll_id("p"), 1),
        .thread = contract::thread_id("t"),
        .tally = {.version = version, .voters = 1, .counts = {1}},
    };
}

// As vp_standing answers: offset, number, whether the event is there, the comment's version, three
// counters; of each box that was asked for version, lineage and the version before that.
[[nodiscard]] inline CallResult standing(std::initializer_list<std::uint64_t> numbers) {
    std::string bytes;
    for (const auto number : numbers) Packer(bytes).u64(number);
    return bulk(bytes);
}

// Answers what puts right what a thread has lost.
inline void let_raise(Asked& asked) {
    asked.answer("vp_raise_tallies", answered(":1\r\n"));
    asked.answer("vp_raise_seq", answered(":1\r\n"));
    asked.answer("vp_raise_counters", answered(":1\r\n"));
}
// A new epoch begins, and is told.
inline void let_begin(Asked& asked, std::string_view epoch) {
    asked.answer("vp_begin_epoch", bulk(std::string(epoch)));
    asked.answer("SPUBLISH", answered(":1\r\n"));
}

}  // namespace voxpop::store::redis
