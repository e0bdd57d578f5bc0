#include "store/redis/client/reply.hpp"

#include <hiredis/hiredis.h>
#include <charconv>

namespace voxpop::store::redis {

bool ReplyView::nil() const {
    return reply_ == nullptr || reply_->type == REDIS_REPLY_NIL;
}

bool ReplyView::error() const {
    return reply_ != nullptr && reply_->type == REDIS_REPLY_ERROR;
}

bool ReplyView::array() const {
    return reply_ != nullptr && reply_->type == REDIS_REPLY_ARRAY;
}

bool ReplyView::integer() const {
    return reply_ != nullptr && reply_->type == REDIS_REPLY_INTEGER;
}

std::string_view ReplyView::text() const {
    if (reply_ == nullptr) return {};
    switch (reply_->type) {
        case REDIS_REPLY_STRING:
        case REDIS_REPLY_STATUS:
        case REDIS_REPLY_ERROR:
            return {reply_->str, reply_->len};
        default:
            return {};
    }
}

std::optional<std::int64_t> ReplyView::number() const {
    if (integer()) return reply_->integer;
    if (error()) return std::nullopt;
    const auto digits = text();
    std::int64_t value = 0;
    const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (failed != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
    return value;
}

std::size_t ReplyView::size() const {
    return array() ? reply_->elements : 0;
}

ReplyView ReplyView::operator[](std::size_t index) const {
    return index < size() ? ReplyView(reply_->element[index]) : ReplyView();
}

void Reply::Free::operator()(redisReply* reply) const noexcept {
    freeReplyObject(reply);
}

}  // namespace voxpop::store::redis
