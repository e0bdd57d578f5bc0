#include "domain/identity.hpp"

#include <catch2/catch.hpp>

using namespace voxpop::domain;

TEST_CASE("identity: a higher role may do everything that a lower one may", "[domain]") {
    for (std::uint8_t i = 0; i < static_cast<std::uint8_t>(Operation::count_); ++i) {
        const auto operation = static_cast<Operation>(i);
        CHECK(may(Role::admin, operation));
        CHECK(may(Role::guest, operation) == may(Role::reader, operation));
        if (may(Role::reader, operation)) CHECK(may(Role::moderator, operation));
    }
}

TEST_CASE("identity: readers read and write, moderators moderate, admins administer", "[domain]") {
    CHECK(may(Role::guest, Operation::vote));
    CHECK(may(Role::guest, Operation::create_thread_by_use));
    for (const auto operation :
         {Operation::read_results_of_staff, Operation::read_moderation, Operation::moderate}) {
        CHECK_FALSE(may(Role::reader, operation));
        CHECK(may(Role::moderator, operation));
    }
    CHECK_FALSE(may(Role::moderator, Operation::administer));
}

TEST_CASE("identity: what is in no table is denied", "[domain]") {
    CHECK_FALSE(may(Role::admin, Operation::count_));
    CHECK(parse_role("moderator") == Role::moderator);
    CHECK_FALSE(parse_role("root"));
    CHECK(to_string(Role::guest) == "guest");
}
