// Definitions are told until Redis has taken them, with a client that answers what the test wants.
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include "store/redis/announcer.hpp"
#include "store/redis/bounds.hpp"
#include "tests/store/redis/fake_client.hpp"

using namespace voxpop;
using namespace voxpop::store::redis;

namespace {

struct Scene {
    boost::asio::io_context io;
    FakeClient client{io};
    Announcer announcer{io, client, "3:vp:defs"};

    void until_asked() {
        io.restart();  // it has stopped when nothing was left to run
        while (client.asked.empty()) io.run_one();
    }
};

CallResult failed(CallStatus status) {
    return {.status = status, .reply = {}, .why = "a test's reason"};
}

}  // namespace

TEST_CASE("redis: what cannot be told is told again, in order", "[redis]") {
    Scene scene;
    scene.announcer.tell("first");
    scene.announcer.tell("second");
    scene.client.asked.answer("first", failed(CallStatus::unsent));
    scene.until_asked();
    scene.client.asked.answer("first", failed(CallStatus::unknown));
    scene.until_asked();
    scene.client.asked.answer("first", answered(":1\r\n"));
    scene.client.asked.answer("second", failed(CallStatus::refused));
    CHECK(scene.client.asked.empty());
    scene.announcer.tell("third");
    scene.client.asked.answer("3:vp:defs", answered(":1\r\n"));
}

TEST_CASE("redis: of what cannot be told the oldest is forgotten", "[redis]") {
    Scene scene;
    for (std::size_t i = 0; i <= bounds::kAnnouncementsMax; ++i)
        scene.announcer.tell("news " + std::to_string(i) + ";");
    scene.client.asked.answer("news 0;", answered(":1\r\n"));
    scene.client.asked.answer("news 2;", answered(":1\r\n"));
}
