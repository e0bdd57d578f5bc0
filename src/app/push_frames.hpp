// Pushes of one channel, encoded once for all its subscribers: with the channel's name and with its
// number. Any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "net/channel.hpp"

namespace voxpop::app {

// A Publication object: {"data":DATA} or, with an offset, {"data":DATA,"offset":7}.
[[nodiscard]] std::string publication_json(std::string_view data, std::uint64_t offset = 0);

struct PushFrames {
    net::FramePtr by_number;
    net::FramePtr by_name;
};

// One frame with one push for each of `publications` (Publication objects).
[[nodiscard]] PushFrames push_frames(
    net::ChannelNumber number, std::string_view name, std::span<const std::string_view> publications
);

}  // namespace voxpop::app
