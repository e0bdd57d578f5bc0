// What stands at each offset of the streams that a worker's readers follow: entered by whoever sees
// it first, compared by everybody after, so that no two subscribers can have been told different
// things. One thread.
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>

namespace voxpop::load {

class StreamLog {
  public:
    struct Place {
        std::uint32_t channel = 0;
        std::uint32_t epoch = 0;
        std::uint64_t offset = 0;
        friend bool operator==(const Place&, const Place&) = default;
    };

    struct Known {
        std::uint64_t identity = 0;    // hash of type and comment
        std::int64_t intended_ns = 0;  // of a comment of this run; else 0
    };

    // What is known of a place; null: nobody was here before.
    [[nodiscard]] const Known* find(const Place& place) const {
        const auto at = known_.find(place);
        return at == known_.end() ? nullptr : &at->second;
    }
    void enter(const Place& place, const Known& known) { known_.insert_or_assign(place, known); }

    [[nodiscard]] static std::uint64_t identity(std::string_view type, std::string_view comment) {
        const std::hash<std::string_view> hash;
        return hash(type) * 31 + hash(comment);
    }

  private:
    struct Hash {
        std::size_t operator()(const Place& p) const noexcept {
            return (p.offset * 0x9e3779b97f4a7c15ULL) ^ (std::size_t{p.channel} << 17) ^ p.epoch;
        }
    };
    std::unordered_map<Place, Known, Hash> known_;
};

}  // namespace voxpop::load
