// A Cluster's hash slots: which one a key falls into, and what CLUSTER SLOTS says of who has them.
// https://redis.io/docs/reference/cluster-spec/. Pure.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "store/redis/client/options.hpp"
#include "store/redis/client/reply.hpp"

namespace voxpop::store::redis {

inline constexpr std::uint16_t kSlots = 16'384;

// CRC16/XMODEM, as the Cluster uses it.
[[nodiscard]] std::uint16_t crc16(std::string_view bytes);

// What the slot of a key or of a sharded channel goes by: what stands between its first '{' and the
// next '}', if that is not empty, else all of it.
[[nodiscard]] std::string_view hash_tag(std::string_view key);
[[nodiscard]] std::uint16_t slot_of(std::string_view key);

struct SlotRange {
    std::uint16_t first = 0;
    std::uint16_t last = 0;  // included
    Endpoint primary;
    std::vector<Endpoint> replicas;
};

// Reads the reply to CLUSTER SLOTS. Where a node does not know its own address it means the one
// that it was `asked` at; ranges whose primary has no address at all are left out. The error is a
// sentence.
[[nodiscard]] std::expected<std::vector<SlotRange>, std::string> parse_slots(
    ReplyView reply, const Endpoint& asked
);

}  // namespace voxpop::store::redis
