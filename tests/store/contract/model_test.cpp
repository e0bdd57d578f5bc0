// The contract of a store, as a property: after any sequence of commands it holds what counting by
// hand holds. The model knows ballots, visible comments and answers; it keeps no tally and no
// offset.
#include <rapidcheck.h>

#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "tests/store/contract/bench.hpp"

using namespace voxpop::store::contract;
namespace base = voxpop::base;

namespace {

constexpr std::uint64_t kVoters = 4;
constexpr std::uint64_t kComments = 6;
constexpr std::uint64_t kKeys = 5;

class Model {
  public:
    explicit Model(Bench& bench) : bench_(bench), poll_(bench.make_poll("p")) {}

    void step() {
        switch (*rc::gen::inRange(0, 6)) {
            case 0:
            case 1:
                return vote();
            case 2:
                return save();
            case 3:
                return post();
            case 4:
                return moderate();
            default:
                return change_round();
        }
    }

    void check() const {
        check_tally();
        RC_ASSERT(bench_.counts({thread_id("t")}).front().saves == savers_.size());
        RC_ASSERT(bench_.counts({thread_id("t")}).front().comments == visible_.size());
        const auto log = bench_.thread_log(thread_id("t"));
        for (std::size_t i = 0; i < log.records.size(); ++i) {
            RC_ASSERT(log.records[i].offset == i + 1);
        }
        RC_ASSERT(log.records.size() == public_events_);
        const auto site = bench_.site_log();
        for (std::size_t i = 0; i < site.records.size(); ++i) {
            RC_ASSERT(site.records[i].site_offset == i + 1);
        }
    }

  private:
    void vote() {
        const auto voter = "u" + std::to_string(*rc::gen::inRange<std::uint64_t>(0, kVoters));
        const OptionSet wanted(*rc::gen::inRange<std::uint64_t>(0, 9));
        const auto& before = ballots_[voter];
        const bool allowed = wanted.size() <= 1 && wanted.bits() < 8;
        Choose command{
            .box = poll_.box(),
            .thread = poll_.thread,
            .voter = user(voter),
            .options = wanted,
            .at = kNow,
        };
        if (*rc::gen::arbitrary<bool>()) {
            const auto name = "k" + std::to_string(*rc::gen::inRange<std::uint64_t>(0, kKeys));
            command.idempotency = key(voter, name, wanted.bits());
        }
        const auto outcome = bench_.write(command);
        if (const auto* first = find_answer(command.idempotency)) {
            if (first->first != wanted.bits()) {
                RC_ASSERT(outcome.error().code == ErrorCode::key_reused);
            } else {
                RC_ASSERT(std::get<Chosen>(*outcome).before == first->second);
                RC_ASSERT(std::get<Chosen>(*outcome).after == wanted);
            }
            return;
        }
        RC_ASSERT(outcome.has_value() == (allowed || wanted == before));
        if (!outcome) return;
        RC_ASSERT(std::get<Chosen>(*outcome).before == before);
        if (command.idempotency.given()) {
            answers_.emplace(name_of(command.idempotency), std::pair(wanted.bits(), before));
        }
        ballots_[voter] = wanted;
    }

    void save() {
        const auto voter = "u" + std::to_string(*rc::gen::inRange<std::uint64_t>(0, kVoters));
        const bool on = *rc::gen::arbitrary<bool>();
        RC_ASSERT(bench_.choose(BoxId::save(thread_id("t")), voter, on ? 1 : 0).has_value());
        on ? (void)savers_.insert(voter) : (void)savers_.erase(voter);
    }

    void post() {
        const auto number = *rc::gen::inRange<std::uint64_t>(1, kComments + 1);
        const bool is_new = posted_.insert(number).second;
        const auto outcome = bench_.write(Append{.change = bench_.posted(number)});
        RC_ASSERT(outcome.has_value() == is_new);
        if (!is_new) return;
        visible_.insert(number);
        ++public_events_;
    }

    void moderate() {
        const auto number = *rc::gen::inRange<std::uint64_t>(1, kComments + 1);
        if (!posted_.contains(number)) return;
        const bool was_visible = visible_.contains(number);
        const auto decision = was_visible ? Decision::hide : Decision::restore;
        RC_ASSERT(bench_.decide(base::CommentId(number), decision).has_value());
        was_visible ? (void)visible_.erase(number) : (void)visible_.insert(number);
        ++public_events_;
    }

    void change_round() {
        if (*rc::gen::inRange(0, 4) != 0) return;
        const auto version_before = poll_.version++;
        ++poll_.round;
        (void)bench_.must<Stored>(PutPoll{.poll = poll_, .version_before = version_before});
        ballots_.clear();
    }

    void check_tally() const {
        std::array<std::uint64_t, base::limits::kPollOptionsMax> counted{};
        std::uint64_t voters = 0;
        for (const auto& [voter, set] : ballots_) {
            if (!set.empty()) ++voters;
            for (std::size_t i = 0; i < counted.size(); ++i) counted[i] += set.has(i) ? 1U : 0U;
            RC_ASSERT(bench_.ballots(user(voter), {poll_.box()}).front() == set);
        }
        const auto tally = bench_.poll(poll_.id)->tally;
        RC_ASSERT(tally.counts == counted);
        RC_ASSERT(tally.voters == voters);
        RC_ASSERT(tally.version >= last_version_);
        last_version_ = tally.version;
    }

    using FirstAnswer = std::pair<std::uint64_t, OptionSet>;  // fingerprint, before
    static std::string name_of(const Idempotency& key) {
        return key.user.str() + ' ' + key.key.str();
    }
    const FirstAnswer* find_answer(const Idempotency& key) const {
        if (!key.given()) return nullptr;
        const auto at = answers_.find(name_of(key));
        return at != answers_.end() ? &at->second : nullptr;
    }

    Bench& bench_;
    Poll poll_;
    std::map<std::string, OptionSet> ballots_;
    std::set<std::string> savers_;
    std::set<std::uint64_t> posted_;
    std::set<std::uint64_t> visible_;
    std::uint64_t public_events_ = 0;
    std::map<std::string, FirstAnswer> answers_;
    mutable std::uint64_t last_version_ = 0;
};

}  // namespace

TEST_CASE("store: after any sequence of commands, everything adds up", "[contract][property]") {
    CHECK(rc::check("a store agrees with counting by hand, over restarts", [] {
        Bench bench;
        Model model(bench);
        const auto steps = *rc::gen::inRange(1, 60);
        for (int i = 0; i < steps; ++i) {
            model.step();
            if (i % 20 == 19) bench.reopen();
        }
        model.check();
    }));
}
