// Waiting for replicas, with a client that answers what the test wants.
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include "store/redis/replication.hpp"
#include "tests/store/redis/fake_client.hpp"

using namespace voxpop;
using namespace voxpop::store::redis;

namespace {

StoreOptions with(Ack ack) {
    StoreOptions options;
    options.ack = ack;
    return options;
}

struct Scene {
    explicit Scene(Ack ack = Ack::replicated) : options(with(ack)) {}

    boost::asio::io_context io;
    FakeClient client{io};
    StoreOptions options;
    Replication replication{io, client, options};
    std::vector<std::string> outcomes;  // "key: its reply, or the error"

    void write(const std::string& key) {
        replication.write(key, Command("CLAIM").arg(key), [this, key](base::Result<Reply> reply) {
            outcomes.push_back(
                key + ": " +
                std::string(reply ? reply->view().text() : std::string(reply.error().message()))
            );
        });
    }
    void turn() {
        io.restart();
        io.poll();
    }
    void answer_wait(std::int64_t replicas) {
        auto result = answered("+OK\r\n");
        result.replicas = replicas;
        client.asked.answer("WAIT", std::move(result));
    }
};

using Outcomes = std::vector<std::string>;

}  // namespace

TEST_CASE("replication: what is answered in one turn shares one WAIT", "[redis]") {
    Scene scene;
    for (const auto* key : {"vp:comment:1", "vp:comment:2", "vp:{t}:x"}) scene.write(key);
    scene.client.asked.answer("vp:comment:1", bulk("t"));
    scene.client.asked.answer("vp:comment:2", bulk("other"));
    scene.client.asked.answer("vp:{t}:x", bulk("1"));
    CHECK(scene.outcomes.empty());
    scene.turn();
    // Behind something that was written in the slot of one of them.
    CHECK(scene.client.asked.count("vp:{t}:replicated") == 1);
    scene.write("vp:comment:3");
    CHECK(scene.client.asked.size() == 2);
    scene.answer_wait(1);
    CHECK(scene.outcomes == Outcomes{"vp:comment:1: t", "vp:comment:2: other", "vp:{t}:x: 1"});
    // One that was answered later needs the next.
    scene.client.asked.answer("vp:comment:3", bulk("t"));
    scene.turn();
    CHECK(scene.outcomes.size() == 3);
    CHECK(scene.client.asked.count("vp:{vp:comment:3}:replicated") == 1);
    scene.answer_wait(1);
    CHECK(scene.outcomes.back() == "vp:comment:3: t");
    CHECK(scene.client.asked.empty());
}

TEST_CASE("replication: too few replicas are an error, and later writes are not sent", "[redis]") {
    Scene scene;
    scene.write("a");
    scene.client.asked.answer("a", bulk("t"));
    scene.turn();
    scene.answer_wait(0);
    CHECK(scene.outcomes == Outcomes{"a: too few replicas have it"});
    CHECK(scene.replication.refuses("b"));
    scene.write("b");
    CHECK(scene.client.asked.empty());
    CHECK(scene.outcomes.size() == 1);  // not within the call
    scene.turn();
    CHECK(scene.outcomes.back() == "b: too few replicas are there");
    scene.replication.stop();
}

TEST_CASE("replication: a server that is lost has confirmed nothing", "[redis]") {
    Scene scene;
    scene.write("a");
    scene.client.asked.answer("a", bulk("t"));
    SECTION("before the WAIT was sent") {}
    SECTION("while it is under way") {
        scene.turn();
    }
    scene.replication.lost("shard");
    CHECK(scene.outcomes == Outcomes{"a: too few replicas have it"});
    scene.turn();
    scene.answer_wait(1);
    CHECK(scene.outcomes.size() == 1);
    CHECK_FALSE(scene.replication.refuses("a"));
}

TEST_CASE("replication: nobody waits where the primary is enough", "[redis]") {
    Scene scene(Ack::stored);
    scene.write("a");
    scene.write("b");
    scene.client.asked.answer("a", bulk("t"));
    scene.client.asked.answer("b", {.status = CallStatus::unsent, .reply = {}, .why = "away"});
    CHECK(scene.outcomes == Outcomes{"a: t", "b: away"});
    CHECK(scene.client.asked.empty());
}
