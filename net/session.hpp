// One client's end of the Centrifuge protocol: commands in, lines into its outbox. It knows no
// socket.
//
// Commands run in the order they came. Writes may overlap each other, since the store keeps their
// order; everything else waits until all before it are answered, and is waited for. What waits is
// bounded: a session that holds too much stops reading its socket.
//
// One thread: the core's.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/metrics.hpp"
#include "net/backend.hpp"
#include "net/close_codes.hpp"
#include "net/hub.hpp"
#include "net/outbox.hpp"
#include "net/protocol/command_parser.hpp"
#include "net/server.hpp"
#include "net/wire.hpp"

namespace voxpop::net {

class Session;

// What the sessions of a core share.
struct SessionContext {
    const ServerOptions& options;
    Backend& backend;
    Hub& hub;
    base::Metrics& metrics;
    const base::Clock& clock;
    protocol::CommandParser parser;
    std::string line;  // a waiting command, with room for the parser behind it
    // Null when the session is gone.
    std::function<Session*(SessionId)> find;
    // Calls Session::on_timer() at `due`.
    std::function<void(SessionId, base::Monotonic due)> schedule;

    void count(base::Metric metric) { metrics.add(metric, options.metrics_stripe); }
};

class Session final : public Subscriber {
  public:
    Session(SessionContext& context, SessionId id, Peer peer, Wire& wire);
    ~Session() override;
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    // One frame's text, valid UTF-8, with protocol::kPadding readable bytes behind it.
    void on_frame(std::string_view text);
    void on_timer(base::Monotonic due);

    void reply(std::uint32_t command, std::string_view result);
    void fail(std::uint32_t command, const base::Error& error);
    void show_results(std::string_view channel, bool visible);
    void close(const CloseCode& why);

    void push(Subscription& subscription, const ChannelUpdate& update) override;
    void resubscribe(Subscription& subscription) override;
    [[nodiscard]] const base::UserId& user() const override { return identity_.user; }

    [[nodiscard]] SessionId id() const { return id_; }
    [[nodiscard]] Outbox& outbox() { return outbox_; }
    [[nodiscard]] bool connected() const { return connected_; }
    [[nodiscard]] bool wants_frames() const { return !outbox_.closed() && !full(); }
    // The most that the next frame may hold, in bytes.
    [[nodiscard]] std::size_t frame_bytes_max() const;

  private:
    struct Entry {
        std::string channel;
        Subscription subscription;
        std::uint64_t serial = 0;  // of the request, so that a late answer finds only its own
        bool live = false;
    };

    // Commands (session_commands.cpp).
    void on_pong();
    void on_presence_stats(const protocol::Command& command);
    [[nodiscard]] std::string client() const;
    void run(const protocol::Command& command);
    void execute(const protocol::Command& command);
    void on_connect(const protocol::Command& command);
    void on_refresh(const protocol::Command& command);
    void on_unsubscribe(const protocol::Command& command);
    void on_history(const protocol::Command& command);
    void on_rpc(const protocol::Command& command);
    [[nodiscard]] base::Result<void> check_subscribe(const protocol::Command& command) const;

    // Subscribing (session_subscribe.cpp).
    struct Wanted {
        std::uint32_t command;
        std::uint64_t serial;
        std::uint32_t flag;
        bool recover;
        std::uint64_t offset;
        std::string epoch;
    };
    void on_subscribe(const protocol::Command& command);
    void admitted(const Wanted& wanted, const base::Result<Admission>& admission);
    void recover(Entry& entry, const Wanted& wanted);
    void recover_from_store(const Wanted& wanted, const base::Result<ChannelHistory>& history);
    [[nodiscard]] static bool is_stored(
        const Wanted& wanted, const HubChannel& channel, const base::Result<ChannelHistory>& history
    );
    void go_live(
        Entry& entry, const Wanted& wanted, bool recovered, std::vector<PublicationPtr> missed
    );
    void drop(Entry& entry);
    // A live subscription has to start again, and what waits for it is forgotten.
    void send_away(Subscription& subscription);
    [[nodiscard]] Entry* find_entry(std::string_view channel);
    [[nodiscard]] Entry* find_entry(std::uint64_t serial);

    // Order.
    [[nodiscard]] bool may_start(const protocol::Command& command) const;
    void take(std::string_view line);
    void wait_for_turn(std::string_view line);
    [[nodiscard]] bool full() const;
    void pump();
    void answered();
    void answer_error(std::uint32_t command, const base::Error& error);
    std::string& begin_answer();
    [[nodiscard]] Caller caller() const { return {id_, identity_, peer_}; }

    // Time (session_timers.cpp).
    void arm();
    void ping(base::Monotonic now);

    void check_outbox();

    SessionContext& context_;
    SessionId id_;
    Peer peer_;
    Wire& wire_;
    Outbox outbox_;
    domain::Identity identity_;
    std::vector<std::unique_ptr<Entry>> entries_;
    std::list<std::string> waiting_;  // commands, oldest first; a list costs nothing while empty
    std::size_t waiting_bytes_ = 0;
    std::uint64_t next_serial_ = 1;
    std::uint32_t outstanding_ = 0;
    bool connected_ = false;
    bool barrier_ = false;
    bool pumping_ = false;
    bool pong_due_ = false;
    base::Monotonic armed_{};
    base::Monotonic ping_at_{};
    base::Monotonic pong_by_{};
    base::Monotonic connect_by_{};
    base::Monotonic expires_{};  // the token, with its grace; zero: never
};

}  // namespace voxpop::net
