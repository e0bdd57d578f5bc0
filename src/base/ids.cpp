#include "base/ids.hpp"

#include <array>

namespace voxpop::base {
namespace {

constexpr std::string_view kCrockford = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::size_t kCommentIdChars = 13;

constexpr bool is_inner_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("._~-|@+=/:").find(c) != std::string_view::npos;
}

}  // namespace

bool is_valid_id(std::string_view text) {
    if (text.empty() || text.size() > kIdBytesMax) return false;
    if (text.front() == '/' || text.front() == ':') return false;
    for (const char c : text) {
        if (!is_inner_char(c)) return false;
    }
    return true;
}

std::optional<CommentId> CommentId::from(std::string_view text) {
    if (text.size() != kCommentIdChars) return std::nullopt;
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto digit = kCrockford.find(text[i]);
        if (digit == std::string_view::npos) return std::nullopt;
        if (i == 0 && digit > 15) return std::nullopt;  // 13 × 5 bits are one more than 64
        value = value << 5 | digit;
    }
    if (value == 0) return std::nullopt;
    return CommentId(value);
}

std::string CommentId::str() const {
    std::string out(kCommentIdChars, '0');
    std::uint64_t rest = value_;
    for (std::size_t i = kCommentIdChars; i-- > 0; rest >>= 5) out[i] = kCrockford[rest & 31];
    return out;
}

}  // namespace voxpop::base
