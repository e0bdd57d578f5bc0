// Strong identifiers. Each is its own type, so that a poll's id cannot be passed for a thread's.
//
// Ids that a site or a client chooses are 1 to 64 bytes of A-Z a-z 0-9 . _ ~ - | @ + = and (inside,
// not first) / and :, so that they can stand in a channel name, a URL path and a log line as they
// are.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/inline_string.hpp"

namespace voxpop::base {

inline constexpr std::size_t kIdBytesMax = 64;

// Whether `text` may be an id: length and characters as the head of this file says.
[[nodiscard]] bool is_valid_id(std::string_view text);

template <class Tag>
class StringId {
  public:
    constexpr StringId() = default;

    // Nothing when `text` is not a valid id.
    [[nodiscard]] static std::optional<StringId> from(std::string_view text) {
        if (!is_valid_id(text)) return std::nullopt;
        StringId id;
        id.text_ = *InlineString<kIdBytesMax>::from(text);
        return id;
    }

    [[nodiscard]] constexpr std::string_view view() const { return text_.view(); }
    [[nodiscard]] std::string str() const { return text_.str(); }
    [[nodiscard]] constexpr bool empty() const { return text_.empty(); }

    friend constexpr bool operator==(const StringId&, const StringId&) = default;
    friend constexpr std::strong_ordering operator<=>(const StringId&, const StringId&) = default;

  private:
    InlineString<kIdBytesMax> text_;
};

using SiteId = StringId<struct SiteTag>;
using ThreadId = StringId<struct ThreadTag>;
using PollId = StringId<struct PollTag>;
using UserId = StringId<struct UserTag>;
using OptionId = StringId<struct OptionTag>;

// A client's idempotency key; empty means the client gave none.
using IdempotencyKey = StringId<struct KeyTag>;

// 64 bits that sort by time of creation: 44 bits of milliseconds since 2020, 20 bits of node and
// sequence. Written as 13 characters of Crockford's base 32, lower case. Zero is "none".
class CommentId {
  public:
    constexpr CommentId() = default;
    constexpr explicit CommentId(std::uint64_t value) : value_(value) {}

    [[nodiscard]] static std::optional<CommentId> from(std::string_view text);

    [[nodiscard]] constexpr std::uint64_t value() const { return value_; }
    [[nodiscard]] constexpr bool empty() const { return value_ == 0; }
    [[nodiscard]] std::string str() const;

    friend constexpr bool operator==(CommentId, CommentId) = default;
    friend constexpr std::strong_ordering operator<=>(CommentId, CommentId) = default;

  private:
    std::uint64_t value_ = 0;
};

}  // namespace voxpop::base

template <class Tag>
struct std::hash<voxpop::base::StringId<Tag>> {
    std::size_t operator()(const voxpop::base::StringId<Tag>& id) const noexcept {
        return std::hash<std::string_view>{}(id.view());
    }
};
template <>
struct std::hash<voxpop::base::CommentId> {
    std::size_t operator()(voxpop::base::CommentId id) const noexcept {
        return std::hash<std::uint64_t>{}(id.value());
    }
};
