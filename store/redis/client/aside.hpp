// A second connection to a shard's primary, for calls that wait for replicas: WAIT holds up all
// that is behind it on its connection, and nobody else's calls are to be there.
//
// It prepares nothing: it is used while it leads to the very server that the first connection has
// prepared.
//
// Thread safety: none. Held by shared_ptr.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "store/redis/client/link.hpp"

namespace voxpop::store::redis {

class Aside : private Link::Owner {
  public:
    // `changed` is told when it stands, and when it has been lost.
    Aside(std::shared_ptr<Link> link, std::function<void()> changed)
        : link_(std::move(link)), changed_(std::move(changed)) {}

    void start() { link_->start(*this); }
    void stop(const std::string& why) { link_->stop(why); }

    [[nodiscard]] bool leads_to(const std::string& run_id) const {
        return link_->open() && run_id_ == run_id;
    }
    // The first connection has prepared that server: one that leads elsewhere is given up, and one
    // that failed tries again at once.
    void follow(const std::string& run_id) {
        if (link_->open() && run_id_ != run_id) link_->drop("it is another server's");
        link_->hurry();
    }
    // Only while it leads somewhere. As of Primary.
    [[nodiscard]] const char* refuses(std::size_t bytes) const {
        return link_->pipeline().refuses(bytes);
    }
    void call(const Command& command, Settle settle) {
        link_->pipeline().send(command, std::move(settle));
    }

  private:
    void on_link_open(ServerIdentity identity) override {
        run_id_ = std::move(identity.run_id);
        link_->steady();
        changed_();
    }
    void on_link_lost(const std::string& /*why*/, bool was_open) override {
        if (was_open) changed_();
    }

    const std::shared_ptr<Link> link_;
    const std::function<void()> changed_;
    std::string run_id_;  // of the server that it leads to, or led to
};

}  // namespace voxpop::store::redis
