#include "loadtest/board.hpp"

#include <sys/mman.h>

#include <chrono>
#include <new>
#include <system_error>

namespace voxpop::load {

namespace {

constexpr std::array<std::string_view, kEvents> kEventNames{
    "connect",  "subscribe",   "vote",      "comment", "save",
    "moderate", "see_comment", "see_tally", "message",
};

constexpr auto kRelaxed = std::memory_order_relaxed;

std::size_t index(auto value) {
    return static_cast<std::size_t>(value);
}

}  // namespace

std::string_view to_string(Event event) {
    return kEventNames[index(event)];
}

void WorkerBoard::add(Counter counter, std::uint64_t by) {
    set(counter, get(counter) + by);
}

void WorkerBoard::subtract(Counter counter, std::uint64_t by) {
    set(counter, get(counter) - by);
}

void WorkerBoard::set(Counter counter, std::uint64_t value) {
    counters[index(counter)].store(value, kRelaxed);
}

void WorkerBoard::raise(Counter counter, std::uint64_t value) {
    if (value > get(counter)) set(counter, value);
}

void WorkerBoard::record(Event event, std::int64_t from_ns, std::int64_t to_ns) {
    const std::int64_t us = (to_ns - from_ns) / 1000;
    latency[index(event)].record(us > 0 ? static_cast<std::uint64_t>(us) : 0);
}

void WorkerBoard::refuse(std::uint32_t code) {
    add(Counter::refused);
    for (Refusal& slot : refusals) {
        if (slot.count.load(kRelaxed) == 0) slot.code.store(code, kRelaxed);
        if (slot.code.load(kRelaxed) != code) continue;
        slot.count.store(slot.count.load(kRelaxed) + 1, kRelaxed);
        return;
    }
}

std::uint64_t WorkerBoard::get(Counter counter) const {
    return counters[index(counter)].load(kRelaxed);
}

void TallyTimes::note(std::uint64_t version, std::int64_t intended_ns) {
    Entry& entry = entries_[version % kSize];
    entry.intended_ns.store(intended_ns, kRelaxed);
    entry.version.store(version, std::memory_order_release);
}

std::int64_t TallyTimes::of(std::uint64_t version) const {
    const Entry& entry = entries_[version % kSize];
    if (entry.version.load(std::memory_order_acquire) != version) return 0;
    return entry.intended_ns.load(kRelaxed);
}

void Board::Unmap::operator()(void* memory) const {
    ::munmap(memory, bytes);
}

Board::Board(std::size_t workers) {
    const std::size_t bytes =
        sizeof(BoardHead) + alignof(WorkerBoard) + workers * sizeof(WorkerBoard);
    void* memory =
        ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        throw std::system_error(errno, std::generic_category(), "memory for the counters");
    }
    memory_ = {memory, Unmap{bytes}};
    head_ = new (memory) BoardHead{};
    void* after = static_cast<char*>(memory) + sizeof(BoardHead);
    std::size_t room = bytes - sizeof(BoardHead);
    std::align(alignof(WorkerBoard), workers * sizeof(WorkerBoard), after, room);
    auto* first = static_cast<WorkerBoard*>(after);
    for (std::size_t i = 0; i < workers; ++i) new (first + i) WorkerBoard{};
    workers_ = {first, workers};
}

std::uint64_t Board::sum(Counter counter) const {
    std::uint64_t total = 0;
    for (const auto& worker : workers_) total += worker.get(counter);
    return total;
}

std::uint64_t Board::greatest(Counter counter) const {
    std::uint64_t most = 0;
    for (const auto& worker : workers_) most = std::max(most, worker.get(counter));
    return most;
}

Histogram Board::latency(Event event) const {
    Histogram merged;
    for (const auto& worker : workers_) merged.add(worker.latency[index(event)]);
    return merged;
}

std::int64_t now_ns() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::steady_clock::now().time_since_epoch()
    )
        .count();
}

}  // namespace voxpop::load
