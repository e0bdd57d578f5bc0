#include "domain/page_bytes.hpp"

#include "base/limits.hpp"
#include "domain/ranking.hpp"

namespace voxpop::domain {
namespace {

// Of a text each byte may be escaped by one more; beside the texts there are names and numbers.
constexpr std::size_t kFieldsBytes = 512;

std::size_t json_bytes_max(const Comment& comment) {
    return kFieldsBytes + 2 * (comment.text.size() + comment.author.name.size());
}

}  // namespace

std::size_t json_bytes_max(const std::vector<Comment>& comments) {
    std::size_t bytes = 0;
    for (const auto& comment : comments) bytes += json_bytes_max(comment);
    return bytes;
}

void shorten(CommentPage& page, CommentSort sort, std::size_t bytes_max) {
    auto& comments = page.comments;
    std::size_t bytes = 0;
    std::size_t kept = 0;  // where the page may be cut
    const Comment* last = nullptr;
    for (std::size_t i = 0; i < comments.size();) {
        const Comment& head = comments[i];
        std::size_t end = i;
        do {
            bytes += json_bytes_max(comments[end++]);
        } while (end < comments.size() && comments[end].root == head.id);
        if (bytes > bytes_max && last != nullptr) break;
        i = end;
        // What a redacted comment was ranked by is not known any more.
        if (!head.is_public() && head.text.empty()) continue;
        kept = end;
        last = &head;
    }
    if (bytes <= bytes_max || last == nullptr || kept == comments.size()) return;
    page.next = encode_cursor(sort_key(*last, sort), sort);
    comments.erase(comments.begin() + static_cast<std::ptrdiff_t>(kept), comments.end());
}

void shorten(CommentPage& page, const PageRequest& request, std::size_t bytes_max) {
    shorten(page, request.root.empty() ? request.sort : CommentSort::oldest, bytes_max);
}

}  // namespace voxpop::domain
