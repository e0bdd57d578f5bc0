// Several nodes on one Redis: what each hears of the others, and that everything counts once.
#include <catch2/catch.hpp>

#include <map>
#include <random>
#include <thread>

#include "tests/store/redis/node.hpp"
#include "tests/store/redis/server_options.hpp"

using namespace voxpop;
using namespace voxpop::store::redis;
using namespace voxpop::domain;
using namespace std::chrono_literals;
using store::contract::only;
using store::contract::thread_id;

namespace {

const BoxId kBox = BoxId::poll(store::contract::poll_id("p"), 1);

void make_poll(Node& node) {
    REQUIRE(node.write(a_thread("t")));
    REQUIRE(node.write(a_poll("p", "t")));
}

// The comments of the thread's stream that were heard, by offset.
std::map<std::uint64_t, base::CommentId> heard_stream(const std::vector<Change>& changes) {
    std::map<std::uint64_t, base::CommentId> heard;
    for (const auto& appended : only<LogAppended>(changes)) {
        if (appended.record.offset != 0)
            heard.emplace(appended.record.offset, appended.record.comment.id);
    }
    return heard;
}

}  // namespace

TEST_CASE("redis: what a node knows of a thread is renewed when it begins to watch it", "[redis]") {
    test::RedisServer server;
    Node first(options_for(server));
    REQUIRE(first.write(a_thread("t")));
    REQUIRE(first.write(a_poll("p", "t")));
    Node node(options_for(server));
    const auto read = [&] {
        return node.ask<ThreadView>([&](auto answer) {
            node.store().thread(store::contract::thread_id("t"), std::move(answer));
        });
    };
    REQUIRE(read());
    REQUIRE(node.watch("t"));
    CHECK(node.recorder().changes().empty());
    REQUIRE(read());
    node.recorder().wait_for_changes([](const auto& changes) {
        return store::contract::only<ThreadChanged>(changes).size() == 1 &&
               store::contract::only<PollChanged>(changes).size() == 1;
    });
    REQUIRE(read());
    REQUIRE(node.write(a_comment(1, "t")));
    CHECK(store::contract::only<ThreadChanged>(node.recorder().changes()).size() == 1);
}

TEST_CASE("redis: a node hears the votes of another in the threads it watches", "[redis]") {
    test::RedisServer server;
    Node a(options_for(server));
    Node b(options_for(server));
    make_poll(a);
    REQUIRE(b.watch("t"));
    const auto before = b.poll("p")->tally.version;
    REQUIRE(a.write(a_vote(kBox, "t", "ann", 0b01)));
    b.recorder().wait_for_changes([&](const auto& changes) {
        const auto boxes = only<BoxChanged>(changes);
        return !boxes.empty() && boxes.back().tally.version == before + 1 &&
               boxes.back().tally.counts[0] == 1 && boxes.back().thread == thread_id("t");
    });
    CHECK(b.poll("p")->tally == a.poll("p")->tally);
}

TEST_CASE("redis: every node hears of definitions, and once only", "[redis]") {
    test::RedisServer server;
    Node a(options_for(server));
    Node b(options_for(server));
    make_poll(a);
    b.recorder().wait_for_changes([](const auto& changes) {
        return !only<PollChanged>(changes).empty() && !only<ThreadChanged>(changes).empty();
    });
    CHECK(only<PollChanged>(b.recorder().changes()).front().poll == a.poll("p")->poll);
    CHECK(only<PollChanged>(a.recorder().changes()).size() == 1);
}

TEST_CASE("redis: comments of three nodes are in one order, the same for all", "[redis]") {
    test::RedisServer server;
    Node a(options_for(server));
    REQUIRE(a.write(a_thread("t")));
    Node b(options_for(server));
    Node c(options_for(server));
    constexpr std::uint64_t kEach = 200;
    std::vector<Node*> nodes{&a, &b, &c};
    for (auto* node : nodes) REQUIRE(node->watch("t"));
    {
        std::vector<std::jthread> writers;
        for (std::size_t n = 0; n < nodes.size(); ++n) {
            writers.emplace_back([&, n] {
                std::uint64_t last = 0;
                for (std::uint64_t i = 1; i <= kEach; ++i)
                    last = nodes[n]->submit({a_comment(n * 10'000 + i, "t")}).front();
                (void)nodes[n]->recorder().wait_for(last);
            });
        }
    }
    const auto log = a.log("t")->records;
    REQUIRE(log.size() == kEach * nodes.size());
    for (auto* node : nodes) {
        node->recorder().wait_for_changes([&](const auto& changes) {
            return heard_stream(changes).size() == log.size();
        });
        const auto heard = heard_stream(node->recorder().changes());
        for (const auto& record : log) CHECK(heard.at(record.offset) == record.comment.id);
    }
    // The site's stream has each once, and the order of the thread in it.
    const auto site = b.site_log()->records;
    REQUIRE(site.size() == log.size());
    for (std::size_t i = 0; i < site.size(); ++i) {
        CHECK(site[i].site_offset == i + 1);
        CHECK(site[i].comment.id == log[i].comment.id);
    }
}

TEST_CASE("redis: moderators' stream is heard on nodes that watch no thread", "[redis]") {
    test::RedisServer server;
    Node a(options_for(server));
    REQUIRE(a.write(a_thread("t")));
    Node b(options_for(server));
    for (std::uint64_t i = 1; i <= 20; ++i) REQUIRE(a.write(a_comment(i, "t")));
    b.recorder().wait_for_changes([](const auto& changes) {
        return only<LogAppended>(changes).size() == 20;
    });
    std::uint64_t expected = 0;
    for (const auto& appended : only<LogAppended>(b.recorder().changes())) {
        CHECK(appended.record.site_offset == ++expected);
        CHECK(appended.record.comment.text == "text " + std::to_string(expected));
    }
}

TEST_CASE("redis: a ballot that three nodes send a thousand times counts once", "[redis]") {
    test::RedisServer server;
    Node a(options_for(server));
    make_poll(a);
    Node b(options_for(server));
    Node c(options_for(server));
    const auto before = a.poll("p")->tally.version;
    {
        std::vector<std::jthread> senders;
        for (auto* node : {&a, &b, &c}) {
            senders.emplace_back([node] {
                std::uint64_t last = 0;
                for (int i = 0; i < 1'000; ++i)
                    last = node->submit({a_vote(kBox, "t", "ann", 0b10)}).front();
                (void)node->recorder().wait_for(last);
            });
        }
    }
    for (auto* node : {&a, &b, &c}) {
        const auto tally = node->poll("p")->tally;
        CHECK(tally.voters == 1);
        CHECK(tally.counts[1] == 1);
        CHECK(tally.version == before + 1);
    }
}

TEST_CASE("redis: the votes of many over three nodes add up as a model says", "[redis]") {
    test::RedisServer server;
    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    Node a(options_for(server));
    make_poll(a);
    Node b(options_for(server));
    Node c(options_for(server));
    std::vector<Node*> nodes{&a, &b, &c};
    for (auto* node : nodes) REQUIRE(node->watch("t"));
    constexpr std::size_t kVoters = 20'000;
    constexpr std::size_t kVotes = 100'000;
    // A voter is at one node at a time, so that the model knows which of the votes is the last.
    std::vector<std::uint64_t> model(kVoters, 0);
    {
        std::vector<std::jthread> crowds;
        for (std::size_t n = 0; n < nodes.size(); ++n) {
            crowds.emplace_back([&, n] {
                std::mt19937_64 random(seed + n);
                std::uint64_t last = 0;
                for (std::size_t i = 0; i < kVotes / nodes.size() + 1; i += 100) {
                    std::vector<Command> votes;
                    for (int k = 0; k < 100; ++k) {
                        const auto voter = random() % (kVoters / 3) * 3 + n;
                        const auto option = random() % 4;
                        model[voter] = option < 3 ? std::uint64_t{1} << option : 0;
                        votes.push_back(
                            a_vote(kBox, "t", "voter-" + std::to_string(voter), model[voter])
                        );
                    }
                    last = nodes[n]->submit(std::move(votes)).back();
                }
                (void)nodes[n]->recorder().wait_for(last);
            });
        }
    }
    Tally counted;
    for (const auto set : model) counted.move(OptionSet(), OptionSet(set));
    const auto tally = a.poll("p")->tally;
    CHECK(tally.counts == counted.counts);
    CHECK(tally.voters == counted.voters);
    for (auto* node : nodes) {
        CHECK(node->poll("p")->tally == tally);
        node->recorder().wait_for_changes([&](const auto& changes) {
            return std::ranges::any_of(only<BoxChanged>(changes), [&](const auto& box) {
                return box.tally == tally;
            });
        });
    }
    for (std::size_t voter = 0; voter < kVoters; voter += 97) {
        const auto held = b.ballots("t", "voter-" + std::to_string(voter), {kBox});
        CHECK(held->front() == OptionSet(model[voter]));
    }
}

TEST_CASE("redis: viewers are summed over nodes, and those of a node that left go", "[redis]") {
    test::RedisServer server;
    auto options = options_for(server);
    options.viewers_ttl = 500ms;
    Node a(options);
    REQUIRE(a.write(a_thread("t")));
    REQUIRE(a.watch("t"));
    const auto told = [&](std::uint64_t viewers) {
        a.recorder().wait_for_changes([&](const auto& changes) {
            const auto elsewhere = only<ViewersElsewhere>(changes);
            return !elsewhere.empty() && elsewhere.back().viewers == viewers;
        });
    };
    a.store().set_viewers(thread_id("t"), 7);
    {
        Node b(options);
        Node c(options);
        b.store().set_viewers(thread_id("t"), 2);
        told(2);
        c.store().set_viewers(thread_id("t"), 3);
        told(5);
        b.store().set_viewers(thread_id("t"), 0);
        told(3);
    }
    told(0);  // after the time to live: c said nothing when it went
}

TEST_CASE("redis: counts have the viewers of the other living nodes", "[redis]") {
    test::RedisServer server;
    Node a(options_for(server));
    Node b(options_for(server));
    REQUIRE(a.write(a_thread("t")));
    const auto elsewhere = [](Node& node) {
        const auto view = node.ask<ThreadView>([&](auto answer) {
            node.store().thread(thread_id("t"), std::move(answer));
        });
        const auto counts = node.counts("t")->viewers_elsewhere;
        CHECK(view->counts.viewers_elsewhere == counts);
        return counts;
    };
    CHECK(elsewhere(a) == 0);
    a.store().set_viewers(thread_id("t"), 7);
    CHECK(elsewhere(a) == 0);
    CHECK(elsewhere(b) == 7);
    b.store().set_viewers(thread_id("t"), 2);
    CHECK(elsewhere(b) == 7);
    CHECK(elsewhere(a) == 2);
    const auto ago = [](std::chrono::milliseconds age) {
        return "3 " + std::to_string(base::to_millis(base::SystemClock().now() - age));
    };
    (void)server.ask({"HSET", "vp:{t}:viewers", "quiet", ago(base::limits::kViewersTtl / 2)});
    (void)server.ask({"HSET", "vp:{t}:viewers", "dead", ago(base::limits::kViewersTtl)});
    CHECK(elsewhere(b) == 7 + 3);
}

TEST_CASE("redis: who reads a thread learns of viewers whose news it has missed", "[redis]") {
    test::RedisServer server;
    Node node(options_for(server));
    REQUIRE(node.write(a_thread("t")));
    REQUIRE(node.watch("t"));
    const auto read = [&] {
        return node.ask<ThreadView>([&](auto answer) {
            node.store().thread(thread_id("t"), std::move(answer));
        });
    };
    REQUIRE(read());
    const auto now = base::to_millis(base::SystemClock().now());
    (void)server.ask({"HSET", "vp:{t}:viewers", "other", "5 " + std::to_string(now)});
    REQUIRE(read());
    node.recorder().wait_for_changes([](const auto& changes) {
        const auto elsewhere = only<ViewersElsewhere>(changes);
        return elsewhere.size() == 1 && elsewhere.back().viewers == 5;
    });
}

TEST_CASE("redis: an unwatched thread is not heard of", "[redis]") {
    test::RedisServer server;
    Node a(options_for(server));
    make_poll(a);
    Node b(options_for(server));
    REQUIRE(b.watch("t"));
    REQUIRE(b.watch("t"));
    b.store().unwatch(thread_id("t"));
    REQUIRE(a.write(a_vote(kBox, "t", "ann", 1)));
    REQUIRE(b.watch("t"));
    REQUIRE(a.write(a_vote(kBox, "t", "bob", 1)));
    b.recorder().wait_for_changes([](const auto& changes) {
        return !only<BoxChanged>(changes).empty();
    });
    CHECK(only<BoxChanged>(b.recorder().changes()).front().tally.voters == 2);
}
