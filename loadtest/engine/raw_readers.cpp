#include "loadtest/engine/raw_readers.hpp"

#include <charconv>
#include <limits>

namespace voxpop::load {

namespace {

constexpr std::string_view kMark = "vpt";
constexpr std::string_view kPlace = "{t}";
constexpr std::int64_t kBackoffNs = 1'000'000'000;

}  // namespace

std::int64_t find_raw_stamp(std::string_view message) {
    const auto at = message.find(kMark);
    if (at == std::string_view::npos) return 0;
    const auto digits = message.substr(at + kMark.size());
    std::int64_t value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
}

std::string raw_message(std::string_view pattern, std::int64_t intended_ns) {
    std::string out;
    while (!pattern.empty()) {
        const auto at = pattern.find(kPlace);
        out.append(pattern.substr(0, at));
        if (at == std::string_view::npos) break;
        out.append(kMark).append(std::to_string(intended_ns));
        pattern.remove_prefix(at + kPlace.size());
    }
    return out;
}

RawReaders::RawReaders(const Plan& plan, std::size_t count, std::uint64_t first, WorkerBoard& board)
    : plan_(plan), first_(first), board_(board), arrival_ns_(count), random_(plan.run ^ first) {}

void RawReaders::arrive(Slot slot, std::int64_t intended_ns) {
    arrival_ns_[slot] = intended_ns;
    transport_->open(slot, (first_ + slot) % plan_.targets.size());
}

void RawReaders::on_open(Slot slot) {
    board_.add(Counter::ready);
    board_.record(Event::connect, arrival_ns_[slot], now_ns());
    if (!plan_.raw.subscribe.empty()) transport_->send(slot, plan_.raw.subscribe);
}

void RawReaders::on_message(Slot, std::string_view message) {
    board_.add(Counter::deliveries);
    const auto sent_ns = find_raw_stamp(message);
    if (sent_ns != 0) board_.record(Event::message, sent_ns, now_ns());
}

void RawReaders::on_closed(Slot slot, std::uint16_t code, bool was_open) {
    if (was_open) {
        board_.subtract(Counter::ready);
        board_.refuse(code);
    }
    lose(slot, now_ns() + std::uniform_int_distribution<std::int64_t>(0, kBackoffNs)(random_));
}

void RawReaders::lose(Slot slot, std::int64_t back_at_ns) {
    back_.push({back_at_ns, slot});
}

bool RawReaders::command(Command, std::int64_t intended_ns) {
    for (std::size_t tries = 0; tries < arrival_ns_.size(); ++tries) {
        const Slot slot = next_;
        next_ = static_cast<Slot>((next_ + 1) % arrival_ns_.size());
        if (!transport_->is_open(slot)) continue;
        transport_->send(slot, raw_message(plan_.raw.publish, intended_ns));
        board_.add(Counter::sent);
        return true;
    }
    return false;
}

void RawReaders::cut(double share, std::int64_t intended_ns) {
    for (Slot slot = 0; slot < arrival_ns_.size(); ++slot) {
        if (!transport_->is_open(slot)) continue;
        if (std::uniform_real_distribution<double>(0, 1)(random_) >= share) continue;
        transport_->close(slot);
        board_.subtract(Counter::ready);
        lose(
            slot, intended_ns + std::uniform_int_distribution<std::int64_t>(0, kBackoffNs)(random_)
        );
    }
}

std::int64_t RawReaders::tend(std::int64_t now_ns) {
    while (!back_.empty() && back_.top().at_ns <= now_ns) {
        const Back back = back_.top();
        back_.pop();
        if (transport_->is_closed(back.slot)) arrive(back.slot, back.at_ns);
    }
    return back_.empty() ? std::numeric_limits<std::int64_t>::max() : back_.top().at_ns;
}

}  // namespace voxpop::load
