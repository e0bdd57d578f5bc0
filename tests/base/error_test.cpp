#include "base/error.hpp"

#include <catch2/catch.hpp>
#include <cstdint>
#include <set>
#include <vector>

using namespace voxpop::base;

namespace {

using enum ErrorCode;

// Every value once. The switch has no default, so a value that is new to the enum and missing here
// does not compile.
std::vector<ErrorCode> every_code() {
    std::vector<ErrorCode> out;
    for (std::uint16_t number = 0; number < 1000; ++number) {
        const auto code = static_cast<ErrorCode>(number);
        switch (code) {
            case internal:
            case unauthorized:
            case unknown_channel:
            case permission_denied:
            case method_not_found:
            case already_subscribed:
            case limit_exceeded:
            case bad_request:
            case not_available:
            case token_expired:
            case expired:
            case too_many_requests:
            case unrecoverable_position:
            case thread_not_found:
            case poll_not_found:
            case comment_not_found:
            case poll_closed:
            case poll_not_open:
            case invalid_choice:
            case ballot_final:
            case retract_not_allowed:
            case invalid_text:
            case version_conflict:
            case edit_window_over:
            case thread_closed:
            case options_locked:
            case key_reused:
            case already_exists:
            case invalid_state_change:
            case store_unavailable:
            case overloaded:
                out.push_back(code);
        }
    }
    return out;
}

}  // namespace

TEST_CASE("errors: every code has a row, with a name and a message of its own", "[base]") {
    std::set<std::string_view> names;
    for (const auto code : every_code()) {
        const ErrorInfo& row = info(code);
        INFO(row.name);
        CHECK(row.code == code);
        CHECK_FALSE(row.message.empty());
        CHECK(names.insert(row.name).second);
        CHECK(row.http_status >= 400);
        CHECK(row.http_status < 600);
    }
    CHECK(names.size() == 31);
}

TEST_CASE("errors: only what may succeed later is temporary", "[base]") {
    std::set<ErrorCode> temporary;
    for (const auto code : every_code()) {
        if (info(code).temporary) temporary.insert(code);
    }
    CHECK(temporary == std::set{internal, too_many_requests, store_unavailable, overloaded});
}

TEST_CASE("errors: an error says its own words, else the table's", "[base]") {
    CHECK(Error{poll_closed, ""}.message() == info(poll_closed).message);
    CHECK(Error{poll_closed, "that round is over"}.message() == "that round is over");
    CHECK(Error{poll_closed, "a"} == Error{poll_closed, "b"});
    CHECK(Error{poll_closed, "that round is over"}.public_message() == "that round is over");
    const Error inner{store_unavailable, "10.0.0.5:6379: cannot connect"};
    CHECK(inner.message() == "10.0.0.5:6379: cannot connect");
    CHECK(inner.public_message() == info(store_unavailable).message);
    const Result<int> failed = fail(overloaded);
    CHECK(failed.error().temporary());
}
