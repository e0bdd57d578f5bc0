// The client with a server that says what a script has it say: replies in pieces, refusals, and
// connections that break at the worst moment.
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <atomic>
#include <functional>
#include <optional>
#include <semaphore>
#include <thread>

#include "client_bench.hpp"
#include "redis_server.hpp"

namespace voxpop::test {
namespace {

using boost::asio::ip::tcp;
using redis::CallStatus;
using redis::Command;

constexpr std::string_view kInfo =
    "redis_version:7.0.0\r\nrun_id:fake\r\nrole:master\r\nmaster_replid:x\r\nloading:0\r\n";

// Answers INFO as a primary would, and SSUBSCRIBE to the channel c as often as the script says; to
// GET it sends the pieces of the script, each as a packet of its own, and then closes if told to.
// To CLUSTER SLOTS it answers what the script says, to anything else nothing. On a thread of its
// own for each connection.
class FakeServer {
  public:
    struct Script {
        std::vector<std::string> pieces;
        bool then_close = false;
        // Called on its thread when the connection with this number (from 1 on, in the order they
        // came) asks for INFO; false: it is closed instead.
        std::function<bool(int connection)> greet = [](int) { return true; };
        // The same for SSUBSCRIBE: how often it is answered for this packet; nothing: it is closed.
        std::function<std::optional<int>(int connection)> subscribe = [](int) { return 1; };
        std::function<std::string(std::uint16_t port)> slots;
    };
    explicit FakeServer(Script script)
        : script_(std::move(script)), thread_([this] { serve_all(); }) {}
    ~FakeServer() {
        stopping_ = true;
        boost::system::error_code ignored;
        tcp::socket last(io_);  // wakes the accept
        last.connect(acceptor_.local_endpoint(), ignored);
        thread_.join();
    }
    FakeServer(const FakeServer&) = delete;
    FakeServer& operator=(const FakeServer&) = delete;

    [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

  private:
    void serve_all() {
        std::vector<std::jthread> serving;
        for (int connection = 1;; ++connection) {
            auto socket = acceptor_.accept();
            if (stopping_) return;
            serving.emplace_back([this, connection, s = std::move(socket)]() mutable {
                serve(s, connection);
            });
        }
    }
    void serve(tcp::socket& socket, int connection) {
        boost::system::error_code failed;
        socket.set_option(tcp::no_delay(true), failed);
        std::array<char, 4096> input{};
        while (true) {
            const auto bytes = socket.read_some(boost::asio::buffer(input), failed);
            if (failed) return;
            const std::string_view got(input.data(), bytes);
            if (got.contains("INFO")) {
                if (!script_.greet(connection)) return;
                send(
                    socket,
                    "$" + std::to_string(kInfo.size()) + "\r\n" + std::string(kInfo) + "\r\n"
                );
            }
            if (got.contains("SLOTS")) send(socket, script_.slots(port()));
            if (got.contains("SSUBSCRIBE")) {
                const auto times = script_.subscribe(connection);
                if (!times) return;
                for (int i = 0; i < *times; ++i)
                    send(socket, "*3\r\n$10\r\nssubscribe\r\n$1\r\nc\r\n:1\r\n");
            }
            if (!got.contains("GET")) continue;
            for (const auto& piece : script_.pieces) send(socket, piece);
            if (script_.then_close) return;
        }
    }
    static void send(tcp::socket& socket, const std::string& bytes) {
        boost::system::error_code ignored;
        boost::asio::write(socket, boost::asio::buffer(bytes), ignored);
    }

    const Script script_;
    std::atomic<bool> stopping_ = false;
    boost::asio::io_context io_;
    tcp::acceptor acceptor_{io_, {boost::asio::ip::address_v4::loopback(), 0}};
    std::thread thread_;
};

redis::CallResult get_from(FakeServer::Script script) {
    const FakeServer server(std::move(script));
    ClientBench bench(impatient(quick(redis::Topology::single, {local(server.port())})));
    bench.until_up();
    auto result = bench.call("k", Command("GET").arg("k"));
    bench.client->stop();
    return result;
}

}  // namespace

TEST_CASE("redis client: a reply in two pieces, split at every byte", "[redis]") {
    const std::string reply = "*2\r\n$5\r\nhello\r\n:1\r\n";
    for (std::size_t split = 1; split < reply.size(); ++split) {
        INFO(split);
        const auto result = get_from({.pieces = {reply.substr(0, split), reply.substr(split)}});
        REQUIRE(result.ok());
        CHECK(result.view()[0].text() == "hello");
    }
}

TEST_CASE(
    "redis client: a connection that ends within a reply leaves the call unknown", "[redis]"
) {
    CHECK(get_from({.pieces = {"$5\r\nhel"}, .then_close = true}).status == CallStatus::unknown);
    CHECK(get_from({.pieces = {}, .then_close = true}).status == CallStatus::unknown);
    CHECK(get_from({.pieces = {"what?\r\n"}}).status == CallStatus::unknown);
}

TEST_CASE("redis client: a server that never answers leaves the call unknown", "[redis]") {
    const auto result = get_from({.pieces = {}});
    CHECK(result.status == CallStatus::unknown);
    CHECK(result.why == "no answer within 1000 ms");
}

TEST_CASE(
    "redis client: what a server cannot do now is unsent, what it refuses is refused", "[redis]"
) {
    CHECK(get_from({.pieces = {"-LOADING wait\r\n"}}).status == CallStatus::unsent);
    CHECK(get_from({.pieces = {"-READONLY replica\r\n"}}).status == CallStatus::unsent);
    const auto moved = get_from({.pieces = {"-MOVED 1 127.0.0.1:1\r\n"}});
    CHECK(moved.status == CallStatus::refused);  // one server is no Cluster
    CHECK(moved.why == "MOVED 1 127.0.0.1:1");
}

// The replicas of a slot's new primary say nothing of what the old one has answered.
TEST_CASE("redis client: a call with a WAIT follows no redirection", "[redis]") {
    std::atomic<std::uint16_t> from_port = 0;
    std::uint16_t to_port = 0;
    const auto range = [](int first, int last, std::uint16_t port) {
        return "*3\r\n:" + std::to_string(first) + "\r\n:" + std::to_string(last) +
               "\r\n*2\r\n$9\r\n127.0.0.1\r\n:" + std::to_string(port) + "\r\n";
    };
    // "c" has slot 7365: the first's, until the second is asked.
    const auto slots = [&](std::uint16_t asked) {
        if (asked != from_port) return "*1\r\n" + range(0, 16'383, asked);
        return "*2\r\n" + range(0, 8'191, asked) + range(8'192, 16'383, to_port);
    };
    const FakeServer to({.pieces = {"+OK\r\n:1\r\n"}, .slots = slots});
    to_port = to.port();
    const auto moved = "-MOVED 7365 127.0.0.1:" + std::to_string(to_port) + "\r\n:1\r\n";
    const FakeServer from({.pieces = {moved}, .slots = slots});
    from_port = from.port();
    auto options = quick(redis::Topology::cluster, {local(from.port())});
    options.slots_interval = std::chrono::hours(1);
    ClientBench bench(options);
    bench.until_up();
    const auto get = [&] {
        return bench.call("c", Command("GET").arg("c").replicated(1, std::chrono::milliseconds(1)));
    };
    CHECK(get().status == CallStatus::unsent);
    CHECK(get().replicas == 1);  // asked of the right one from the start
}

TEST_CASE("redis client: nobody listens, so calls are unsent", "[redis]") {
    ClientBench bench(quick(redis::Topology::single, {local(free_port())}));
    bench.until("the refusal is told", [&] { return bench.up == false; });
    CHECK(bench.lost.empty());
    CHECK(bench.call("k", Command("GET").arg("k")).status == CallStatus::unsent);
}

// A client has two connections to a server: the first is for calls, the second for subscriptions.
TEST_CASE("redis client: a subscription waits for its connection", "[redis]") {
    std::binary_semaphore second{0};
    FakeServer server({.pieces = {}, .greet = [&](int connection) {
                           if (connection == 2) second.acquire();
                           return true;
                       }});
    ClientBench bench(quick(redis::Topology::single, {local(server.port())}));
    bench.until_up();
    std::optional<bool> stands;
    bench.client->subscribe("c", [&](bool s) { stands = s; });
    second.release();
    bench.until("the subscription is answered", [&] { return stands.has_value(); });
    CHECK(*stands);
    CHECK(bench.interruptions == 0);
}

TEST_CASE("redis client: a server that is reached again is subscribed to at once", "[redis]") {
    std::binary_semaphore first{0};
    FakeServer server({.pieces = {}, .greet = [&](int connection) {
                           if (connection == 1) first.acquire();
                           return connection != 2;
                       }});
    auto options = quick(redis::Topology::single, {local(server.port())});
    options.connect_timeout = std::chrono::minutes(1);  // the first is made to wait
    // Nobody waits so long for the next try of the second connection.
    options.backoff = {std::chrono::hours(1), std::chrono::hours(1)};
    ClientBench bench(options);
    CHECK_FALSE(bench.subscribe("c"));
    first.release();
    bench.until_up();
    CHECK(bench.subscribe("c"));
    CHECK(bench.interruptions == 1);
}

TEST_CASE("redis client: a gap is told when the last channel that has one is given up", "[redis]") {
    std::atomic<int> answered = 0;
    FakeServer server({.pieces = {}, .subscribe = [&](int connection) -> std::optional<int> {
                           if (connection > 2) return answered++ == 0 ? 1 : 0;
                           if (answered == 0) return 1;
                           answered = 0;
                           return std::nullopt;
                       }});
    ClientBench bench(quick(redis::Topology::single, {local(server.port())}));
    bench.until_up();
    CHECK(bench.subscribe("c"));
    answered = 1;
    CHECK_FALSE(bench.subscribe("d"));  // the connection ends, and the next answers one of them
    std::string stands;
    const auto look = [&](const char* channel) {
        bench.client->subscribe(channel, [&, channel](bool s) {
            if (s) stands = channel;
        });
    };
    bench.until("one of the two stands", [&] {
        look("c");
        look("d");
        return !stands.empty();
    });
    CHECK(bench.interruptions == 0);
    bench.client->unsubscribe(stands == "c" ? "d" : "c");
    bench.until("the gap is told", [&] { return bench.interruptions > 0; });
}

// A Cluster's failover takes all channels to another server, where their gap goes on.
TEST_CASE("redis client: a gap is not over because its channels are given up", "[redis]") {
    std::atomic<bool> breaks = false;
    FakeServer server({.pieces = {"+OK\r\n"}, .subscribe = [&](int) -> std::optional<int> {
                           return breaks ? std::nullopt : std::optional(1);
                       }});
    ClientBench bench(quick(redis::Topology::single, {local(server.port())}));
    bench.until_up();
    CHECK(bench.subscribe("c"));
    breaks = true;
    CHECK_FALSE(bench.subscribe("d"));
    bench.client->unsubscribe("c");
    bench.client->unsubscribe("d");
    CHECK(bench.call("k", Command("GET").arg("k")).ok());  // what is told later is told by now
    CHECK(bench.interruptions == 0);
}

TEST_CASE("redis client: who does not follow which channels are left is asked anew", "[redis]") {
    std::atomic<int> connections = 0;
    FakeServer server(
        {.pieces = {},
         .greet =
             [&](int connection) {
                 connections = connection;
                 return true;
             },
         .subscribe = [](int connection) { return connection > 2 ? 1 : 0; }}
    );
    auto options = quick(redis::Topology::single, {local(server.port())});
    options.command_timeout = std::chrono::minutes(5);  // it is given up for another reason
    options.in_flight_calls_max = 4;
    options.channels_leaving_max = 3;
    ClientBench bench(options);
    bench.until_up();
    bench.until("both connections stand", [&] { return connections == 2; });
    std::optional<bool> stands;
    bench.client->subscribe("c", [&](bool s) { stands = s; });
    const auto name = [](int i) { return "d" + std::to_string(i); };
    for (int i = 0; i < 7; ++i) bench.client->subscribe(name(i), [](bool) {});
    for (int i = 0; i < 3; ++i) bench.client->unsubscribe(name(i));
    int turns = 0;
    bench.until("some time has passed", [&] { return ++turns > 10; });
    CHECK(connections == 2);
    CHECK_FALSE(stands);
    for (int i = 3; i < 7; ++i) bench.client->unsubscribe(name(i));
    bench.until("the wish is told that it does not stand", [&] { return stands.has_value(); });
    CHECK_FALSE(*stands);
    bench.until("it stands after all", [&] { return bench.interruptions == 1; });
    CHECK(bench.subscribe("c"));
    CHECK(connections == 3);
}

TEST_CASE("redis client: a channel whose slot nobody has any more is answered", "[redis]") {
    std::atomic<bool> asked = false;
    const auto slots = [&](std::uint16_t port) {
        const std::string last = asked ? "0" : "16383";  // "c" has slot 7365
        return "*1\r\n*3\r\n:0\r\n:" + last +
               "\r\n*2\r\n$9\r\n127.0.0.1\r\n:" + std::to_string(port) + "\r\n";
    };
    FakeServer server(
        {.pieces = {},
         .subscribe =
             [&](int) {
                 asked = true;
                 return 0;
             },
         .slots = slots}
    );
    ClientBench bench(quick(redis::Topology::cluster, {local(server.port())}));
    bench.until_up();
    CHECK_FALSE(bench.subscribe("c"));
}

}  // namespace voxpop::test
