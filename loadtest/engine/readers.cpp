#include "loadtest/engine/readers.hpp"

#include <algorithm>
#include <limits>

#include "loadtest/wire/outbound.hpp"

namespace voxpop::load {

namespace {

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();
constexpr double kBackoffLeastMs = 500;  // as the npm client has it
constexpr double kBackoffMostMs = 20'000;
constexpr std::uint16_t kMessageTooBig = 1009;

// Close codes after which a client must not come back.
bool is_final(std::uint16_t code) {
    return code == kMessageTooBig || (code >= 3500 && code < 4000) || (code >= 4500 && code < 5000);
}

// Evenly among the readers: where the share's multiples pass a whole number.
bool is_slow(std::uint64_t reader, double share) {
    const auto passed = [share](std::uint64_t n) {
        return static_cast<std::uint64_t>(static_cast<double>(n) * share);
    };
    return passed(reader + 1) > passed(reader);
}

}  // namespace

Readers::Readers(
    const Plan& plan, ReaderRange range, BoardHead& shared, WorkerBoard& board, int journal
)
    : plan_(plan),
      range_(range),
      shared_(shared),
      board_(board),
      journal_(journal),
      readers_(range.count),
      silence_(plan.stall_ms * 1'000'000),
      random_(plan.run ^ (range.first + 1) * 0x9e3779b97f4a7c15ULL) {
    for (Slot slot = 0; slot < readers_.size(); ++slot) {
        readers_[slot].group = plan.group_of(voter(slot));
        readers_[slot].slow = is_slow(voter(slot), plan.slow.share);
        for (const std::uint32_t channel : group(slot).channels) {
            readers_[slot].subscriptions.push_back({.channel = channel});
        }
        readers_[slot].subscriptions.shrink_to_fit();
        readers_[slot].target = static_cast<std::uint8_t>(voter(slot) % plan.targets.size());
    }
}

void Readers::arrive(Slot slot, std::int64_t intended_ns) {
    readers_[slot].intended_ns = intended_ns;
    transport_->open(slot, readers_[slot].target);
}

void Readers::on_open(Slot slot) {
    // Everything in one frame, as browsers do it: connect, and all subscriptions.
    const auto& token = group(slot).moderators         ? plan_.moderator_token
                        : !plan_.reader_tokens.empty() ? plan_.reader_tokens[voter(slot)]
                                                       : readers_[slot].device;
    const auto intended_ns = readers_[slot].intended_ns;
    line_.clear();
    append_connect(
        line_, remember(slot, {.asked = Asked::connect, .intended_ns = intended_ns}), token
    );
    for (std::uint32_t place = 0; place < readers_[slot].subscriptions.size(); ++place) {
        line_ += '\n';
        append_subscribe_line(line_, slot, place);
    }
    transport_->send(slot, line_);
}

void Readers::append_subscribe_line(std::string& out, Slot slot, std::uint32_t place) {
    const auto& subscription = readers_[slot].subscriptions[place];
    const auto id = remember(slot, {.asked = Asked::subscribe, .place = place});
    Position position;
    if (subscription.positioned) {
        position = {epochs_[subscription.epoch], subscription.position, true};
    }
    append_subscribe(out, id, plan_.channels[subscription.channel].name, position);
}

void Readers::subscribe_missing(Slot slot) {
    Reader& reader = readers_[slot];
    if (!reader.connected) return;
    line_.clear();
    for (std::uint32_t place = 0; place < reader.subscriptions.size(); ++place) {
        if (reader.subscriptions[place].live) continue;
        const bool asked = std::ranges::any_of(reader.pending, [&](const Pending& p) {
            return p.asked == Asked::subscribe && p.place == place;
        });
        if (asked) continue;
        if (!line_.empty()) line_ += '\n';
        append_subscribe_line(line_, slot, place);
    }
    if (!line_.empty()) transport_->send(slot, line_);
}

std::uint32_t Readers::remember(Slot slot, Pending pending) {
    Reader& reader = readers_[slot];
    pending.id = reader.next_id++;
    pending.sent_ns = load::now_ns();
    reader.pending.push_back(pending);
    if (is_write(pending.asked)) {
        ++waiting_;
        silence_.asked(pending.sent_ns, waiting_);
    }
    return pending.id;
}

void Readers::on_closed(Slot slot, std::uint16_t code, bool was_open) {
    Reader& reader = readers_[slot];
    const auto now = load::now_ns();
    if (was_open) {
        reader.intended_ns = now;
        board_.refuse(code);
    }
    if (is_final(code)) {
        reader.gone = true;
        return lose(slot, kNever);
    }
    lose(slot, now + backoff_ns(reader));
}

void Readers::lose(Slot slot, std::int64_t reconnect_at_ns) {
    Reader& reader = readers_[slot];
    leave_streams(slot, false);
    drop_pending(slot);
    reader.connected = false;
    for (auto& subscription : reader.subscriptions) subscription.live = false;
    note_readiness(slot, 0);
    if (reconnect_at_ns != kNever) later(slot, Due::What::reconnect, reconnect_at_ns);
}

std::int64_t Readers::backoff_ns(Reader& reader) {
    const double limit = std::min(
        kBackoffMostMs,
        kBackoffLeastMs * static_cast<double>(1U << std::min<unsigned>(reader.failures, 6))
    );
    reader.failures = static_cast<std::uint16_t>(std::min(reader.failures + 1, 100));
    return static_cast<std::int64_t>(std::uniform_real_distribution<double>(0, limit * 1e6)(random_)
    );
}

void Readers::later(Slot slot, Due::What what, std::int64_t at_ns) {
    due_.push({at_ns, slot, what});
}

void Readers::drop_pending(Slot slot) {
    for (const Pending& pending : readers_[slot].pending) {
        if (!is_write(pending.asked)) continue;
        board_.add(Counter::unknown);
        journal_.write(entry::Unknown{voter(slot), pending.id});
        --waiting_;
    }
    readers_[slot].pending.clear();
}

void Readers::note_readiness(Slot slot, std::int64_t now_ns) {
    Reader& reader = readers_[slot];
    const bool ready =
        reader.connected && std::ranges::all_of(reader.subscriptions, &Subscription::live);
    if (ready == reader.ready) return;
    reader.ready = ready;
    if (!ready) return board_.subtract(Counter::ready);
    board_.add(Counter::ready);
    reader.failures = 0;
    if (reader.intended_ns != 0) board_.record(Event::subscribe, reader.intended_ns, now_ns);
    reader.intended_ns = 0;
}

void Readers::cut(double share, std::int64_t intended_ns) {
    for (Slot slot = 0; slot < readers_.size(); ++slot) {
        if (!readers_[slot].connected) continue;
        if (std::uniform_real_distribution<double>(0, 1)(random_) >= share) continue;
        transport_->close(slot);
        readers_[slot].intended_ns = intended_ns;
        // They all find their way back within a second, as after a tunnel or a proxy's restart.
        const auto away = std::uniform_int_distribution<std::int64_t>(0, 1'000'000'000)(random_);
        readers_[slot].intended_ns += away;
        lose(slot, intended_ns + away);
    }
}

// A slow reader reads for a moment, then not for a while.
void Readers::take_turn(Slot slot, bool reading, std::int64_t now_ns) {
    if (woken_) return;
    constexpr double kReadSeconds = 0.2;
    if (!transport_->is_closed(slot)) transport_->set_reading(slot, reading);
    const double seconds = reading ? kReadSeconds : plan_.slow.pause_seconds;
    later(
        slot, reading ? Due::What::pause : Due::What::resume,
        now_ns + static_cast<std::int64_t>(seconds * 1e9)
    );
}

void Readers::wake_slow_readers() {
    woken_ = true;
    for (Slot slot = 0; slot < readers_.size(); ++slot) {
        if (readers_[slot].slow && !transport_->is_closed(slot))
            transport_->set_reading(slot, true);
    }
}

std::int64_t Readers::tend(std::int64_t now_ns) {
    while (!due_.empty() && due_.top().at_ns <= now_ns) {
        const Due due = due_.top();
        due_.pop();
        switch (due.what) {
            case Due::What::reconnect:
                if (transport_->is_closed(due.slot) && !readers_[due.slot].gone) {
                    transport_->open(due.slot, readers_[due.slot].target);
                }
                break;
            case Due::What::subscribe:
                subscribe_missing(due.slot);
                break;
            case Due::What::pause:
            case Due::What::resume:
                take_turn(due.slot, due.what == Due::What::resume, now_ns);
                break;
        }
    }
    return due_.empty() ? kNever : due_.top().at_ns;
}

void Readers::report() {
    board_.set(Counter::outstanding, waiting_);
    flush_journal();
    if (shared_.phase.load(std::memory_order_relaxed) < Phase::draining) return;
    if (!woken_) wake_slow_readers();
    std::uint64_t behind = 0;
    for (const Reader& reader : readers_) {
        for (const Subscription& subscription : reader.subscriptions) {
            const ChannelPlan& channel = plan_.channels[subscription.channel];
            if (channel.kind != ChannelKind::thread || !subscription.positioned || reader.gone)
                continue;
            const auto newest =
                shared_.newest_offset[channel.subject].load(std::memory_order_relaxed);
            if (!subscription.live || subscription.position < newest) ++behind;
        }
    }
    board_.set(Counter::behind, behind);
}

void Readers::finish() {
    const auto now = load::now_ns();
    if (const auto stall = silence_.heard(now, waiting_)) {
        board_.add(Counter::stalls);
        journal_.write(
            entry::Stall{run_ms(stall->from_ns), stall->length_ns / 1'000'000, stall->waiting}
        );
    }
    for (Slot slot = 0; slot < readers_.size(); ++slot) {
        leave_streams(slot, true);
        drop_pending(slot);
    }
    flush_journal();
}

void Readers::flush_journal() {
    journal_.flush();
    if (journal_.failed()) board_.set(Counter::unwritten, 1);
}

std::uint32_t Readers::epoch_place(std::string_view epoch) {
    for (std::uint32_t i = 0; i < epochs_.size(); ++i) {
        if (epochs_[i] == epoch) return i;
    }
    epochs_.emplace_back(epoch);
    return static_cast<std::uint32_t>(epochs_.size() - 1);
}

}  // namespace voxpop::load
