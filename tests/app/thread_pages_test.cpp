// Pages that are kept for a moment: shared by those who ask meanwhile, bounded in bytes.
#include "app/thread_pages.hpp"

#include <catch2/catch.hpp>

#include <optional>

#include "base/limits.hpp"
#include "domain/page_bytes.hpp"
#include "records.hpp"
#include "shared_store.hpp"

namespace voxpop::app {
namespace {

namespace limits = base::limits;

constexpr auto kKeep = base::Millis(100);
const base::ThreadId kThread = *base::ThreadId::from("t");

// A thread with `comments` comments of `bytes` each.
struct Shelf {
    Shelf(std::size_t comments, std::size_t bytes) {
        std::vector<domain::Change> changes;
        REQUIRE(shared.state.apply(domain::PutThread{{.id = kThread}, 0}, changes));
        for (std::uint64_t id = 1; id <= comments; ++id) {
            domain::CommentChange change{.after = test::comment(id, std::string(bytes, 'x'))};
            change.visible_delta = 1;
            REQUIRE(shared.state.apply(domain::Append{change, {}}, changes));
        }
    }

    ThreadPages::Pointer get(const domain::PageRequest& request) {
        std::optional<ThreadPages::Pointer> got;
        pages.get(request, [&](auto page) { got = page.value(); });
        while (!got) {
            store.let_something_happen();
            loop.io().poll();
        }
        return *got;
    }

    SharedStore shared{1};
    NodeStore store{shared};
    base::ManualClock clock;
    CoreLoop loop{0};
    ThreadPages pages{loop, store, clock, kKeep};
};

TEST_CASE("thread pages: who asks within a moment gets the same page", "[app]") {
    Shelf shelf(1, 10);
    const auto first = shelf.get({.thread = kThread});
    CHECK(shelf.get({.thread = kThread}) == first);
    shelf.clock.advance(kKeep);
    CHECK(shelf.get({.thread = kThread}) != first);
}

TEST_CASE("thread pages: one of long comments is shorter, and leads to the rest", "[app]") {
    constexpr std::size_t kComments = 40;
    Shelf shelf(kComments, limits::kCommentBytesMax);
    domain::PageRequest request{.thread = kThread, .limit = kComments};
    std::size_t read = 0;
    do {
        const auto page = shelf.get(request);
        CHECK(domain::json_bytes_max(page->comments.comments) <= limits::kPageBytesMax);
        read += page->comments.comments.size();
        request.cursor = page->comments.next;
    } while (!request.cursor.empty());
    CHECK(read == kComments);
}

TEST_CASE("thread pages: what is kept is bounded, and goes once it is old", "[app]") {
    Shelf shelf(8, limits::kCommentBytesMax);
    const auto ask = [&](std::size_t variant) {
        return std::weak_ptr(shelf.get({.thread = kThread, .inline_replies = variant}));
    };
    std::vector<std::weak_ptr<const ThreadPage>> pages;
    for (std::size_t variant = 0; variant < 200; ++variant) pages.push_back(ask(variant));
    const auto bytes_kept = [&] {
        std::size_t bytes = 0;
        for (const auto& page : pages) {
            if (const auto kept = page.lock())
                bytes += domain::json_bytes_max(kept->comments.comments);
        }
        return bytes;
    };
    CHECK(bytes_kept() > limits::kThreadPagesBytesMax / 2);
    CHECK(bytes_kept() <= limits::kThreadPagesBytesMax);
    shelf.clock.advance(kKeep);
    (void)ask(1'000);
    CHECK(bytes_kept() == 0);
}

}  // namespace
}  // namespace voxpop::app
