// What a channel's name says: `thread:article-1204` is the events of that thread. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.hpp"

namespace voxpop::app {

enum class Facet : std::uint8_t { thread, counts, reactions, poll, moderation };

struct ChannelName {
    Facet facet = Facet::thread;
    base::InlineString<base::kIdBytesMax> id;

    [[nodiscard]] static ChannelName of(const base::ThreadId& thread) {
        return {Facet::thread, *base::InlineString<base::kIdBytesMax>::from(thread.view())};
    }
    [[nodiscard]] static ChannelName of(const base::PollId& poll) {
        return {Facet::poll, *base::InlineString<base::kIdBytesMax>::from(poll.view())};
    }
    // The id, of the type that the facet has.
    [[nodiscard]] base::ThreadId thread() const { return *base::ThreadId::from(id.view()); }
    [[nodiscard]] base::PollId poll() const { return *base::PollId::from(id.view()); }
    [[nodiscard]] std::string str() const;
};

// Nothing for an unknown namespace or an id that cannot be one.
[[nodiscard]] std::optional<ChannelName> parse_channel(std::string_view name);

}  // namespace voxpop::app
