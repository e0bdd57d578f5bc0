// The publisher as another core sees it: every call travels to the home core and its answer back.
// One per core; the core's thread.
#pragma once

#include <functional>

#include "app/core_loop.hpp"
#include "app/publisher.hpp"

namespace voxpop::app {

class PublisherGate {
  public:
    PublisherGate(CoreLoop& here, CoreLoop& home, Publisher& publisher)
        : here_(here), home_(home), publisher_(publisher) {}

    // Updates of the channel reach this core after the answer, never before it.
    void open(const ChannelName& name, Publisher::Opened opened);
    void unwatch(net::ChannelNumber number);
    void set_viewers(const base::ThreadId& thread, std::uint64_t viewers);
    // The counts of a thread with its viewers now; `stored` where nobody watches it.
    void counts(
        const base::ThreadId& thread, const domain::StoredCounts& stored,
        std::move_only_function<void(const LiveCounts&)> then
    );
    // The same for many, in the order asked.
    void counts(
        std::vector<base::ThreadId> threads, std::vector<domain::StoredCounts> stored,
        std::move_only_function<void(std::vector<LiveCounts>)> then
    );

  private:
    CoreLoop& here_;
    CoreLoop& home_;
    Publisher& publisher_;
};

}  // namespace voxpop::app
