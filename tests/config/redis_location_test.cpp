// The URLs of Redis.
#include <catch2/catch.hpp>

#include "config/redis_location.hpp"
#include "config/store_location.hpp"

namespace voxpop::config {

TEST_CASE("redis url: one server", "[config]") {
    const auto plain = parse_redis_url("redis://db.example").value();
    CHECK(plain.kind == RedisKind::single);
    CHECK(plain.hosts == std::vector<RedisHost>{{"db.example", 6379}});
    CHECK(plain.database == 0);
    const auto full = parse_redis_url("redis://me:p%40s%3As@[::1]:7000/12").value();
    CHECK(full.hosts == std::vector<RedisHost>{{"::1", 7000}});
    CHECK(full.user == "me");
    CHECK(full.password == "p@s:s");
    CHECK(full.database == 12);
    const auto no_user = parse_redis_url("redis://:a@b@h").value();
    CHECK(no_user.user.empty());
    CHECK(no_user.password == "a@b");
}

TEST_CASE("redis url: unix socket, Sentinel and Cluster", "[config]") {
    const auto socket = parse_redis_url("redis+unix://:secret@/run/redis.sock?db=2").value();
    CHECK(socket.kind == RedisKind::unix_socket);
    CHECK(socket.path == "/run/redis.sock");
    CHECK(socket.password == "secret");
    CHECK(socket.database == 2);
    const auto sentinel = parse_redis_url("redis+sentinel://a,b:7/votes?db=1").value();
    CHECK(sentinel.hosts == std::vector<RedisHost>{{"a", 26'379}, {"b", 7}});
    CHECK(sentinel.master_name == "votes");
    CHECK(sentinel.database == 1);
    const auto cluster = parse_redis_url("redis+cluster://a:1,[fe80::1]:2").value();
    CHECK(cluster.kind == RedisKind::cluster);
    CHECK(cluster.hosts == std::vector<RedisHost>{{"a", 1}, {"fe80::1", 2}});
}

TEST_CASE("redis url: what is wrong is said, and the password never", "[config]") {
    for (const auto* url :
         {"redis://", "redis://h:0", "redis://h:65536", "redis://h:x", "redis://h/x",
          "redis://h/-1", "redis://user@h", "redis://u:@h", "redis://u:%4@h", "redis://a,b",
          "redis://[::1", "redis://h,", "redis+unix://", "redis+unix:///s?x=1",
          "redis+sentinel://a", "redis+cluster://a/1", "redis+cluster://a?db=1", "rediss://h"}) {
        INFO(url);
        CHECK_FALSE(parse_redis_url(url));
    }
    CHECK(without_password("redis://me:secret@h:1/2") == "redis://me:***@h:1/2");
    CHECK(without_password("redis://h:1") == "redis://h:1");
    CHECK(without_password("sqlite:a:b@c") == "sqlite:a:b@c");
    const auto wrong = locate_store({.url = "redis://me:secret@h:x", .data_dir = "d"});
    REQUIRE_FALSE(wrong);
    CHECK(wrong.error().find("secret") == std::string::npos);
    const auto right = locate_store({.url = "redis://h", .data_dir = "d"});
    CHECK(right->kind == StoreKind::redis);
    CHECK_FALSE(right->folder());
}

}  // namespace voxpop::config
