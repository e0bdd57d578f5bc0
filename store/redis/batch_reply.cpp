// Reading the reply of vp_write: the other half of Batch.
#include <utility>

#include "store/redis/batch.hpp"

namespace voxpop::store::redis {
namespace {

using namespace domain;
using base::ErrorCode;

// What a function answers first; everything else is an error's number.
constexpr std::uint16_t kDone = 0;
constexpr std::uint16_t kRepeated = 1;

std::unexpected<base::Error> refusal(std::uint16_t code) {
    return base::fail(static_cast<ErrorCode>(code));
}

bool is_known(std::uint16_t code) {
    return code >= static_cast<std::uint16_t>(ErrorCode::limit_exceeded) &&
           code <= static_cast<std::uint16_t>(ErrorCode::invalid_state_change);
}

// As the function moves it (lua/ballots.lua). Not Tally::move(): what Redis says is input, and
// ballots may be more than a tally has that was lost.
void move(Tally& tally, OptionSet before, OptionSet after) {
    if (before == after) return;
    for (std::size_t i = 0; i < tally.counts.size(); ++i) {
        if (before.has(i) && tally.counts[i] > 0) --tally.counts[i];
        if (after.has(i)) ++tally.counts[i];
    }
    if (!before.empty() && tally.voters > 0) --tally.voters;
    if (!after.empty()) ++tally.voters;
    ++tally.version;
}

Appended read_repeated(Unpacker& in) {
    Appended again{.comment = read_comment_id(in), .offset = in.u64()};
    again.state = static_cast<CommentState>(in.u8());
    again.version = in.u32();
    again.repeated = true;
    return again;
}

}  // namespace

struct Batch::Reading {
    Unpacker in;
    std::vector<std::optional<Outcome>> outcomes;  // by item
    BatchResult result;

    // The code of the next command.
    std::uint16_t code() {
        const auto code = in.u16();
        if (code != kDone && code != kRepeated && !is_known(code)) in.fail();
        return in.ok() ? code : static_cast<std::uint16_t>(ErrorCode::internal);
    }
};

std::optional<BatchResult> Batch::read(std::string_view reply) {
    Reading reading{.in = Unpacker(reply), .outcomes = {}, .result = {}};
    reading.outcomes.resize(items_.size());
    for (const auto& section : sections_) {
        const auto first = section.items.front();
        if (section.kind == Kind::choose) {
            read_run(section, reading);
            continue;
        }
        Item& item = items_[first];
        if (item.refused) {
            reading.outcomes[first] = std::unexpected(*item.refused);
        } else if (section.kind == Kind::append) {
            reading.outcomes[first] = read_append(std::get<Append>(*item.command), reading);
        } else if (section.kind == Kind::recall) {
            reading.outcomes[first] = read_recall(std::get<Recall>(*item.command), reading);
        } else if (section.kind == Kind::put_thread) {
            reading.outcomes[first] = read_put_thread(std::get<PutThread>(*item.command), reading);
        } else if (section.kind == Kind::put_poll) {
            reading.outcomes[first] = read_put_poll(std::get<PutPoll>(*item.command), reading);
        } else {
            read_counters(reading);
            reading.outcomes[first] = Stored{};
        }
    }
    auto& result = reading.result;
    result.lineage = read_lineage(reading.in);
    if (!reading.in.ok() || !reading.in.empty()) return std::nullopt;
    result.settled.reserve(items_.size());
    for (std::size_t i = 0; i < items_.size(); ++i) {
        settle(items_[i], std::move(*reading.outcomes[i]), result.settled);
    }
    return std::move(result);
}

BatchResult Batch::fail(const base::Error& error) {
    BatchResult result;
    for (auto& item : items_) {
        settle(item, std::unexpected(item.refused.value_or(error)), result.settled);
    }
    return result;
}

void Batch::settle(Item& item, Outcome outcome, std::vector<Settled>& settled) {
    if (!item.counting) return settled.push_back({item.ticket, std::move(outcome)});
    Counting& counting = *item.counting;
    if (!outcome && counting.outcome) counting.outcome = std::unexpected(outcome.error());
    if (--counting.pieces > 0) return;
    Outcome whole = Stored{};
    if (!counting.outcome) whole = std::unexpected(counting.outcome.error());
    settled.push_back({counting.ticket, std::move(whole)});
}

// The function tells the tally before the run and what each voter held: moving it by each vote
// again gives the tally behind each vote.
void Batch::read_run(const Section& section, Reading& reading) {
    auto& in = reading.in;
    Tally tally = redis::read_tally(in);
    const auto version = tally.version;
    for (const auto number : section.items) {
        const auto code = reading.code();
        if (code == kDone) {
            const OptionSet before(in.u32());
            const OptionSet after = items_[number].wanted;
            if (!in.ok()) return;
            move(tally, before, after);
            reading.outcomes[number] = Chosen{before, after, tally};
        } else if (code == kRepeated) {
            const OptionSet before(in.u64());
            const OptionSet after(in.u64());
            reading.outcomes[number] = Chosen{before, after, tally, true};
        } else {
            reading.outcomes[number] = refusal(code);
        }
    }
    if (tally.version == version) return;
    auto& changes = reading.result.changes;
    for (auto& change : changes) {
        auto* earlier = std::get_if<BoxChanged>(&change);
        if (earlier != nullptr && earlier->box == section.box) {
            earlier->tally = tally;
            return;
        }
    }
    changes.push_back(BoxChanged{section.box, thread_, tally});
}

Outcome Batch::read_append(const Append& command, Reading& reading) {
    auto& in = reading.in;
    const auto code = reading.code();
    if (code == kRepeated) return read_repeated(in);
    if (code != kDone) {
        if (code != static_cast<std::uint16_t>(ErrorCode::comment_not_found)) return refusal(code);
        return base::fail(
            ErrorCode::comment_not_found, "the comment that this replies to is not there"
        );
    }
    const CommentChange& change = command.change;
    LogRecord record = record_of(event_of(change), change.after);
    record.offset = in.u64();
    SiteEntry entry{.seq = in.u64(), .bytes = std::string(in.text32())};
    record.comment.replies = in.u32();
    record.comment.likes = in.u64();
    record.comment.dislikes = in.u64();
    const auto counts = read_counts(in);

    reading.result.seq = entry.seq;
    entry.change = reading.result.changes.size();
    reading.result.site.push_back(std::move(entry));
    const Appended appended{
        .comment = change.after.id,
        .offset = record.offset,
        .state = change.after.state,
        .version = change.after.version,
    };
    reading.result.changes.push_back(LogAppended{std::move(record), counts});
    return appended;
}

Outcome Batch::read_recall(const Recall& command, Reading& reading) {
    const auto code = reading.code();
    if (code == kRepeated) return read_repeated(reading.in);
    if (code == kDone) return std::unexpected(command.refusal);
    return refusal(code);
}

Outcome Batch::read_put_thread(const PutThread& put, Reading& reading) {
    const auto code = reading.code();
    if (code != kDone) return refusal(code);
    Thread kept = put.thread;
    kept.version = reading.in.u32();
    reading.result.changes.push_back(ThreadChanged{kept});
    return Stored{kept.version};
}

Outcome Batch::read_put_poll(const PutPoll& put, Reading& reading) {
    const auto code = reading.code();
    if (code != kDone) return refusal(code);
    Poll kept = put.poll;
    kept.version = reading.in.u32();
    const auto tally = redis::read_tally(reading.in);
    reading.result.changes.push_back(PollChanged{kept, tally});
    return Stored{kept.version};
}

void Batch::read_counters(Reading& reading) {
    auto& in = reading.in;
    if (reading.code() != kDone || in.u8() == 0) return;
    CountersMoved moved{.thread = thread_};
    for (auto& counter : moved.counters) counter = in.u64();
    reading.result.changes.push_back(moved);
}

}  // namespace voxpop::store::redis
