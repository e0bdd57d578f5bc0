// What waits to be written to one client. Sans-IO: it says which bytes to send next and is told how
// many the socket took; so every split of every write is tested without a socket.
//
// What always holds:
//  * Bytes leave in the order of frames; a frame of which a byte has left is sent to its end before
//    anything else, and what replaces or drops a waiting frame never touches that one.
//  * A shared frame is not copied while it waits. One frame alone is sent straight from its own
//    bytes; several are copied into a scratch buffer of the core and leave by one send, because a
//    send costs per call, not per byte.
//  * Of a conflated channel at most one frame waits per key: the newest, in the place of the one
//    it replaced.
//  * The bytes that wait are bounded: streams by stream_bytes_max, beyond which push_stream()
//    refuses and the subscription has to start again; everything by bytes_max, see overflown().
//
// One thread: the core's.
#pragma once

#include <boost/container/small_vector.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "net/channel.hpp"
#include "net/frame.hpp"

namespace voxpop::net {

// The most that one send is given: what SO_SNDBUF takes at once.
inline constexpr std::size_t kSendBytesMax = 64 * 1024;

class Outbox {
  public:
    explicit Outbox(std::size_t bytes_max) : bytes_max_(bytes_max) {}

    // Streams keep a quarter free, so that replies and notices still get through.
    [[nodiscard]] std::size_t stream_bytes_max() const { return bytes_max_ / 4 * 3; }

    // Where replies and pushes for this client alone are written. begin_line() separates the lines;
    // they leave as one text frame, after everything staged before them.
    [[nodiscard]] std::string& begin_line();

    // The newest of a conflated channel. Replaces what waits under the same channel and key.
    void push_latest(FramePtr frame, ChannelNumber channel, std::uint64_t key);
    // One more of a stream. False, and nothing staged, when too much waits already.
    [[nodiscard]] bool push_stream(FramePtr frame, ChannelNumber channel);
    // A frame that belongs to no channel (a ping).
    void push_control(FramePtr frame);
    // Bytes that are no frame of ours: the handshake's response, Beast's pongs and close frames.
    void push_raw(std::string_view bytes);
    // The same, and whatever is staged after it is thrown away: Beast's own close frame.
    void push_last(std::string_view bytes);
    // A close frame, the last.
    void push_close(std::uint16_t code, std::string_view reason);

    // Forgets what waits for `channel`, except for a frame that has begun to leave.
    void drop_channel(ChannelNumber channel);
    // Forgets everything, except for a frame that has begun to leave.
    void drop_waiting();

    [[nodiscard]] bool empty() const { return rest_.empty() && items_.empty() && text_.empty(); }
    [[nodiscard]] std::size_t bytes() const {
        return item_bytes_ + text_.size() + rest_.size() - rest_at_;
    }
    [[nodiscard]] bool overflown() const { return bytes() > bytes_max_; }
    [[nodiscard]] bool closed() const { return closed_; }

    // What to send now, empty when nothing waits. The view lives until the outbox or `scratch`
    // changes; `scratch` may be shared by all outboxes of a thread.
    [[nodiscard]] std::string_view next(std::string& scratch);
    // The socket took the first `count` bytes of the last next(). Called exactly once per next().
    void sent(std::size_t count);

  private:
    enum class Kind : std::uint8_t { latest, stream, other };
    struct Item {
        FramePtr frame;
        std::uint64_t key = 0;
        ChannelNumber channel = 0;
        Kind kind = Kind::other;
    };
    using Items = boost::container::small_vector<Item, 1>;

    void stage(Item item);
    void seal_text();
    void take_item_bytes(std::size_t count);
    void note_latest();

    std::size_t bytes_max_;
    std::size_t item_bytes_ = 0;
    Items items_;
    // Where values of conflated channels wait in items_: a slow client may have thousands of other
    // frames waiting, which a newer value must not be searched among.
    std::vector<std::uint32_t> latest_;
    std::string text_;               // lines of our own, not yet a frame
    std::string rest_;               // of a frame that has begun to leave
    std::size_t rest_at_ = 0;        // how much of `rest_` has left
    std::size_t offered_items_ = 0;  // how many items the last next() held
    std::string_view offered_text_;  // the whole of next() when it was made of `text_`
    bool closed_ = false;
};

}  // namespace voxpop::net
