#include "store/redis/client/cluster_view.hpp"

#include <algorithm>
#include <utility>

namespace voxpop::store::redis {
namespace {

void add_once(std::vector<Endpoint>& list, const Endpoint& endpoint) {
    if (std::ranges::find(list, endpoint) == list.end()) list.push_back(endpoint);
}

}  // namespace

ClusterView::ClusterView(
    boost::asio::io_context& io, const std::shared_ptr<const ClientOptions>& options, Owner& owner
)
    : options_(options),
      owner_(owner),
      inquiry_(std::make_shared<Inquiry>(
          io, options, Inquiry::Credentials{options->user, options->password}
      )),
      timer_(io),
      backoff_(options->backoff) {}

void ClusterView::stop() {
    stopped_ = true;
    timer_.cancel();
    inquiry_->cancel();
}

void ClusterView::refresh(std::optional<Endpoint> first) {
    if (stopped_) return;
    if (first) first_ = std::move(first);
    if (inquiry_->busy())
        again_ = true;
    else
        ask();
}

// Whom a redirection named; then all nodes, beginning with another one each time, so that one which
// is cut off from the rest is not believed for long; then those of the configuration.
std::vector<Endpoint> ClusterView::whom_to_ask() {
    std::vector<Endpoint> list;
    if (first_) list.push_back(*std::exchange(first_, std::nullopt));
    for (std::size_t i = 0; i < nodes_.size(); ++i)
        add_once(list, nodes_[(turn_ + i) % nodes_.size()]);
    for (const Endpoint& seed : options_->endpoints) add_once(list, seed);
    ++turn_;
    return list;
}

void ClusterView::ask() {
    again_ = false;
    timer_.cancel();
    inquiry_->ask(
        whom_to_ask(), Command("CLUSTER").arg("SLOTS"),
        [this](ReplyView answer, const Endpoint& from) -> std::expected<void, std::string> {
            auto ranges = parse_slots(answer, from);
            if (!ranges) return std::unexpected(ranges.error());
            if (ranges->empty()) return std::unexpected("it knows of no slots");
            ranges_ = std::move(*ranges);
            return {};
        },
        [this](const std::expected<void, std::string>& outcome) { answered(outcome); }
    );
}

void ClusterView::answered(const std::expected<void, std::string>& outcome) {
    if (!outcome) {
        ask_after(backoff_.next());
        return owner_.on_slots_unknown(outcome.error());
    }
    backoff_.reset();
    nodes_.clear();
    for (const SlotRange& range : ranges_) add_once(nodes_, range.primary);
    for (const SlotRange& range : ranges_)
        for (const Endpoint& replica : range.replicas) add_once(nodes_, replica);
    ask_after(again_ ? kPause : options_->slots_interval);
    owner_.on_slots(ranges_);
}

void ClusterView::ask_after(std::chrono::milliseconds pause) {
    timer_.expires_after(pause);
    // A cancelled or overtaken wait does nothing; stop() comes before the end of this object, and a
    // handler that is cancelled never touches it.
    timer_.async_wait([this](const boost::system::error_code& cancelled) {
        if (!cancelled && !stopped_ && !inquiry_->busy()) ask();
    });
}

}  // namespace voxpop::store::redis
