#include "domain/ballot_box.hpp"

#include <cstdlib>

namespace voxpop::domain {
namespace {

using enum base::ErrorCode;

BoxId box_of(BoxKind kind, std::string_view subject, std::uint32_t round) {
    // Every subject is an id, which fits by its own limit.
    return {kind, *base::InlineString<base::kIdBytesMax>::from(subject), round};
}

std::string_view name_of(BoxKind kind) {
    switch (kind) {
        case BoxKind::poll:
            return "poll";
        case BoxKind::save:
            return "save";
        case BoxKind::reaction:
            return "reaction";
        case BoxKind::report:
            return "report";
    }
    std::abort();  // a value outside the enum: memory is broken
}

bool uses_known_options(OptionSet set, std::uint8_t options) {
    return options >= 64 || set.bits() >> options == 0;
}

base::Result<void> check_gate(const BoxGate& gate, Time at) {
    if (gate.state == BoxState::not_open) return base::fail(poll_not_open);
    if (gate.state == BoxState::closed) return base::fail(poll_closed);
    if (gate.closes_at && at > *gate.closes_at) return base::fail(poll_closed);
    return {};
}

base::Result<void> check_withdrawal(BallotPolicy policy) {
    switch (policy) {
        case BallotPolicy::retractable:
            return {};
        case BallotPolicy::changeable:
            return base::fail(retract_not_allowed);
        case BallotPolicy::final:
            return base::fail(ballot_final);
    }
    std::abort();
}

}  // namespace

BoxId BoxId::poll(const base::PollId& id, std::uint32_t round) {
    return box_of(BoxKind::poll, id.view(), round);
}
BoxId BoxId::save(const base::ThreadId& id) {
    return box_of(BoxKind::save, id.view(), 1);
}
BoxId BoxId::reaction(base::CommentId id) {
    return box_of(BoxKind::reaction, id.str(), 1);
}
BoxId BoxId::report(base::CommentId id) {
    return box_of(BoxKind::report, id.str(), 1);
}

std::string BoxId::str() const {
    std::string out(name_of(kind));
    out += '/';
    out += subject.view();
    out += '/';
    out += std::to_string(round);
    return out;
}

BoxRules implicit_rules(BoxKind kind) {
    switch (kind) {
        case BoxKind::save:
            return {.options = 1};
        case BoxKind::reaction:
            return {.options = 2};
        case BoxKind::report:
            return {.options = kReportReasons, .max = kReportReasons};
        case BoxKind::poll:
            break;
    }
    std::abort();  // a poll brings its own rules
}

void Tally::move(OptionSet before, OptionSet after) {
    if (before == after) return;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        if (before.has(i) && counts[i] == 0) std::abort();  // tally and ballots have parted
        counts[i] = counts[i] + (after.has(i) ? 1 : 0) - (before.has(i) ? 1 : 0);
    }
    voters = voters + (after.empty() ? 0 : 1) - (before.empty() ? 0 : 1);
    ++version;
}

base::Result<void> admit(
    const BoxRules& rules, const BoxGate& gate, OptionSet before, OptionSet wanted, Time at
) {
    if (auto open = check_gate(gate, at); !open) return open;
    if (before == wanted) return {};
    if (wanted.empty()) return check_withdrawal(rules.policy);
    if (!uses_known_options(wanted, rules.options)) return base::fail(invalid_choice);
    if (wanted.size() < rules.min || wanted.size() > rules.max) return base::fail(invalid_choice);
    if (!before.empty() && rules.policy == BallotPolicy::final) return base::fail(ballot_final);
    return {};
}

}  // namespace voxpop::domain
