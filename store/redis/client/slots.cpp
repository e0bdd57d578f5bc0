#include "store/redis/client/slots.hpp"

#include <array>
#include <optional>

namespace voxpop::store::redis {
namespace {

constexpr std::array<std::uint16_t, 256> make_table() {
    constexpr unsigned kPolynomial = 0x1021;
    std::array<std::uint16_t, 256> table{};
    for (unsigned byte = 0; byte < table.size(); ++byte) {
        unsigned crc = byte << 8U;
        for (int bit = 0; bit < 8; ++bit)
            crc = (crc & 0x8000U) != 0 ? (crc << 1U) ^ kPolynomial : crc << 1U;
        table[byte] = static_cast<std::uint16_t>(crc);
    }
    return table;
}

constexpr auto kTable = make_table();

// [host, port, id, …]; nothing when the node's address is not known to the one that was asked.
std::optional<Endpoint> parse_node(ReplyView node, const Endpoint& asked) {
    const auto port = node[1].number();
    if (!port || *port <= 0 || *port > 65'535) return std::nullopt;
    const auto host = node[0].text();
    if (host == "?") return std::nullopt;
    return Endpoint{
        .host = host.empty() ? asked.host : std::string(host),
        .port = static_cast<std::uint16_t>(*port),
    };
}

bool is_range(std::optional<std::int64_t> first, std::optional<std::int64_t> last) {
    return first && last && *first >= 0 && *first <= *last && *last < kSlots;
}

}  // namespace

std::uint16_t crc16(std::string_view bytes) {
    unsigned crc = 0;
    for (const char c : bytes) {
        const auto index = ((crc >> 8U) ^ static_cast<unsigned char>(c)) & 0xFFU;
        crc = ((crc << 8U) ^ kTable[index]) & 0xFFFFU;
    }
    return static_cast<std::uint16_t>(crc);
}

std::string_view hash_tag(std::string_view key) {
    const auto open = key.find('{');
    if (open == std::string_view::npos) return key;
    const auto close = key.find('}', open + 1);
    if (close == std::string_view::npos || close == open + 1) return key;
    return key.substr(open + 1, close - open - 1);
}

std::uint16_t slot_of(std::string_view key) {
    return crc16(hash_tag(key)) % kSlots;
}

std::expected<std::vector<SlotRange>, std::string> parse_slots(
    ReplyView reply, const Endpoint& asked
) {
    if (reply.error()) return std::unexpected(std::string(reply.text()));
    if (!reply.array()) return std::unexpected("CLUSTER SLOTS brought no list");
    std::vector<SlotRange> ranges;
    for (std::size_t i = 0; i < reply.size(); ++i) {
        const ReplyView range = reply[i];
        const auto first = range[0].number();
        const auto last = range[1].number();
        if (!is_range(first, last)) return std::unexpected("CLUSTER SLOTS brought no slots");
        auto primary = parse_node(range[2], asked);
        if (!primary) continue;
        ranges.push_back({
            .first = static_cast<std::uint16_t>(*first),
            .last = static_cast<std::uint16_t>(*last),
            .primary = std::move(*primary),
        });
        for (std::size_t node = 3; node < range.size(); ++node)
            if (auto replica = parse_node(range[node], asked))
                ranges.back().replicas.push_back(std::move(*replica));
    }
    return ranges;
}

}  // namespace voxpop::store::redis
