#include "net/outbox.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "net/close_codes.hpp"

namespace voxpop::net {
namespace {

constexpr char kFinalClose = static_cast<char>(0x88);

// A string of some size keeps its memory when cleared; an idle connection shall keep none.
void release(std::string& text) {
    std::string().swap(text);
}

}  // namespace

std::string& Outbox::begin_line() {
    if (!text_.empty()) text_ += '\n';
    return text_;
}

void Outbox::push_latest(FramePtr frame, ChannelNumber channel, std::uint64_t key) {
    for (const auto at : latest_) {
        Item& item = items_[at];
        if (item.channel != channel || item.key != key) continue;
        item_bytes_ += frame->bytes().size() - item.frame->bytes().size();
        item.frame = std::move(frame);
        return;
    }
    stage({std::move(frame), key, channel, Kind::latest});
}

bool Outbox::push_stream(FramePtr frame, ChannelNumber channel) {
    // A tick's publications may be larger than the bound for what waits, but not than the outbox:
    // that would close the connection of a client that is not slow at all.
    const std::size_t most = empty() ? bytes_max_ : stream_bytes_max();
    if (bytes() + frame->bytes().size() > most) return false;
    stage({std::move(frame), 0, channel, Kind::stream});
    return true;
}

void Outbox::push_control(FramePtr frame) {
    stage({std::move(frame), 0, 0, Kind::other});
}

void Outbox::push_raw(std::string_view bytes) {
    stage({make_raw_frame(bytes), 0, 0, Kind::other});
}

void Outbox::push_last(std::string_view bytes) {
    push_raw(bytes);
    closed_ = true;
}

void Outbox::push_close(std::uint16_t code, std::string_view reason) {
    std::string frame;
    frame += kFinalClose;
    frame += static_cast<char>(std::min(reason.size(), kCloseReasonBytesMax) + 2);
    frame += static_cast<char>(code >> 8);
    frame += static_cast<char>(code & 0xFF);
    frame.append(reason.substr(0, kCloseReasonBytesMax));
    push_last(frame);
}

void Outbox::drop_channel(ChannelNumber channel) {
    auto gone = [&](const Item& item) {
        if (item.kind == Kind::other || item.channel != channel) return false;
        item_bytes_ -= item.frame->bytes().size();
        return true;
    };
    items_.erase(std::remove_if(items_.begin(), items_.end(), gone), items_.end());
    note_latest();
}

void Outbox::drop_waiting() {
    items_.clear();
    note_latest();
    item_bytes_ = 0;
    release(text_);
}

void Outbox::stage(Item item) {
    if (closed_) return;
    seal_text();
    item_bytes_ += item.frame->bytes().size();
    if (item.kind == Kind::latest) latest_.push_back(static_cast<std::uint32_t>(items_.size()));
    items_.push_back(std::move(item));
}

// After items have gone.
void Outbox::note_latest() {
    latest_.clear();
    for (std::size_t at = 0; at < items_.size(); ++at) {
        if (items_[at].kind == Kind::latest) latest_.push_back(static_cast<std::uint32_t>(at));
    }
    if (latest_.empty()) std::vector<std::uint32_t>().swap(latest_);
}

void Outbox::seal_text() {
    if (text_.empty()) return;
    auto frame = make_text_frame(text_);
    item_bytes_ += frame->bytes().size();
    items_.push_back({std::move(frame), 0, 0, Kind::other});
    release(text_);
}

std::string_view Outbox::next(std::string& scratch) {
    offered_items_ = 0;
    offered_text_ = {};
    if (closed_) release(text_);  // written after the close frame
    if (rest_.empty() && items_.empty()) {
        if (text_.empty()) return {};
        scratch.clear();
        append_text_frame_header(scratch, text_.size());
        scratch.append(text_);
        return offered_text_ = scratch;
    }
    seal_text();
    if (rest_.empty() && items_.size() == 1) {
        offered_items_ = 1;
        return items_.front().frame->bytes();
    }
    scratch.assign(rest_, rest_at_);
    for (const auto& item : items_) {
        const auto bytes = item.frame->bytes();
        if (!scratch.empty() && scratch.size() + bytes.size() > kSendBytesMax) break;
        scratch.append(bytes);
        ++offered_items_;
    }
    return scratch;
}

void Outbox::sent(std::size_t count) {
    if (!offered_text_.empty()) {
        if (count == 0) return;  // it may still grow by more lines
        rest_.assign(offered_text_, count);
        rest_at_ = 0;
        release(text_);
        offered_text_ = {};
        return;
    }
    const std::size_t of_rest = std::min(count, rest_.size() - rest_at_);
    rest_at_ += of_rest;
    if (rest_at_ == rest_.size() && !rest_.empty()) {
        release(rest_);
        rest_at_ = 0;
    }
    take_item_bytes(count - of_rest);
}

void Outbox::take_item_bytes(std::size_t count) {
    std::size_t gone = 0;
    while (count > 0) {
        base::check(gone < offered_items_);
        const auto bytes = items_[gone].frame->bytes();
        item_bytes_ -= bytes.size();
        ++gone;
        if (count < bytes.size()) rest_.assign(bytes.substr(count));
        count -= std::min(count, bytes.size());
    }
    offered_items_ = 0;
    if (gone == items_.size()) {
        if (items_.capacity() > 1) {
            Items().swap(items_);
        } else {
            items_.clear();
        }
    } else {
        items_.erase(items_.begin(), items_.begin() + static_cast<std::ptrdiff_t>(gone));
    }
    note_latest();
}

}  // namespace voxpop::net
