// A bounded cache in two generations: what is looked up moves to the young one; when that is full
// the old one is forgotten and the young one becomes old. So whatever is used stays, at the cost of
// one hash look-up.
//
// Pointers stay valid until end_group(), the only place where anything is forgotten. One thread.
#pragma once

#include <cstddef>
#include <unordered_map>
#include <utility>

namespace voxpop::store::sqlite {

template <class Key, class Value>
class GenerationCache {
  public:
    // Holds at most twice `generation_max`, and what one group adds.
    explicit GenerationCache(std::size_t generation_max) : generation_max_(generation_max) {}

    // Nothing when `key` is not here.
    [[nodiscard]] Value* find(const Key& key) {
        if (const auto at = young_.find(key); at != young_.end()) return &at->second;
        auto node = old_.extract(key);
        return node ? &young_.insert(std::move(node)).position->second : nullptr;
    }

    // `key` must not be here.
    Value& add(const Key& key, Value value) {
        return young_.emplace(key, std::move(value)).first->second;
    }

    void end_group() {
        if (young_.size() < generation_max_) return;
        old_ = std::exchange(young_, {});
    }

  private:
    std::size_t generation_max_;
    std::unordered_map<Key, Value> young_;
    std::unordered_map<Key, Value> old_;
};

}  // namespace voxpop::store::sqlite
