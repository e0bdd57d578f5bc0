// The connection for ordinary calls to one shard's primary: lets them in once whoever hears of a
// new connection has prepared the server.
//
// Thread safety: none. Held by shared_ptr: a NewConnection may outlive what it came from.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "store/redis/client/client.hpp"
#include "store/redis/client/deferred.hpp"
#include "store/redis/client/link.hpp"

namespace voxpop::store::redis {

class Primary : public std::enable_shared_from_this<Primary>, private Link::Owner {
  public:
    class Owner {
      public:
        virtual ~Owner() = default;
        virtual void on_primary_connected(std::shared_ptr<NewConnection> connection) = 0;
        virtual void on_primary_ready(Primary& primary) = 0;
        // After all its calls have been settled. `connected` false: a try to connect failed.
        virtual void on_primary_lost(Primary& primary, const std::string& why, bool connected) = 0;
    };

    // `shard` is its name in all events.
    Primary(std::string shard, std::shared_ptr<Link> link, std::shared_ptr<Deferred> deferred);

    // `owner` must live until stop().
    void start(Owner& owner);
    void stop(const std::string& why);

    // Takes ordinary calls.
    [[nodiscard]] bool ready() const { return ready_; }
    // The first try to connect and to prepare the server has come to an end.
    [[nodiscard]] bool tried() const { return tried_; }
    // Only while ready(): why a command of this size cannot be sent now, or nullptr.
    [[nodiscard]] const char* refuses(std::size_t bytes) const {
        return link_->pipeline().refuses(bytes);
    }
    // Only while ready(). Settles within this call where the pipeline refuses.
    void call(const Command& command, Settle settle) {
        link_->pipeline().send(command, std::move(settle));
    }
    // The server is not what it was: no new calls, and a new connection, prepared anew, once those
    // in flight have their answers.
    void retire(const std::string& why);

    [[nodiscard]] const std::string& shard() const { return shard_; }
    // Of the server that it is connected to.
    [[nodiscard]] const std::string& run_id() const { return run_id_; }
    // Why it is not ready.
    [[nodiscard]] const std::string& trouble() const { return trouble_; }

  private:
    class Fresh;

    // Of the connection with that number; void when it is not the current one any more.
    [[nodiscard]] bool current(std::uint64_t number) const {
        return number == connection_ && link_->open();
    }
    void prepared(std::uint64_t number, const std::expected<void, std::string>& outcome);

    void on_link_open(ServerIdentity identity) override;
    void on_link_lost(const std::string& why, bool was_open) override;
    void on_link_read_end() override;

    const std::string shard_;
    const std::shared_ptr<Link> link_;
    const std::shared_ptr<Deferred> deferred_;
    Owner* owner_ = nullptr;
    bool ready_ = false;
    bool tried_ = false;
    bool retiring_ = false;
    std::uint64_t connection_ = 0;  // how many there have been
    std::string run_id_;
    std::string trouble_ = "not connected yet";
};

}  // namespace voxpop::store::redis
