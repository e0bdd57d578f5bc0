// The comparison at a connection, with a server that answers what the test wants, when it wants.
#include <catch2/catch.hpp>

#include "store/redis/acknowledged.hpp"
#include "store/redis/continuity.hpp"
#include "store/redis/library.hpp"
#include "tests/store/contract/bench.hpp"
#include "tests/store/redis/fake_client.hpp"

using namespace voxpop;
using namespace voxpop::store::redis;
using store::contract::thread_id;

namespace {

class FakeConnection final : public NewConnection {
  public:
    explicit FakeConnection(std::string run) {
        identity_.shard = "shard";
        identity_.run_id = std::move(run);
        identity_.version = "7.0.15";
    }
    [[nodiscard]] const ServerIdentity& server() const override { return identity_; }
    void call(Command command, Done done) override { asked.add(command, std::move(done)); }
    void ready(std::expected<void, std::string> outcome) override {
        is_ready = outcome.has_value();
    }

    Asked asked;
    std::optional<bool> is_ready;

  private:
    ServerIdentity identity_;
};

struct Scene {
    boost::asio::io_context io;
    FakeClient client;
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
         .on_unfit = [](const std::string&) {}}
    };

    // A server whose library is right and whose epoch is `epoch`.
    std::shared_ptr<FakeConnection> connect(const std::string& run, const std::string& epoch) {
        auto connection = std::make_shared<FakeConnection>(run);
        continuity.prepare(connection);
        connection->asked.answer("vp_version", bulk(library_version()));
        connection->asked.answer("vp:epoch", bulk(epoch));
        return connection;
    }
};

domain::BoxChanged tally(std::uint64_t version) {
    return {
        .box = domain::BoxId::poll(store::contract::poll_id("p"), 1),
        .thread = thread_id("t"),
        .tally = {.version = version, .voters = 1, .counts = {1}},
    };
}

// As vp_standing answers: offset, three counters, the versions of the boxes that were asked for.
CallResult standing(std::initializer_list<std::uint64_t> numbers) {
    std::string bytes;
    for (const auto number : numbers) Packer(bytes).u64(number);
    return bulk(bytes);
}

}  // namespace

TEST_CASE("continuity: news that overtake the answer are no loss", "[redis]") {
    Scene scene;
    scene.acknowledged.note(tally(10));
    const auto connection = scene.connect("run 2", "E1");
    scene.acknowledged.note(tally(11));  // told by another node, and newer than what is on its way
    connection->asked.answer("vp_standing", standing({0, 0, 0, 0, 10}));
    CHECK(connection->is_ready == true);
    CHECK(scene.node.epoch == "E1");
    CHECK(scene.gaps == 0);
    CHECK(connection->asked.empty());
}

TEST_CASE("continuity: a lower version is a loss, raised and declared", "[redis]") {
    Scene scene;
    scene.acknowledged.note(tally(10));
    const auto connection = scene.connect("run 2", "E1");
    connection->asked.answer("vp_standing", standing({0, 0, 0, 0, 9}));
    connection->asked.answer("vp_raise_tallies", answered(":1\r\n"));
    connection->asked.answer("vp_raise_counters", answered(":1\r\n"));
    connection->asked.answer("vp_begin_epoch", bulk("E2"));
    CHECK(connection->is_ready == true);
    CHECK(scene.node.epoch == "E2");
    CHECK(scene.gaps == 1);
}

TEST_CASE("continuity: a loss that could not be declared is declared later", "[redis]") {
    Scene scene;
    scene.acknowledged.note(tally(10));
    const auto first = scene.connect("run 2", "E1");
    first->asked.answer("vp_standing", standing({0, 0, 0, 0, 9}));
    first->asked.answer("vp_raise_tallies", answered(":1\r\n"));
    first->asked.answer("vp_raise_counters", answered(":1\r\n"));
    first->asked.answer("vp_begin_epoch", {.status = CallStatus::unknown, .why = "lost"});
    CHECK(first->is_ready == false);
    // What was put right is not found again.
    const auto second = scene.connect("run 2", "E1");
    second->asked.answer("vp_standing", standing({0, 0, 0, 0, 10}));
    second->asked.answer("vp_begin_epoch", bulk("E2"));
    CHECK(second->is_ready == true);
    CHECK(scene.node.epoch == "E2");
    CHECK(scene.gaps == 1);
    const auto third = scene.connect("run 3", "E2");
    third->asked.answer("vp_standing", standing({0, 0, 0, 0, 10}));
    CHECK(third->asked.empty());
    CHECK(scene.gaps == 1);
}

TEST_CASE("continuity: another node's epoch is taken over, not followed by one more", "[redis]") {
    Scene scene;
    scene.acknowledged.note(tally(10));
    const auto connection = scene.connect("run 2", "E2");
    connection->asked.answer("vp_standing", standing({0, 0, 0, 0, 9}));
    connection->asked.answer("vp_raise_tallies", answered(":1\r\n"));
    connection->asked.answer("vp_raise_counters", answered(":1\r\n"));
    CHECK(connection->is_ready == true);
    CHECK(scene.node.epoch == "E2");
    CHECK(scene.gaps == 1);
}

TEST_CASE("continuity: the site's stream is compared too", "[redis]") {
    Scene scene;
    scene.acknowledged.note_site(7);
    const auto same = scene.connect("run 2", "E1");
    same->asked.answer("vp_site_log", standing({7}));
    CHECK(same->is_ready == true);
    CHECK(scene.gaps == 0);
    const auto less = scene.connect("run 3", "E1");
    less->asked.answer("vp_site_log", standing({6}));
    less->asked.answer("vp_begin_epoch", bulk("E2"));
    CHECK(scene.gaps == 1);
    const auto again = scene.connect("run 4", "E2");
    again->asked.answer("vp_site_log", standing({6}));
    CHECK(again->asked.empty());
    CHECK(scene.gaps == 1);
}

TEST_CASE("continuity: counters of a thread that is gone are missed once", "[redis]") {
    Scene scene;
    scene.acknowledged.note(domain::CountersMoved{.thread = thread_id("t"), .counters = {1, 2, 3}});
    const auto first = scene.connect("run 2", "E1");
    first->asked.answer("vp_standing", standing({0, 0, 0, 0}));
    first->asked.answer("vp_raise_tallies", answered(":1\r\n"));
    first->asked.answer("vp_raise_counters", answered(":0\r\n"));  // there is no such thread
    first->asked.answer("vp_begin_epoch", bulk("E2"));
    CHECK(scene.gaps == 1);
    const auto second = scene.connect("run 3", "E2");
    second->asked.answer("vp_standing", standing({0, 0, 0, 0}));
    CHECK(second->is_ready == true);
    CHECK(second->asked.empty());
    CHECK(scene.gaps == 1);
}

TEST_CASE("continuity: an epoch that was not heard of is found by looking", "[redis]") {
    Scene scene;
    scene.continuity.look();
    scene.client.asked.answer("vp:epoch", bulk("E1"));
    CHECK(scene.gaps == 0);
    scene.continuity.look();
    scene.client.asked.answer("vp:epoch", bulk("E2"));
    CHECK(scene.gaps == 1);
    CHECK(scene.node.epoch == "E2");
}

TEST_CASE("continuity: an epoch that is gone makes a server suspect that stayed", "[redis]") {
    Scene scene;
    scene.acknowledged.note(tally(10));
    const auto first = scene.connect("run 1", "E1");
    first->asked.answer("vp_standing", standing({0, 0, 0, 0, 10}));
    scene.continuity.look();
    scene.client.asked.answer("vp:epoch", answered("$-1\r\n"));
    CHECK(scene.client.again == std::vector<std::string>{"shard"});
    CHECK(scene.gaps == 0);
    // The same run is compared all the same.
    const auto second = scene.connect("run 1", "");
    second->asked.answer("vp_standing", standing({0, 0, 0, 0, 0}));
    second->asked.answer("vp_raise_tallies", answered(":1\r\n"));
    second->asked.answer("vp_raise_counters", answered(":1\r\n"));
    second->asked.answer("vp_begin_epoch", bulk("E2"));
    CHECK(second->is_ready == true);
    CHECK(scene.node.epoch == "E2");
    CHECK(scene.gaps == 1);
    // And not once more.
    const auto third = scene.connect("run 1", "E2");
    CHECK(third->is_ready == true);
}

TEST_CASE("continuity: what is lost under another's epoch is raised, and not declared", "[redis]") {
    Scene scene;
    scene.acknowledged.note(tally(10));
    const auto first = scene.connect("run 1", "E1");
    first->asked.answer("vp_standing", standing({0, 0, 0, 0, 10}));
    scene.continuity.adopt("E2");
    CHECK(scene.gaps == 1);
    CHECK(scene.client.again == std::vector<std::string>{"shard"});
    const auto second = scene.connect("run 1", "E2");
    second->asked.answer("vp_standing", standing({0, 0, 0, 0, 9}));
    second->asked.answer("vp_raise_tallies", answered(":1\r\n"));
    second->asked.answer("vp_raise_counters", answered(":1\r\n"));
    CHECK(second->is_ready == true);
    CHECK(second->asked.empty());
    CHECK(scene.node.epoch == "E2");
    CHECK(scene.gaps == 2);  // what was raised is to be read too
}
