#include "store/redis/client/link.hpp"

#include <utility>

#include "store/redis/client/session.hpp"

namespace voxpop::store::redis {

Link::Link(
    boost::asio::io_context& io, std::unique_ptr<Locator> locator,
    std::shared_ptr<const ClientOptions> options
)
    : io_(io),
      locator_(std::move(locator)),
      options_(std::move(options)),
      timer_(io),
      backoff_(options_->backoff) {}

void Link::start(Owner& owner) {
    owner_ = &owner;
    try_soon();
}

void Link::stop(const std::string& why) {
    owner_ = nullptr;
    phase_ = Phase::stopped;
    locator_->cancel();
    timer_.cancel();
    if (const auto pipeline = std::exchange(pipeline_, nullptr)) pipeline->close(why);
}

void Link::drop(const std::string& why) {
    if (open()) fail(why);
}

void Link::hurry() {
    if (pausing()) try_soon();
}

// Not from within the caller: a place that is fixed is found at once, and may fail at once.
void Link::try_soon() {
    phase_ = Phase::starting;
    after(std::chrono::milliseconds(0), &Link::try_now);
}

void Link::after(std::chrono::milliseconds pause, void (Link::*then)()) {
    timer_.expires_after(pause);
    timer_.async_wait([self = shared_from_this(), then,
                       phase = phase_](const boost::system::error_code& cancelled) {
        if (!cancelled && self->phase_ == phase) (self.get()->*then)();
    });
}

void Link::try_now() {
    phase_ = Phase::locating;
    locator_->locate([self = shared_from_this()](std::expected<Endpoint, std::string> found) {
        if (self->phase_ != Phase::locating) return;
        if (!found) return self->fail(found.error());
        self->connect(*found);
    });
}

void Link::connect(const Endpoint& endpoint) {
    phase_ = Phase::opening;
    after(options_->connect_timeout, &Link::too_late);
    pipeline_ = std::make_shared<Pipeline>(io_, endpoint, *options_);
    pipeline_->open(*this);
}

void Link::too_late() {
    fail("no session within " + std::to_string(options_->connect_timeout.count()) + " ms");
}

void Link::on_pipeline_open() {
    begin_session(
        *pipeline_, *options_,
        [self = shared_from_this()](std::expected<ServerIdentity, std::string> identity) {
            // Also told when the pipeline is closed under it; whoever closes it knows why.
            if (self->phase_ != Phase::opening || self->pipeline_ == nullptr) return;
            if (!identity) return self->fail(identity.error());
            self->phase_ = Phase::open;
            self->timer_.cancel();
            identity->address = self->pipeline_->endpoint().text();
            self->owner_->on_link_open(std::move(*identity));
        }
    );
}

void Link::fail(const std::string& why) {
    if (phase_ == Phase::stopped || phase_ == Phase::waiting) return;
    const auto self = shared_from_this();
    const bool was_open = open();
    phase_ = Phase::waiting;
    if (const auto pipeline = std::exchange(pipeline_, nullptr)) pipeline->close(why);
    if (phase_ != Phase::waiting) return;  // stopped by one whose call was settled
    owner_->on_link_lost(why, was_open);
    if (phase_ == Phase::waiting) after(backoff_.next(), &Link::try_now);
}

}  // namespace voxpop::store::redis
