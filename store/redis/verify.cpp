#include "store/redis/verify.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "store/redis/blocking_client.hpp"
#include "store/redis/bounds.hpp"
#include "store/redis/codec.hpp"
#include "store/redis/function_call.hpp"
#include "store/redis/hash_scan.hpp"
#include "store/redis/keys.hpp"
#include "store/redis/pack.hpp"
#include "store/redis/replication.hpp"
#include "store/redis/site_feed.hpp"
#include "store/redis/verify_index.hpp"
#include "store/redis/verify_lists.hpp"
#include "store/redis/verify_scan.hpp"

namespace voxpop::store::redis {
namespace {

using namespace std::chrono_literals;
using base::ThreadId;
using Check = VerifyReport::Check;

// How often something that moved while it was read is read again.
constexpr int kTries = 3;
constexpr int kCommentTries = 20;
// What is on its way to the site's stream is there after this time, unless its node has died.
constexpr auto kSettleTime = 2s;

// Of a comment's record, what is compared (lua/comments.lua has the layout).
struct CommentHead {
    bool visible = false;
    bool top = false;
    std::uint64_t replies = 0;
    std::string root;
};

std::optional<CommentHead> read_head(std::string_view record) {
    Unpacker in(record);
    (void)in.u32();  // version
    CommentHead head;
    head.visible = in.u8() == static_cast<std::uint8_t>(domain::CommentState::visible);
    head.replies = in.u32();
    (void)in.f64();  // created
    head.top = in.u8() == 1;
    head.root = in.raw(13);
    return in.ok() ? std::optional(head) : std::nullopt;
}

struct Extent {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    std::uint64_t length = 0;

    [[nodiscard]] bool whole() const { return length == 0 || last - first + 1 == length; }
};

std::uint64_t read_number(std::string_view digits) {
    std::uint64_t number = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return number;
}

Extent read_extent(Unpacker& in) {
    Extent extent;
    extent.first = in.u64();
    extent.last = in.u64();
    extent.length = in.u64();
    return extent;
}

std::string in_words(const domain::Tally& tally) {
    std::string counts;
    std::size_t used = tally.counts.size();
    while (used > 0 && tally.counts[used - 1] == 0) --used;
    for (std::size_t i = 0; i < used; ++i)
        counts += (i == 0 ? "" : ",") + std::to_string(tally.counts[i]);
    return std::to_string(tally.voters) + " voters [" + counts + "]";
}

// "poll/demo/1", as the tallies are called.
std::optional<domain::BoxId> parse_box(std::string_view text) {
    const auto kind_end = text.find('/');
    const auto round_begin = text.rfind('/');
    if (kind_end == round_begin) return std::nullopt;
    const auto subject = base::InlineString<base::kIdBytesMax>::from(
        text.substr(kind_end + 1, round_begin - kind_end - 1)
    );
    if (!subject) return std::nullopt;
    const auto round = static_cast<std::uint32_t>(read_number(text.substr(round_begin + 1)));
    using enum domain::BoxKind;
    for (const auto kind : {poll, save, reaction, report}) {
        const domain::BoxId box{.kind = kind, .subject = *subject, .round = round};
        if (box.str() == text) return box;
    }
    return std::nullopt;
}

class Verifier {
  public:
    Verifier(BlockingClient& redis, const StoreOptions& options, bool repair)
        : redis_(redis),
          options_(options),
          repair_(repair),
          node_{
              .name = keys::realm(options.client.database) + "verify",
              .epoch = {},
              .realm = keys::realm(options.client.database)
          },
          keys_(redis),
          index_(redis, options.site, repair),
          lists_(redis, keys::site_log(options.site), repair) {}

    std::vector<Check> run() {
        keys_.run();
        refuse_another_site();
        if (!redis_.ok()) return {};
        for (const auto& [thread, boxes] : keys_.threads) {
            check_boxes(thread, boxes);
            check_comments(thread);
            check_streams(thread);
            index_.check(thread);
        }
        check_site();
        check_outboxes();
        check_lists();
        return {std::move(tallies_),       std::move(ballots_),       std::move(comments_),
                std::move(replies_),       std::move(streams_),       std::move(outboxes_),
                std::move(index_.names()), std::move(index_.timed()), std::move(lists_.lists())};
    }

    // After run(): no node has been here, neither now nor before something was lost.
    [[nodiscard]] bool found_nothing() {
        return keys_.threads.empty() && !exists(std::string(keys::kEpoch)) &&
               !exists(keys::secret("token"));
    }

  private:
    void refuse_another_site();
    [[nodiscard]] bool exists(const std::string& key);

    void check_boxes(const ThreadId& thread, KeyScan::Boxes boxes);
    void check_box(const ThreadId& thread, const std::string& box);
    struct Both {
        domain::Tally stored;
        domain::Tally counted;  // with the version of the stored one
    };
    // Nothing when it moved whenever it was counted.
    std::optional<Both> stored_and_counted(const ThreadId& thread, const std::string& box);
    [[nodiscard]] bool is_large(const ThreadId& thread, const std::string& box);
    void repair_box(const ThreadId& thread, const std::string& box, const domain::Tally& counted);

    void check_comments(const ThreadId& thread);
    void compare_comments(
        const ThreadId& thread, std::uint64_t stored,
        const std::unordered_map<std::string, CommentHead>& heads
    );

    void check_streams(const ThreadId& thread);
    void check_site();
    void check_outboxes();
    [[nodiscard]] std::uint64_t seen(const ThreadId& thread);
    [[nodiscard]] std::uint64_t waiting(const ThreadId& thread);
    void move(const ThreadId& thread);
    void check_lists();

    BlockingClient& redis_;
    const StoreOptions& options_;
    const bool repair_;
    const NodeState node_;  // as which it tells the nodes what it repairs
    KeyScan keys_;
    std::map<ThreadId, Extent> waiting_;  // outboxes that were not empty when first looked at
    IndexCheck index_;
    ListCheck lists_;
    Check tallies_{.what = "tallies against their ballots"};
    Check ballots_{.what = "ballots"};
    Check comments_{.what = "threads' counts of visible comments"};
    Check replies_{.what = "comments' counts of visible replies"};
    Check streams_{.what = "offsets of streams without gaps"};
    Check outboxes_{.what = "events that the site's stream has not"};
};

// Its lists would all be empty, and a repair would make a second site of it.
void Verifier::refuse_another_site() {
    if (keys_.sites.empty() || keys_.sites.contains(options_.site)) return;
    const auto& there = *keys_.sites.begin();
    redis_.fail(
        "it has nothing of site '" + options_.site + "', but of '" + there +
        "': give the name that the nodes use, with --set site.id=" + there +
        ", or their file with --config"
    );
}

bool Verifier::exists(const std::string& key) {
    return redis_.ask(key, Command("EXISTS").arg(key)).view().number().value_or(0) > 0;
}

void Verifier::check_boxes(const ThreadId& thread, KeyScan::Boxes boxes) {
    const auto key = keys::of_thread(thread, "tally");
    scan_hash(redis_, key, [&](std::string_view box, std::string_view) { boxes.emplace(box); });
    for (const auto& box : boxes) check_box(thread, box);
}

void Verifier::check_box(const ThreadId& thread, const std::string& box) {
    const auto both = stored_and_counted(thread, box);
    if (!redis_.ok()) return;
    ++tallies_.checked;
    const auto where = "thread " + std::string(thread.view()) + ", " + box + ": ";
    if (!both) return tallies_.tell(where + "it moved whenever its ballots were counted");
    const auto& [stored, counted] = *both;
    ballots_.checked += counted.voters;
    if (stored == counted) return;
    tallies_.tell(
        where + "the tally says " + in_words(stored) + ", its ballots give " + in_words(counted)
    );
    if (repair_) repair_box(thread, box, counted);
}

// Each ballot moves the version, so an unmoved tally is that of the ballots just read.
std::optional<Verifier::Both> Verifier::stored_and_counted(
    const ThreadId& thread, const std::string& box
) {
    const auto tallies = keys::of_thread(thread, "tally");
    const auto stored = [&] {
        return std::string(redis_.ask(tallies, Command("HGET").arg(tallies).arg(box)).view().text()
        );
    };
    auto before = stored();
    for (int i = 0; i < kTries; ++i) {
        domain::Tally counted;
        std::uint64_t odd = 0;
        scan_hash(
            redis_, keys::of_thread(thread, "ballots:" + box),
            [&](std::string_view, std::string_view bits) {
                const domain::OptionSet set(read_number(bits));
                ++counted.voters;
                for (std::size_t option = 0; option < counted.counts.size(); ++option)
                    counted.counts[option] += set.has(option) ? 1U : 0U;
                if (set.empty() || set.bits() >> counted.counts.size() != 0) ++odd;
            }
        );
        if (auto after = stored(); after != before) {
            before = std::move(after);
            continue;
        }
        if (odd > 0)
            ballots_.tell(
                "thread " + std::string(thread.view()) + ", " + box + ": " + std::to_string(odd) +
                " ballots choose nothing, or what is not there"
            );
        Unpacker in(before);
        auto tally = before.empty() ? domain::Tally{} : read_tally(in);
        counted.version = tally.version;
        return Both{std::move(tally), std::move(counted)};
    }
    if (is_large(thread, box)) return std::nullopt;
    const auto key = keys::thread(thread);
    const auto both = redis_.ask(key, function_ro("vp_count_box", key).arg(box));
    Unpacker in(both.view().text());
    auto tally = read_tally(in);
    return Both{std::move(tally), read_tally(in)};
}

bool Verifier::is_large(const ThreadId& thread, const std::string& box) {
    const auto key = keys::of_thread(thread, "ballots:" + box);
    const auto ballots = redis_.ask(key, Command("HLEN").arg(key)).view().number().value_or(0);
    return static_cast<std::uint64_t>(ballots) > bounds::kBallotsAtOnceMax;
}

void Verifier::repair_box(
    const ThreadId& thread, const std::string& name, const domain::Tally& counted
) {
    const auto box = parse_box(name);
    if (!box) return;
    const auto key = keys::thread(thread);
    auto recount = function("vp_recount_box", key);
    recount.arg(node_.name)
        .arg(name)
        .arg(static_cast<unsigned>(box->kind))
        .arg(box->subject.view())
        .arg(box->round);
    if (is_large(thread, name)) recount.arg(encode(counted));
    if (redis_.ask(key, std::move(recount)).view().number() == 1) ++tallies_.repaired;
}

// Each event of a thread has a number, `seq`: while that stands still, so do the comments.
void Verifier::check_comments(const ThreadId& thread) {
    const auto key = keys::thread(thread);
    const auto standing = [&] {
        const auto reply = redis_.ask(key, Command("HMGET").arg(key).arg("seq").arg("comments"));
        return std::pair(
            reply.view()[0].number().value_or(0), reply.view()[1].number().value_or(0)
        );
    };
    auto before = standing();
    for (int i = 0; i < kCommentTries && redis_.ok(); ++i) {
        std::unordered_map<std::string, CommentHead> heads;
        scan_hash(
            redis_, keys::of_thread(thread, "comments"),
            [&](std::string_view id, std::string_view record) {
                const auto head = read_head(record);
                if (head)
                    heads.emplace(id, *head);
                else
                    replies_.tell("comment " + std::string(id) + " cannot be read");
            }
        );
        const auto after = standing();
        if (after == before)
            return compare_comments(thread, static_cast<std::uint64_t>(after.second), heads);
        before = after;
    }
    if (redis_.ok())
        comments_.tell("thread " + std::string(thread.view()) + " moved whenever it was counted");
}

void Verifier::compare_comments(
    const ThreadId& thread, std::uint64_t stored,
    const std::unordered_map<std::string, CommentHead>& heads
) {
    std::uint64_t visible = 0;
    std::unordered_map<std::string, std::uint64_t> replies;
    for (const auto& [id, head] : heads) {
        visible += head.visible ? 1 : 0;
        if (!head.top && head.visible) ++replies[head.root];
    }
    const auto differences = comments_.different + replies_.different;
    const auto told = std::pair(comments_.different, replies_.different);
    ++comments_.checked;
    if (visible != stored)
        comments_.tell(
            "thread " + std::string(thread.view()) + ": stored is " + std::to_string(stored) +
            ", counted are " + std::to_string(visible)
        );
    for (const auto& [id, head] : heads) {
        if (!head.top) continue;
        ++replies_.checked;
        if (head.replies != replies[id])
            replies_.tell(
                "comment " + id + ": stored is " + std::to_string(head.replies) + ", counted are " +
                std::to_string(replies[id])
            );
    }
    if (!repair_ || differences == comments_.different + replies_.different) return;
    const auto key = keys::thread(thread);
    (void)redis_.ask(key, function("vp_recount_comments", key));
    if (!redis_.ok()) return;
    comments_.repaired += comments_.different - told.first;
    replies_.repaired += replies_.different - told.second;
}

void Verifier::check_streams(const ThreadId& thread) {
    const auto key = keys::thread(thread);
    const auto reply = redis_.ask(key, function_ro("vp_streams", key));
    Unpacker in(reply.view().text());
    const auto offset = in.u64();
    const auto log = read_extent(in);
    const auto outbox = read_extent(in);
    if (!redis_.ok()) return;
    ++streams_.checked;
    if (!log.whole() || log.last != offset)
        streams_.tell(
            "thread " + std::string(thread.view()) + ": the offset is " + std::to_string(offset) +
            ", its stream has " + std::to_string(log.length) + " events from " +
            std::to_string(log.first) + " to " + std::to_string(log.last)
        );
    if (outbox.length > 0) waiting_.emplace(thread, outbox);
}

void Verifier::check_site() {
    const auto key = keys::site_log(options_.site);
    const auto reply = redis_.ask(key, function_ro("vp_site_extent", key));
    Unpacker in(reply.view().text());
    const auto log = read_extent(in);
    if (!redis_.ok()) return;
    ++streams_.checked;
    if (!log.whole())
        streams_.tell(
            "the site's stream has " + std::to_string(log.length) + " events from " +
            std::to_string(log.first) + " to " + std::to_string(log.last)
        );
}

std::uint64_t Verifier::seen(const ThreadId& thread) {
    const auto key = keys::site_log(options_.site);
    auto ask = function_ro("vp_site_seen", key);
    ask.arg(thread.view());
    return Unpacker(redis_.ask(key, std::move(ask)).view().text()).u64();
}

// How many of the events that were in the thread's outbox at first are still nowhere else.
std::uint64_t Verifier::waiting(const ThreadId& thread) {
    const auto key = keys::thread(thread);
    auto count = function_ro("vp_waiting", key);
    count.arg(seen(thread)).arg(waiting_.at(thread).last);
    return static_cast<std::uint64_t>(redis_.ask(key, std::move(count)).view().number().value_or(0)
    );
}

void Verifier::check_outboxes() {
    // Most of it is in the site's stream already, and stays for a while.
    std::erase_if(waiting_, [this](const auto& one) {
        outboxes_.checked += one.second.length;
        return waiting(one.first) == 0;
    });
    if (!waiting_.empty()) redis_.run_until([] { return false; }, kSettleTime);
    for (const auto& [thread, _] : waiting_) {
        const auto events = waiting(thread);
        if (events == 0 || !redis_.ok()) continue;
        outboxes_.tell(
            "thread " + std::string(thread.view()) + ": a node that ended has left " +
            std::to_string(events) + " in the outbox"
        );
        if (!repair_) continue;
        move(thread);
        if (redis_.ok() && waiting(thread) == 0) ++outboxes_.repaired;
    }
}

// As long as it brings something on.
void Verifier::move(const ThreadId& thread) {
    Replication replication(redis_.io(), redis_.client(), options_);
    SiteFeed feed(redis_.io(), redis_.client(), replication, options_, node_);
    auto before = waiting(thread);
    while (before > 0 && redis_.ok()) {
        bool moved = false;
        feed.move_rest(thread, seen(thread), [&moved] { moved = true; });
        while (!moved) redis_.io().run_one();  // the client's own time-outs end every call
        const auto after = waiting(thread);
        if (after >= before) return;
        before = after;
    }
}

void Verifier::check_lists() {
    std::vector<ThreadId> threads;
    for (const auto& [thread, boxes] : keys_.threads) threads.push_back(thread);
    lists_.check(threads);
}

}  // namespace

VerifyReport verify(const StoreOptions& options, std::string place, bool repair) {
    VerifyReport report{.place = std::move(place), .unreadable = {}, .checks = {}};
    BlockingClient redis(options);
    redis.connect();
    if (redis.ok()) {
        Verifier verifier(redis, options, repair);
        report.checks = verifier.run();
        if (redis.ok() && verifier.found_nothing()) {
            report.checks.clear();
            report.unreadable = kNothingThere;
        }
    }
    if (!redis.ok()) report.unreadable = redis.failure();
    return report;
}

}  // namespace voxpop::store::redis
