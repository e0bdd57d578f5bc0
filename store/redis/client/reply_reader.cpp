#include "store/redis/client/reply_reader.hpp"

#include <hiredis/hiredis.h>
#include <hiredis/read.h>
#include <new>

namespace voxpop::store::redis {

void ReplyReader::Free::operator()(redisReader* reader) const noexcept {
    redisReaderFree(reader);
}

ReplyReader::ReplyReader(std::size_t reply_bytes_max)
    : reader_(redisReaderCreate()), reply_bytes_max_(reply_bytes_max) {
    if (!reader_) throw std::bad_alloc();
}

std::expected<void, std::string> ReplyReader::feed(
    std::span<const char> bytes, std::vector<Reply>& replies
) {
    const auto failed = [&] { return std::unexpected(std::string(reader_->errstr)); };
    if (redisReaderFeed(reader_.get(), bytes.data(), bytes.size()) != REDIS_OK) return failed();
    since_reply_ += bytes.size();
    while (true) {
        void* reply = nullptr;
        if (redisReaderGetReply(reader_.get(), &reply) != REDIS_OK) return failed();
        if (reply == nullptr) break;
        replies.emplace_back(static_cast<redisReply*>(reply));
        since_reply_ = 0;
    }
    if (since_reply_ > reply_bytes_max_)
        return std::unexpected(
            "a reply of more than " + std::to_string(reply_bytes_max_) + " bytes"
        );
    return {};
}

}  // namespace voxpop::store::redis
