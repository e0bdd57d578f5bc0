#include "store/redis/client/primary.hpp"

#include <utility>

#include "store/redis/client/call_result.hpp"

namespace voxpop::store::redis {

class Primary::Fresh final : public NewConnection {
  public:
    Fresh(
        std::weak_ptr<Primary> primary, std::shared_ptr<Deferred> deferred, std::uint64_t number,
        ServerIdentity identity
    )
        : primary_(std::move(primary)),
          deferred_(std::move(deferred)),
          number_(number),
          identity_(std::move(identity)) {}

    [[nodiscard]] const ServerIdentity& server() const override { return identity_; }

    void call(Command command, Done done) override {
        const auto primary = primary_.lock();
        const char* refused = "the connection is gone";
        if (primary && primary->current(number_))
            refused = primary->link_->pipeline().refuses(command.bytes());
        if (refused != nullptr) {
            deferred_->later([refused, done = std::move(done)]() mutable { done(unsent(refused)); }
            );
            return;
        }
        primary->call(command, [done = std::move(done)](Outcome outcome) mutable {
            done(to_result(std::move(outcome)));
        });
    }

    void ready(std::expected<void, std::string> outcome) override {
        // Not from within on_connected(): an error would lose a shard that is just being told of.
        deferred_->later([primary = primary_, number = number_, outcome = std::move(outcome)] {
            if (const auto held = primary.lock()) held->prepared(number, outcome);
        });
    }

  private:
    const std::weak_ptr<Primary> primary_;
    const std::shared_ptr<Deferred> deferred_;
    const std::uint64_t number_;
    const ServerIdentity identity_;
};

Primary::Primary(std::string shard, std::shared_ptr<Link> link, std::shared_ptr<Deferred> deferred)
    : shard_(std::move(shard)), link_(std::move(link)), deferred_(std::move(deferred)) {}

void Primary::start(Owner& owner) {
    owner_ = &owner;
    link_->start(*this);
}

void Primary::stop(const std::string& why) {
    owner_ = nullptr;
    ready_ = false;
    ++connection_;
    link_->stop(why);
}

void Primary::on_link_open(ServerIdentity identity) {
    ++connection_;
    retiring_ = false;
    trouble_ = "connected, and being prepared";
    identity.shard = shard_;
    run_id_ = identity.run_id;
    owner_->on_primary_connected(
        std::make_shared<Fresh>(weak_from_this(), deferred_, connection_, std::move(identity))
    );
}

void Primary::prepared(std::uint64_t number, const std::expected<void, std::string>& outcome) {
    if (!current(number) || ready_ || retiring_) return;
    if (!outcome) return link_->drop(outcome.error());
    ready_ = true;
    tried_ = true;
    link_->steady();
    owner_->on_primary_ready(*this);
}

void Primary::on_link_lost(const std::string& why, bool was_open) {
    const auto self = shared_from_this();
    tried_ = true;
    ready_ = false;
    retiring_ = false;
    trouble_ = why;
    owner_->on_primary_lost(*this, why, was_open);
}

void Primary::retire(const std::string& why) {
    ready_ = false;
    retiring_ = true;
    trouble_ = why;
    // Later, as this may be within an answer to one of its calls.
    deferred_->later([self = shared_from_this()] { self->on_link_read_end(); });
}

void Primary::on_link_read_end() {
    if (retiring_ && link_->open() && link_->pipeline().idle()) link_->drop(trouble_);
}

}  // namespace voxpop::store::redis
