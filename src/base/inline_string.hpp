// A short string that lives inside its owner: ids travel through queues and maps on the hot path,
// and none of them may cost an allocation. Longer input is refused by from(), never cut.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace voxpop::base {

template <std::size_t Capacity>
class InlineString {
    static_assert(Capacity < 256);

  public:
    static constexpr std::size_t kCapacity = Capacity;

    constexpr InlineString() = default;

    // Nothing when `text` is longer than the capacity in bytes.
    [[nodiscard]] static constexpr std::optional<InlineString> from(std::string_view text) {
        if (text.size() > Capacity) return std::nullopt;
        InlineString out;
        for (std::size_t i = 0; i < text.size(); ++i) out.bytes_[i] = text[i];
        out.size_ = static_cast<std::uint8_t>(text.size());
        return out;
    }

    [[nodiscard]] constexpr std::string_view view() const { return {bytes_.data(), size_}; }
    [[nodiscard]] std::string str() const { return std::string(view()); }
    [[nodiscard]] constexpr bool empty() const { return size_ == 0; }
    [[nodiscard]] constexpr std::size_t size() const { return size_; }

    friend constexpr bool operator==(const InlineString& a, const InlineString& b) {
        return a.view() == b.view();
    }
    friend constexpr std::strong_ordering operator<=>(
        const InlineString& a, const InlineString& b
    ) {
        return a.view() <=> b.view();
    }

  private:
    std::array<char, Capacity> bytes_{};
    std::uint8_t size_ = 0;
};

}  // namespace voxpop::base

template <std::size_t N>
struct std::hash<voxpop::base::InlineString<N>> {
    std::size_t operator()(const voxpop::base::InlineString<N>& s) const noexcept {
        return std::hash<std::string_view>{}(s.view());
    }
};
