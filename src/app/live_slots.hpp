// Things of the store that this node keeps live (threads, polls, the moderation stream): each from
// the first that asks for it until its last channel is gone. Here a reading of the store and the
// changes that arrive meanwhile come together:
//
//  * while a thing is being read, its changes wait; versions and offsets tell afterwards which of
//    them the reading has seen already;
//  * a change that shows that something is missing makes it be read again, and waits likewise;
//  * after a gap every thing is in doubt and is read again, kRereadsMax at a time, while what is
//    known goes on being served; one whose reading fails rests, longer each time, until the next
//    gap.
//
// Sans-IO: the owner reads, and says how it ended. One thread, the publisher's.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/limits.hpp"
#include "domain/commands.hpp"

namespace voxpop::app {

template <class Id, class Live>
class LiveSlots {
  public:
    using Loaded = std::move_only_function<void(base::Result<void>)>;

    // One reading; void once its slot is gone, even if another has come in its place.
    struct Reading {
        Id id;
        std::uint64_t serial = 0;
    };

    struct Slot {
        std::unique_ptr<Live> live;
        std::uint64_t serial = 0;
        bool ready = false;                     // it is not being read
        bool again = false;                     // what is being read may be too old when it comes
        bool doubtful = false;                  // stands in the queue
        bool rereading = false;                 // of those that stood in the queue
        unsigned rest = 0;                      // ticks after its last reading, which failed
        std::uint64_t rests_until = 0;          // this tick
        std::optional<base::ThreadId> watched;  // whose changes the store tells us for it
        std::vector<Loaded> waiting;
        std::vector<domain::Change> early;
        std::size_t channels = 0;
    };

    struct Owner {
        std::function<std::unique_ptr<Live>(const Id&)> make;
        std::function<void(const Reading&)> read;  // ends in succeed() or fail()
        // False when the change shows that something is missing.
        std::function<bool(Live&, const domain::Change&)> feed;
        std::function<void(Slot&)> gone;  // the slot is about to be erased
    };
    explicit LiveSlots(Owner owner) : owner_(std::move(owner)) {}

    // `then` once the thing is here: at once, or after a reading that all who ask meanwhile share.
    void want(const Id& id, Loaded then) {
        auto [at, created] = slots_.try_emplace(id);
        Slot& slot = at->second;
        if (slot.ready) return then({});
        slot.waiting.push_back(std::move(then));
        if (!created) return;
        slot.live = owner_.make(id);
        slot.serial = ++last_serial_;
        owner_.read({id, slot.serial});
    }

    [[nodiscard]] Slot* find(const Id& id) {
        const auto at = slots_.find(id);
        return at == slots_.end() ? nullptr : &at->second;
    }
    [[nodiscard]] Slot* find(const Reading& reading) {
        Slot* slot = find(reading.id);
        return slot != nullptr && slot->serial == reading.serial ? slot : nullptr;
    }
    [[nodiscard]] Live& live(const Id& id) { return *slots_.at(id).live; }

    // A channel of it was opened, or is gone.
    void hold(const Id& id) { ++slots_.at(id).channels; }
    void release(const Id& id) {
        Slot& slot = slots_.at(id);
        if (--slot.channels == 0 && slot.waiting.empty()) erase(id, slot);
    }

    // A change of it. True when it is here and has taken the change.
    bool offer(const Id& id, const domain::Change& change) {
        Slot* slot = find(id);
        if (slot == nullptr) return false;
        if (!slot->ready) {
            keep_early(*slot, change);
            return false;
        }
        if (owner_.feed(*slot->live, change)) return true;
        keep_early(*slot, change);
        read(id, *slot);
        return false;
    }

    // Changes may have been missed: nothing is known to be current.
    void doubt_all() {
        for (auto& [id, slot] : slots_) {
            slot.rest = 0;
            slot.rests_until = 0;
            if (slot.ready) {
                doubt(id, slot);
            } else {
                slot.again = true;
            }
        }
    }

    // Reads again what is in doubt, as many at a time as may be; called every tick.
    void tend() {
        ++ticks_;
        for (auto left = doubtful_.size(); left > 0 && rereading_ < base::limits::kRereadsMax;
             --left) {
            const Id id = doubtful_.front();
            doubtful_.pop_front();
            Slot* slot = find(id);
            if (slot == nullptr || !slot->doubtful) continue;
            if (slot->rests_until > ticks_) {
                doubtful_.push_back(id);
                continue;
            }
            slot->doubtful = false;
            if (!slot->ready) continue;
            slot->rereading = true;
            ++rereading_;
            read(id, *slot);
        }
    }

    // Begins a reading that could not be finished as it was begun once more.
    void restart(const Reading& reading) {
        slots_.at(reading.id).again = false;
        owner_.read(reading);
    }

    // What was read is in `live`. The changes that waited follow it. One that still has something
    // missing before it is read for with the next tick, and is not kept: it may tell of a stream
    // that the store has lost, and would never fit.
    void succeed(const Reading& reading) {
        Slot& slot = slots_.at(reading.id);
        if (slot.again) return restart(reading);
        settle(slot);
        slot.rest = 0;
        for (const auto& change : std::exchange(slot.early, {})) {
            if (!owner_.feed(*slot.live, change)) doubt(reading.id, slot);
        }
        answer(slot, {});
    }

    // The store could not be read: those who wait are told. What is known goes on being served,
    // and is in doubt.
    void fail(const Reading& reading, const base::Error& error) {
        Slot& slot = slots_.at(reading.id);
        settle(slot);
        if (slot.channels > 0) {
            slot.again = false;
            slot.rest = std::clamp(2 * slot.rest, 1U, base::limits::kRereadRestTicksMax);
            slot.rests_until = ticks_ + slot.rest;
            doubt(reading.id, slot);
            return answer(slot, std::unexpected(error));
        }
        auto waiting = std::move(slot.waiting);
        erase(reading.id, slot);
        for (auto& then : waiting) then(std::unexpected(error));
    }

  private:
    void read(const Id& id, Slot& slot) {
        slot.ready = false;
        owner_.read({id, slot.serial});
    }

    void settle(Slot& slot) {
        slot.ready = true;
        if (std::exchange(slot.rereading, false)) --rereading_;
    }

    void answer(Slot& slot, const base::Result<void>& result) {
        for (auto& then : std::exchange(slot.waiting, {})) then(result);
    }

    void doubt(const Id& id, Slot& slot) {
        if (!std::exchange(slot.doubtful, true)) doubtful_.push_back(id);
    }

    void keep_early(Slot& slot, const domain::Change& change) {
        if (slot.early.size() < base::limits::kEarlyChangesMax) {
            return slot.early.push_back(change);
        }
        slot.early.clear();  // a reading that begins now will have seen them all
        slot.again = true;
    }

    void erase(const Id& id, Slot& slot) {
        settle(slot);
        owner_.gone(slot);
        slots_.erase(id);
    }

    Owner owner_;
    std::unordered_map<Id, Slot> slots_;
    std::deque<Id> doubtful_;
    std::size_t rereading_ = 0;
    std::uint64_t ticks_ = 0;
    std::uint64_t last_serial_ = 0;
};

}  // namespace voxpop::app
