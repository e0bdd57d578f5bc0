// What a channel's publisher hands to the hubs of all cores. Everything here is immutable once made
// and shared between cores; each piece is encoded once, whatever the number of subscribers.
//
// Two kinds of channel:
//  * stream: every publication counts, has an offset, and can be recovered (thread:, mod:);
//  * latest: only the newest value counts; a slow client skips the ones between (poll:, counts:).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "domain/queries.hpp"
#include "net/frame.hpp"

namespace voxpop::net {

using domain::StreamPosition;

enum class ChannelKind : std::uint8_t { stream, latest };

// Node-wide number of an open channel; what a client that accepts numeric channel ids gets instead
// of the name. Never reused while the process runs.
using ChannelNumber = std::uint32_t;

// One publication of a stream as recovery and history give it: {"data":…,"offset":7}.
struct Publication {
    std::uint64_t offset = 0;
    std::string json;
};
using PublicationPtr = std::shared_ptr<const Publication>;

// A channel at the moment a core opens it. Updates that follow in the same mailbox continue from
// here.
struct ChannelState {
    std::string name;
    ChannelNumber number = 0;
    ChannelKind kind = ChannelKind::stream;
    StreamPosition position;  // stream
    std::vector<PublicationPtr>
        history;                  // stream: contiguous, ends at position.offset; may be empty
    std::string snapshot;         // `data` of the subscribe reply; empty: none
    std::string snapshot_masked;  // the same for those who may not see hidden results
};

// A channel's news of one tick.
struct ChannelUpdate {
    ChannelNumber number = 0;
    // All pushes of the tick in one frame, with the numeric id or with the name. Null: nothing to
    // push.
    FramePtr by_number;
    FramePtr by_name;
    // For subscribers who may not see hidden results, where that differs (`has_mask`); null: they
    // get nothing.
    bool has_mask = false;
    FramePtr masked_by_number;
    FramePtr masked_by_name;

    std::vector<PublicationPtr>
        publications;                      // stream: what the frames hold, to append to the history
    std::vector<PublicationPtr> replaced;  // stream: older ones whose text was taken back since
    std::string epoch;  // stream: not empty when continuity was lost; subscribers are told to
                        // recover (2500)
    std::uint64_t offset = 0;  // with `epoch`: the newest before `publications`; 0: not known
    std::string snapshot;      // the new snapshot; empty: unchanged
    std::string snapshot_masked;
    // latest: what conflates within the channel; 0 unless several keys share it.
    std::uint64_t conflation_key = 0;
};

using UpdateBatch = std::shared_ptr<const std::vector<ChannelUpdate>>;

}  // namespace voxpop::net
