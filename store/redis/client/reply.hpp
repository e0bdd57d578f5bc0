// What Redis answered: a tree of hiredis's, owned here, looked at through views.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

struct redisReply;  // NOLINT(readability-identifier-naming): named by hiredis

namespace voxpop::store::redis {

// A reply or a part of one; valid as long as the Reply it came from. Looking for what is not there
// (the text of a number, an element past the end) yields the empty value and never fails: what a
// server sends is input.
class ReplyView {
  public:
    ReplyView() = default;
    explicit ReplyView(const redisReply* reply) : reply_(reply) {}

    [[nodiscard]] bool nil() const;  // also of a view of nothing
    [[nodiscard]] bool error() const;
    [[nodiscard]] bool array() const;
    [[nodiscard]] bool integer() const;
    // The bytes of a string, a status or an error.
    [[nodiscard]] std::string_view text() const;
    // An integer reply, or a string that is a whole decimal number.
    [[nodiscard]] std::optional<std::int64_t> number() const;
    // Elements of an array.
    [[nodiscard]] std::size_t size() const;
    [[nodiscard]] ReplyView operator[](std::size_t index) const;

  private:
    const redisReply* reply_ = nullptr;
};

class Reply {
  public:
    Reply() = default;
    explicit Reply(redisReply* owned) : reply_(owned) {}

    [[nodiscard]] ReplyView view() const { return ReplyView(reply_.get()); }
    [[nodiscard]] explicit operator bool() const { return reply_ != nullptr; }

  private:
    struct Free {
        void operator()(redisReply* reply) const noexcept;
    };
    std::unique_ptr<redisReply, Free> reply_;
};

}  // namespace voxpop::store::redis
