// A core's copy of definitions (threads, polls) by id: read through from the store once, kept fresh
// by what the store tells every node of changed definitions, and forgotten when some of that may
// have been missed. Bounded; a forgotten entry is read again when somebody asks.
//
// One thread. A definition that changes while it is being read is not missed: the newer version
// wins.
#pragma once

#include <functional>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/error.hpp"

namespace voxpop::app {

inline constexpr std::size_t kDirectoryEntriesMax = 50'000;

// `Value` has a member `version` that grows with each change.
template <class Id, class Value>
class Directory {
  public:
    using Pointer = std::shared_ptr<const Value>;
    using Then = std::move_only_function<void(base::Result<Pointer>)>;
    // Reads from the store; the answer comes back on this thread.
    using Load = std::function<void(const Id&, std::move_only_function<void(base::Result<Value>)>)>;

    explicit Directory(Load load) : load_(std::move(load)) {}

    // What is known now; null when the id is not here.
    [[nodiscard]] Pointer peek(const Id& id) const {
        const auto at = entries_.find(id);
        return at == entries_.end() ? nullptr : at->second.value;
    }

    // At once when known, else after one read that all who ask meanwhile share.
    void find(const Id& id, Then then) {
        auto [at, inserted] = entries_.try_emplace(id);
        Entry& entry = at->second;
        if (entry.value) return then(entry.value);
        entry.waiting.push_back(std::move(then));
        if (!inserted) return;
        read(id);
    }

    // A definition that was just committed. Known ids only; others are read when needed.
    void update(const Id& id, const Value& value) {
        const auto at = entries_.find(id);
        if (at == entries_.end()) return;
        Entry& entry = at->second;
        if (entry.value && entry.value->version >= value.version) return;
        entry.value = std::make_shared<const Value>(value);
        resume(entry);
    }

    // Changes may have been missed. What is being read now may be old as well.
    void forget_all() {
        for (auto at = entries_.begin(); at != entries_.end();) {
            Entry& entry = at->second;
            if (entry.waiting.empty()) {
                at = entries_.erase(at);
            } else {
                entry.again = true;
                ++at;
            }
        }
    }

  private:
    struct Entry {
        Pointer value;
        std::vector<Then> waiting;
        bool again = false;  // is being read, and must be once more
    };

    void read(const Id& id) {
        load_(id, [this, id](base::Result<Value> loaded) { settle(id, std::move(loaded)); });
    }

    void settle(const Id& id, base::Result<Value> loaded) {
        const auto reading = entries_.find(id);
        if (reading != entries_.end() && std::exchange(reading->second.again, false)) {
            return read(id);
        }
        if (loaded) {
            make_room();
            return update(id, *loaded);
        }
        const auto at = entries_.find(id);
        if (at == entries_.end() || at->second.value) return;
        auto waiting = std::move(at->second.waiting);
        entries_.erase(at);
        for (auto& then : waiting) then(std::unexpected(loaded.error()));
    }

    // Continues those who waited. They may ask this directory again, so it is not touched
    // afterwards.
    void resume(Entry& entry) {
        const Pointer value = entry.value;
        auto waiting = std::move(entry.waiting);
        entry.waiting.clear();
        for (auto& then : waiting) then(value);
    }

    void make_room() {
        for (auto at = entries_.begin();
             entries_.size() > kDirectoryEntriesMax && at != entries_.end();) {
            at = at->second.value ? entries_.erase(at) : std::next(at);
        }
    }

    Load load_;
    std::unordered_map<Id, Entry> entries_;
};

}  // namespace voxpop::app
