#include "loadtest/check/checker.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "loadtest/check/ballots.hpp"

namespace voxpop::load {

namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(Violation::count_)> kNames{
    "ballot_lost",      "ballot_doubled",       "tally_wrong",
    "answers_differ",   "comment_lost",         "comment_count_wrong",
    "publication_lost", "publication_doubled",  "reordered",
    "version_back",     "hidden_result_leaked", "moderation_leaked",
    "wrong_answer",     "not_protocol",         "stall",
    "unverified",
};

constexpr std::uint64_t kDetailsPerKind = 10;

std::string text(std::uint64_t number) {
    return std::to_string(number);
}

std::string channel_of(const std::string& thread) {
    return "thread:" + thread;
}

}  // namespace

std::string_view to_string(Violation kind) {
    return kNames[static_cast<std::size_t>(kind)];
}

std::uint64_t Verdict::count(Violation kind) const {
    std::uint64_t sum = 0;
    for (const Finding& finding : findings) {
        if (finding.kind == kind) sum += finding.times;
    }
    return sum;
}

void Checker::report(Violation kind, std::string detail, std::uint64_t times) {
    if (reported_[kind]++ < kDetailsPerKind) {
        verdict_.findings.push_back({kind, std::move(detail), times});
        return;
    }
    const auto last = std::ranges::find_if(verdict_.findings, [&](const Finding& finding) {
        return finding.kind == kind && finding.detail == "and more";
    });
    if (last != verdict_.findings.end()) {
        last->times += times;
    } else {
        verdict_.findings.push_back({kind, "and more", times});
    }
}

void Checker::add(const Entry& entry) {
    std::visit([this](const auto& e) { take(e); }, entry);
}

void Checker::take(const entry::Run& run) {
    run_ = run.id;
}

Checker::Box& Checker::box_of(entry::Action action, const std::string& subject) {
    return boxes_[(action == entry::Action::save ? "saves of " : "poll ") + subject];
}

void Checker::take(const entry::Sent& sent) {
    waiting_[{{run_, sent.voter}, sent.command}] = {sent.action, sent.subject, sent.choice};
    if (sent.action != entry::Action::hide && sent.action != entry::Action::restore) return;
    for (auto& [name, facts] : threads_) facts.moderated = true;
}

void Checker::take(const entry::Done& done) {
    const VoterKey voter{run_, done.voter};
    const auto at = waiting_.find({voter, done.command});
    if (at == waiting_.end()) return;
    const Waiting sent = std::move(at->second);
    waiting_.erase(at);
    ++verdict_.acknowledged;
    switch (sent.action) {
        case entry::Action::vote:
            if (done.result != sent.choice) {
                report(
                    Violation::wrong_answer, "voter " + text(done.voter) + " chose \"" +
                                                 sent.choice + "\" in poll " + sent.subject +
                                                 "; the answer says \"" + done.result + "\""
                );
            }
            box_of(sent.action, sent.subject).ballots[voter].certain = sent.choice;
            break;
        case entry::Action::save:
            box_of(sent.action, sent.subject).ballots[voter].certain = sent.choice;
            break;
        case entry::Action::comment: {
            // Without an offset it is not public yet: it waits for a moderator.
            if (done.number == 0) break;
            ++threads_[sent.subject].posted;
            const auto [before, is_new] = acknowledged_comments_.try_emplace(
                done.result, PostedComment{done.number, sent.subject}
            );
            if (is_new) break;
            report(
                Violation::wrong_answer,
                "comment " + done.result + " was acknowledged to two commands"
            );
            break;
        }
        case entry::Action::hide:
        case entry::Action::restore:
            break;
    }
}

void Checker::take(const entry::Refused& refused) {
    waiting_.erase({{run_, refused.voter}, refused.command});
    ++verdict_.refused;
}

void Checker::take(const entry::Unknown& unknown) {
    const VoterKey voter{run_, unknown.voter};
    const auto at = waiting_.find({voter, unknown.command});
    if (at == waiting_.end()) return;
    take_unknown(voter, at->second);
    waiting_.erase(at);
}

void Checker::take_unknown(const VoterKey& voter, const Waiting& waiting) {
    ++verdict_.unknown;
    if (waiting.action == entry::Action::comment) ++threads_[waiting.subject].maybe_posted;
    if (waiting.action != entry::Action::vote && waiting.action != entry::Action::save) return;
    box_of(waiting.action, waiting.subject).ballots[voter].possible.push_back(waiting.choice);
}

void Checker::take(const entry::Follows& follows) {
    Stream& stream = streams_[{{run_, follows.voter}, follows.channel}];
    // Whoever was told to reload has no claim to what came before.
    if (follows.start != entry::Start::recovered) stream.missing.clear();
    if (follows.start == entry::Start::recovered &&
        (stream.epoch != follows.epoch || stream.position > follows.offset)) {
        report(
            Violation::reordered, "subscriber " + text(follows.voter) + " of " + follows.channel +
                                      " recovered from a position that it did not have"
        );
    }
    stream.epoch = follows.epoch;
    stream.position = follows.offset;
    ++verdict_.streams;
}

void Checker::take(const entry::Left& left) {
    const auto key = std::pair{VoterKey{run_, left.voter}, left.channel};
    Stream& stream = streams_[key];
    settle_gaps(left.channel, left.voter, stream);
    stream.epoch = left.epoch;
    stream.position = left.offset;
    if (left.at_end) tails_.push_back({left.voter, left.channel, left.epoch, left.offset});
}

void Checker::settle_gaps(const std::string& channel, std::uint64_t voter, Stream& stream) {
    for (const std::uint64_t offset : stream.missing) {
        report(
            Violation::publication_lost, "subscriber " + text(voter) + " of " + channel +
                                             " was never given offset " + text(offset)
        );
    }
    stream.missing.clear();
}

void Checker::take(const entry::Odd& odd) {
    const std::string who =
        "subscriber " + text(odd.voter) + (odd.channel.empty() ? "" : " of " + odd.channel);
    Stream& stream = streams_[{{run_, odd.voter}, odd.channel}];
    switch (odd.kind) {
        case entry::Oddity::gap:
            for (auto offset = odd.expected; offset < odd.got; ++offset) {
                if (offset - odd.expected >= 10'000) break;  // one gap's details are enough
                stream.missing.insert(offset);
            }
            return;
        case entry::Oddity::again:
            if (stream.missing.erase(odd.got) > 0) {
                return report(
                    Violation::reordered,
                    who + " was given offset " + text(odd.got) + " after " + text(odd.expected - 1)
                );
            }
            return report(
                Violation::publication_doubled,
                who + " was given offset " + text(odd.got) + " again"
            );
        case entry::Oddity::version_back:
            return report(
                Violation::version_back,
                who + " was shown version " + text(odd.got) + " after " + text(odd.expected)
            );
        case entry::Oddity::version_differs:
            return report(
                Violation::answers_differ,
                who + " was shown other numbers than others for version " + text(odd.expected)
            );
        case entry::Oddity::leaked_result:
            return report(
                Violation::hidden_result_leaked, who + " was shown results that are hidden from it"
            );
        case entry::Oddity::leaked_moderation:
            return report(
                Violation::moderation_leaked, who + " was given what only moderators may see"
            );
        case entry::Oddity::wrong_choice:
            return report(Violation::wrong_answer, who + " got the answer to something else");
        case entry::Oddity::not_protocol:
            return report(Violation::not_protocol, who + " got a message that no client can read");
    }
}

void Checker::take(const entry::Published& published) {
    const Place place{published.type, published.comment};
    auto& places = places_[published.channel];
    const auto [at, is_new] = places.try_emplace({published.epoch, published.offset}, place);
    const std::string where = published.channel + " offset " + text(published.offset);
    if (!is_new) {
        if (at->second == place) return;
        return report(
            Violation::reordered, where + " was \"" + at->second.type + " " + at->second.comment +
                                      "\" for some and \"" + place.type + " " + place.comment +
                                      "\" for others"
        );
    }
    if (published.type != "posted") return;
    const auto [before, first] =
        posted_at_[published.channel].try_emplace(published.comment, published.offset);
    if (first || before->second == published.offset) return;
    report(
        Violation::publication_doubled, where + ": comment " + published.comment +
                                            " was posted at offset " + text(before->second) +
                                            " already"
    );
}

void Checker::take(const entry::PollState& state) {
    Box& box = boxes_["poll " + state.poll];
    (state.moment == entry::Moment::before ? box.before : box.after).push_back(state);
}

void Checker::take(const entry::ThreadState& state) {
    if (state.moment == entry::Moment::after) unreachable_.clear();
    ThreadFacts& facts = threads_[state.thread];
    (state.moment == entry::Moment::before ? facts.before : facts.after).push_back(state);
    // Saves are a ballot box of one option, told by the thread's counts.
    Box& box = boxes_["saves of " + state.thread];
    entry::PollState saves;
    saves.moment = state.moment;
    saves.source = "thread.get";
    saves.voters = state.saves;
    saves.options = "on=" + text(state.saves);
    (state.moment == entry::Moment::before ? box.before : box.after).push_back(std::move(saves));
}

void Checker::take(const entry::Stall& stall) {
    report(
        Violation::stall, "no answer at all for " +
                              text(static_cast<std::uint64_t>(stall.length_ms)) + " ms, " +
                              text(stall.waiting) + " commands waited, at " +
                              text(static_cast<std::uint64_t>(stall.at_ms)) + " ms"
    );
}

void Checker::take(const entry::Unreachable& unreachable) {
    unreachable_ = unreachable.why;
}

Verdict Checker::verdict() {
    for (const auto& [key, waiting] : waiting_) take_unknown(key.first, waiting);
    waiting_.clear();
    for (auto& [key, stream] : streams_) settle_gaps(key.second, key.first.second, stream);
    if (!unreachable_.empty()) {
        report(
            Violation::unverified, "the server could not be asked after the run (" + unreachable_ +
                                       "); when it is back: voxpop-load check JOURNAL --target …"
        );
    }
    for (const auto& [name, box] : boxes_) judge_box(name, box);
    judge_comments();
    for (const auto& [name, facts] : threads_) judge_thread(name, facts);
    judge_tails();
    std::ranges::stable_sort(verdict_.findings, {}, &Finding::kind);
    return std::move(verdict_);
}

void Checker::judge_box(const std::string& name, const Box& box) {
    if (box.ballots.empty() && box.before.empty()) return;
    Expectation expected;
    if (!box.before.empty()) expected.start_from(box.before.front());
    for (const auto& [voter, holding] : box.ballots) {
        expected.add(holding.certain, holding.possible);
        if (!holding.certain.empty() && name.starts_with("poll ")) ++verdict_.ballots;
    }
    // Of answers at different times the last counts, by source.
    std::map<std::string, const entry::PollState*> last;
    for (const auto& state : box.after) last[state.source] = &state;
    for (const auto& [source, state] : last) {
        for (auto& [kind, detail] : expected.compare(*state)) {
            report(kind, name + " (" + source + "): " + detail);
        }
        const auto& reference = *last.begin()->second;
        if (state->options != reference.options && !state->options.empty() &&
            !reference.options.empty()) {
            report(
                Violation::answers_differ, name + ": " + reference.source + " says " +
                                               reference.options + ", " + source + " says " +
                                               state->options
            );
        }
    }
    if (last.empty() && !box.ballots.empty() && reported_[Violation::unverified] == 0) {
        report(Violation::unverified, name + ": the journal holds no tally from after the run");
    }
}

void Checker::judge_comments() {
    // While nobody can say what is stored, what subscribers have not seen is no loss yet.
    if (!unreachable_.empty()) return;
    // The epoch is not part of an acknowledgement; offsets of a new one begin anew.
    using Seen = std::set<std::pair<std::uint64_t, std::string_view>>;
    std::map<std::string, Seen> seen;  // by channel: what stood at an offset, in any epoch
    for (const auto& [channel, places] : places_) {
        for (const auto& [where, place] : places) {
            seen[channel].emplace(where.second, place.comment);
        }
    }
    for (const auto& [id, comment] : acknowledged_comments_) {
        if (seen[channel_of(comment.thread)].contains({comment.offset, id})) continue;
        report(
            Violation::comment_lost, "comment " + id + " of thread " + comment.thread +
                                         " was acknowledged at offset " + text(comment.offset) +
                                         " and is not there"
        );
    }
}

void Checker::judge_thread(const std::string& thread, const ThreadFacts& facts) {
    if (facts.before.empty() || facts.after.empty() || facts.moderated) return;
    const auto least = facts.before.front().comments + facts.posted;
    const auto most = least + facts.maybe_posted;
    const auto now = facts.after.back().comments;
    if (now >= least && now <= most) return;
    report(
        Violation::comment_count_wrong, "thread " + thread + " counts " + text(now) +
                                            " comments; by the acknowledgements it has " +
                                            text(least) + (most == least ? "" : " to " + text(most))
    );
}

void Checker::judge_tails() {
    for (const Tail& tail : tails_) {
        const auto thread = threads_.find(tail.channel.substr(tail.channel.find(':') + 1));
        if (!tail.channel.starts_with("thread:") || thread == threads_.end()) continue;
        if (thread->second.after.empty()) continue;
        const entry::ThreadState& last = thread->second.after.back();
        if (last.epoch != tail.epoch || tail.offset >= last.offset) continue;
        report(
            Violation::publication_lost,
            "subscriber " + text(tail.voter) + " of " + tail.channel +
                " was given nothing after offset " + text(tail.offset) + "; the stream ends at " +
                text(last.offset),
            last.offset - tail.offset
        );
    }
}

}  // namespace voxpop::load
