#include "app/channel_name.hpp"

#include <array>
#include <utility>

namespace voxpop::app {
namespace {

constexpr std::array<std::pair<std::string_view, Facet>, 5> kNamespaces{{
    {"thread:", Facet::thread},
    {"counts:", Facet::counts},
    {"reactions:", Facet::reactions},
    {"poll:", Facet::poll},
    {"mod:", Facet::moderation},
}};

}  // namespace

std::string ChannelName::str() const {
    for (const auto& [prefix, known] : kNamespaces) {
        if (known == facet) return std::string(prefix) + id.str();
    }
    return id.str();
}

std::optional<ChannelName> parse_channel(std::string_view name) {
    for (const auto& [prefix, facet] : kNamespaces) {
        if (!name.starts_with(prefix)) continue;
        const auto id = name.substr(prefix.size());
        if (!base::is_valid_id(id)) return std::nullopt;
        return ChannelName{facet, *base::InlineString<base::kIdBytesMax>::from(id)};
    }
    return std::nullopt;
}

}  // namespace voxpop::app
