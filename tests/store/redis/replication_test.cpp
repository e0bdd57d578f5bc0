// Waiting for replicas, with a client that answers what the test wants.
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "store/redis/replication.hpp"
#include "store/redis/thread_index.hpp"
#include "tests/store/redis/fake_client.hpp"
#include "tests/store/redis/log_pipe.hpp"

using namespace voxpop;
using namespace voxpop::store::redis;
using Catch::Matchers::Contains;

namespace {

StoreOptions with(Ack ack) {
    StoreOptions options;
    options.ack = ack;
    options.log = base::Log(base::LogLevel::off);
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
    // Until a timer has brought the next call.
    void until_asked() {
        io.restart();
        while (client.asked.empty()) REQUIRE(io.run_one() == 1);
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

TEST_CASE("replication: a shard that is there is looked at before anything is written", "[redis]") {
    test::LogPipe pipe;
    Scene scene;
    scene.options.log = pipe.log();
    scene.client.owner = [](std::string_view key) { return key.contains("7}") ? "A" : "B"; };
    scene.replication.look("A");
    scene.turn();
    CHECK(scene.client.asked_shard == "A");
    CHECK(pipe.empty());
    scene.answer_wait(0);
    CHECK_THAT(
        pipe.line(), Contains(R"("level":"error")") && Contains("writes are refused") &&
                         Contains(R"("shard":"A")")
    );
    CHECK(scene.replication.refuses("vp:{7}:thread"));
    CHECK_FALSE(scene.replication.refuses("vp:{1}:thread"));
    scene.write("vp:{7}:thread");
    CHECK(scene.client.asked.empty());
    scene.turn();
    CHECK(scene.outcomes == Outcomes{"vp:{7}:thread: too few replicas are there"});
    scene.until_asked();
    scene.answer_wait(0);
    CHECK(pipe.empty());
    scene.until_asked();
    scene.answer_wait(1);
    CHECK_THAT(
        pipe.line(),
        Contains(R"("level":"info")") && Contains("writes are taken") && Contains(R"("shard":"A")")
    );
    CHECK_FALSE(scene.replication.refuses("vp:{7}:thread"));
    CHECK(pipe.empty());
}

TEST_CASE("replication: nothing is looked at where the primary is enough", "[redis]") {
    Scene scene(Ack::stored);
    scene.replication.look("shard");
    scene.turn();
    CHECK(scene.client.asked.empty());
}

namespace {

// Threads 1 and 2 are on A, until the test moves 2; anything else is on B.
struct TwoShards : Scene {
    TwoShards() {
        client.owner = [this](std::string_view key) {
            if (key.contains("{1}")) return "A";
            return key.contains("{2}") ? two : "B";
        };
    }
    // Whether a thread's write is confirmed, once that is known.
    std::optional<bool>& confirm(const std::string& thread) {
        auto& enough = confirmed[thread];
        replication.confirm("vp:{" + thread + "}:thread", [&enough](bool yes) { enough = yes; });
        return enough;
    }

    const char* two = "A";
    std::map<std::string, std::optional<bool>> confirmed;
};

}  // namespace

TEST_CASE("replication: replicas of another shard confirm nothing", "[redis]") {
    TwoShards scene;
    const auto& one = scene.confirm("1");
    (void)scene.confirm("2");
    scene.two = "B";
    scene.turn();
    CHECK(scene.client.asked_shard == "A");
    SECTION("also when the slot moves while the WAIT is on its way") {
        // The other one: A knows by now that the slot is B's, which was not asked.
        scene.client.asked.answer(
            "WAIT", {.status = CallStatus::unsent, .reply = {}, .why = "MOVED"}
        );
        CHECK_FALSE(one);
        scene.until_asked();
        CHECK(scene.client.asked_shard == "A");
    }
    scene.answer_wait(1);
    CHECK(one == true);
}

TEST_CASE("replication: a shard that lacked replicas is asked itself, not another", "[redis]") {
    TwoShards scene;
    const auto& two = scene.confirm("2");
    scene.turn();
    scene.answer_wait(0);
    CHECK(two == false);
    scene.two = "B";
    scene.until_asked();
    CHECK(scene.client.asked_shard == "A");
    scene.answer_wait(1);
    CHECK_FALSE(scene.replication.refuses("vp:{1}:thread"));
}

TEST_CASE("replication: a shard that has no slots any more is not asked", "[redis]") {
    Scene scene;
    std::string_view owner = "A";
    scene.client.owner = [&owner](std::string_view) { return owner; };
    std::optional<bool> confirmed;
    scene.replication.confirm("vp:{1}:thread", [&](bool enough) { confirmed = enough; });
    owner = "B";
    scene.turn();
    CHECK(confirmed == false);
    CHECK(scene.client.asked.empty());
    owner = "A";  // it has some again
    CHECK_FALSE(scene.replication.refuses("vp:{1}:thread"));
    scene.replication.confirm("vp:{1}:thread", [&](bool enough) { confirmed = enough; });
    scene.turn();
    scene.answer_wait(1);
    CHECK(confirmed == true);
}

TEST_CASE("replication: an index key that was only read is not one that replicas have", "[redis]") {
    Scene scene;
    ThreadIndex index(scene.client, scene.replication);
    const auto poll = base::PollId::from("p").value();
    const auto thread = base::ThreadId::from("t").value();
    std::vector<bool> claimed;
    const auto claim = [&] {
        index.claim(poll, thread, [&](const base::Result<base::ThreadId>& owner) {
            claimed.push_back(owner.has_value());
        });
    };
    // Another node's, or one of this node's that too few replicas had.
    index.find(poll, [](const auto& found) { CHECK(found.value().has_value()); });
    scene.client.asked.answer("GET", bulk("t"));
    claim();
    CHECK(claimed.empty());
    scene.client.asked.answer("vp_claim", bulk("t"));
    index.find(poll, [](const auto& found) { CHECK(found.value().has_value()); });
    scene.turn();
    scene.answer_wait(1);
    CHECK(claimed == std::vector{true});
    // From then on it is known, and that it was found does not make it less so.
    claim();
    CHECK(claimed == std::vector{true, true});
    CHECK(scene.client.asked.empty());
}
