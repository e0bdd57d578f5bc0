#include "app/publisher_gate.hpp"

#include <utility>

namespace voxpop::app {

void PublisherGate::open(const ChannelName& name, Publisher::Opened opened) {
    home_.post([this, name, opened = std::move(opened)]() mutable {
        auto back = [this,
                     opened = std::move(opened)](base::Result<net::ChannelState> state) mutable {
            here_.post([opened = std::move(opened), state = std::move(state)]() mutable {
                opened(std::move(state));
            });
        };
        publisher_.open(here_.index(), name, std::move(back));
    });
}

void PublisherGate::unwatch(net::ChannelNumber number) {
    home_.post([this, number] { publisher_.unwatch(here_.index(), number); });
}

void PublisherGate::set_viewers(const base::ThreadId& thread, std::uint64_t viewers) {
    home_.post([this, thread, viewers] { publisher_.set_viewers(here_.index(), thread, viewers); });
}

void PublisherGate::counts(
    const base::ThreadId& thread, const domain::StoredCounts& stored,
    std::move_only_function<void(const LiveCounts&)> then
) {
    counts(
        {thread}, {stored},
        [then = std::move(then)](const std::vector<LiveCounts>& all) mutable { then(all.front()); }
    );
}

void PublisherGate::counts(
    std::vector<base::ThreadId> threads, std::vector<domain::StoredCounts> stored,
    std::move_only_function<void(std::vector<LiveCounts>)> then
) {
    home_.post([this, threads = std::move(threads), stored = std::move(stored),
                then = std::move(then)]() mutable {
        std::vector<LiveCounts> all;
        all.reserve(threads.size());
        for (std::size_t i = 0; i < threads.size(); ++i) {
            all.push_back(publisher_.counts(threads[i], stored[i]));
        }
        here_.post([then = std::move(then), all = std::move(all)]() mutable {
            then(std::move(all));
        });
    });
}

}  // namespace voxpop::app
