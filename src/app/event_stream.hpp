// The tail of one stream as this node knows it: position, recent publications for recovery, and
// what the next tick will push. Fed with log records in any order that a store may bring them: what
// is known already is dropped, and a gap is reported so that the owner reads what is missing first.
//
// Sans-IO; the publisher's thread.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "domain/queries.hpp"
#include "net/channel.hpp"

namespace voxpop::app {

class EventStream {
  public:
    // How a record reads on this stream, and which of its two offsets counts.
    struct Format {
        std::string (*data)(const domain::LogRecord&);
        std::uint64_t domain::LogRecord::* offset;
        bool replaces_text;  // earlier publications of a comment follow its current state
    };
    [[nodiscard]] static Format thread_format();
    [[nodiscard]] static Format moderation_format();

    explicit EventStream(Format format) : format_(format) {}

    // Starts where a page of the store's ends, with its records as history.
    void reset(const domain::LogPage& page, base::Time now);
    // Goes on with a page that was read after the position; where the page does not follow it, the
    // stream has lost its continuity and starts from the page. True when the page reached its end.
    [[nodiscard]] bool refill(const domain::LogPage& page, base::Time now);

    enum class Fed : std::uint8_t { appended, known, gap };
    [[nodiscard]] Fed feed(const domain::LogRecord& record, base::Time now);

    [[nodiscard]] const domain::StreamPosition& position() const { return position_; }

    // What cores know: everything but the news that the next tick will bring them.
    [[nodiscard]] domain::StreamPosition told_position() const;
    [[nodiscard]] std::vector<net::PublicationPtr> told_history() const;

    // Whether continuity was lost since the last call: who follows must start again.
    [[nodiscard]] bool take_restarted() { return std::exchange(restarted_, false); }

    // What was fed since the last call: for the tick.
    [[nodiscard]] bool has_news() const { return !fresh_.empty() || !replaced_.empty(); }
    [[nodiscard]] std::vector<net::PublicationPtr> take_fresh();
    [[nodiscard]] std::vector<net::PublicationPtr> take_replaced();

  private:
    struct Entry {
        net::PublicationPtr publication;
        domain::EventType type;
        base::CommentId comment;
        base::Time at;
    };

    void append(const domain::LogRecord& record, base::Time now);
    void replace_earlier(const domain::LogRecord& record);

    Format format_;
    domain::StreamPosition position_;
    bool restarted_ = false;
    std::deque<Entry> history_;  // contiguous, ends at position_.offset
    std::vector<net::PublicationPtr> fresh_;
    std::vector<net::PublicationPtr> replaced_;
};

}  // namespace voxpop::app
