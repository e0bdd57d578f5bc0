// Bytes in, replies out: hiredis's parser (RESP2), which keeps what is incomplete until more comes.
#pragma once

#include <cstddef>
#include <expected>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "store/redis/client/reply.hpp"

struct redisReader;  // NOLINT(readability-identifier-naming): named by hiredis

namespace voxpop::store::redis {

class ReplyReader {
  public:
    // hiredis moves what is left in its buffer after every KiB that it parsed, so what is fed at
    // once should stay near this.
    static constexpr std::size_t kFeedBytes = 16 * 1024;

    explicit ReplyReader(std::size_t reply_bytes_max);

    // Appends to `replies` those that `bytes` complete. An error (not RESP2, or a reply of more
    // than reply_bytes_max) is final: the stream cannot be followed any more.
    [[nodiscard]] std::expected<void, std::string> feed(
        std::span<const char> bytes, std::vector<Reply>& replies
    );

  private:
    struct Free {
        void operator()(redisReader* reader) const noexcept;
    };
    std::unique_ptr<redisReader, Free> reader_;
    std::size_t reply_bytes_max_;
    std::size_t since_reply_ = 0;  // bytes fed after the last complete reply, or some more
};

}  // namespace voxpop::store::redis
