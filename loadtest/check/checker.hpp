// Judges a journal: was anything that was acknowledged lost, or counted twice, did anything come
// out of order or twice, did anybody see what was not for them? Takes entries in the order of their
// files and gives its verdict when all are in. Pure; one thread.
//
// What it compares:
//  * ballots: what each voter holds by the acknowledgements, summed up, against the tallies after
//  the run;
//    commands without an answer widen what is allowed, never more;
//  * streams: what each subscriber was given, offset by offset, and what stands at each offset;
//  * comments: each acknowledged one at its offset, once;
//  * oddities that subscribers' own checks noted.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "loadtest/check/journal.hpp"

namespace voxpop::load {

enum class Violation : std::uint8_t {
    ballot_lost,     // acknowledged, but not in the tally
    ballot_doubled,  // more in the tally than was voted
    tally_wrong,     // options do not fit the ballots
    answers_differ,  // two ways of asking give different numbers
    comment_lost,    // acknowledged, but not at its place
    comment_count_wrong,
    publication_lost,  // a subscriber was never given it and never told to reload
    publication_doubled,
    reordered,  // out of order, or two subscribers were given different things
    version_back,
    hidden_result_leaked,
    moderation_leaked,
    wrong_answer,  // an acknowledgement says something else than was asked
    not_protocol,
    stall,
    unverified,  // the server could not be asked
    count_
};
[[nodiscard]] std::string_view to_string(Violation kind);

struct Finding {
    Violation kind = Violation::ballot_lost;
    std::string detail;
    std::uint64_t times = 1;
};

struct Verdict {
    std::vector<Finding>
        findings;  // by kind; each kind's details are bounded, `times` adds up to all
    std::uint64_t acknowledged = 0;
    std::uint64_t refused = 0;
    std::uint64_t unknown = 0;
    std::uint64_t ballots = 0;  // voters that hold one by the acknowledgements
    std::uint64_t streams = 0;  // subscriptions that were checked

    [[nodiscard]] bool ok() const { return findings.empty(); }
    [[nodiscard]] std::uint64_t count(Violation kind) const;
};

class Checker {
  public:
    void add(const Entry& entry);
    // Call once, when everything is in.
    [[nodiscard]] Verdict verdict();

  private:
    using VoterKey = std::pair<std::uint64_t, std::uint64_t>;  // run, voter

    // What a voter may hold now.
    struct Holding {
        std::string certain;                // by the last acknowledgement
        std::vector<std::string> possible;  // asked for, never answered
    };

    // A ballot box: a poll, or the saves of a thread.
    struct Box {
        std::map<VoterKey, Holding> ballots;
        std::vector<entry::PollState> before;
        std::vector<entry::PollState> after;
    };

    struct Waiting {
        entry::Action action = entry::Action::vote;
        std::string subject;
        std::string choice;
    };

    struct Stream {  // one subscriber's way along one channel
        std::string epoch;
        std::uint64_t position = 0;
        std::set<std::uint64_t> missing;
    };

    struct Place {
        std::string type;
        std::string comment;
        friend bool operator==(const Place&, const Place&) = default;
    };

    struct PostedComment {
        std::uint64_t offset = 0;
        std::string thread;
    };

    struct ThreadFacts {
        std::vector<entry::ThreadState> before;
        std::vector<entry::ThreadState> after;
        std::uint64_t posted = 0;
        std::uint64_t maybe_posted = 0;
        bool moderated = false;
    };

    void take(const entry::Run& run);
    void take(const entry::Sent& sent);
    void take(const entry::Done& done);
    void take(const entry::Refused& refused);
    void take(const entry::Unknown& unknown);
    void take(const entry::Follows& follows);
    void take(const entry::Left& left);
    void take(const entry::Odd& odd);
    void take(const entry::Published& published);
    void take(const entry::PollState& state);
    void take(const entry::ThreadState& state);
    void take(const entry::Stall& stall);
    void take(const entry::Unreachable& unreachable);

    void take_unknown(const VoterKey& voter, const Waiting& waiting);
    void settle_gaps(const std::string& channel, std::uint64_t voter, Stream& stream);
    void judge_box(const std::string& name, const Box& box);
    void judge_comments();
    void judge_thread(const std::string& thread, const ThreadFacts& facts);
    void judge_tails();
    void report(Violation kind, std::string detail, std::uint64_t times = 1);

    [[nodiscard]] Box& box_of(entry::Action action, const std::string& subject);

    Verdict verdict_;
    std::map<Violation, std::uint64_t> reported_;
    std::uint64_t run_ = 0;
    std::map<std::pair<VoterKey, std::uint32_t>, Waiting> waiting_;
    std::map<std::string, Box> boxes_;
    std::map<std::pair<VoterKey, std::string>, Stream> streams_;
    std::map<std::string, std::map<std::pair<std::string, std::uint64_t>, Place>> places_;
    std::map<std::string, std::map<std::string, std::uint64_t>>
        posted_at_;  // channel → comment → offset
    std::map<std::string, PostedComment> acknowledged_comments_;
    std::map<std::string, ThreadFacts> threads_;
    std::string unreachable_;  // why, while nothing from after the run has come since
    struct Tail {
        std::uint64_t voter = 0;
        std::string channel;
        std::string epoch;
        std::uint64_t offset = 0;
    };
    std::vector<Tail> tails_;
};

}  // namespace voxpop::load
