// Readers that speak the Centrifuge client protocol: connect as guests (or with a token),
// subscribe, vote, comment, and check every publication as it comes. What they do and see goes into
// the journal; how long it took onto the board.
//
// Checked here, because only here every delivery is seen: offsets without gaps, versions that never
// go back, nothing that its receiver must not see. What needs the whole picture is the Checker's.
// One thread.
#pragma once

#include <functional>
#include <optional>
#include <queue>
#include <random>
#include <string>
#include <vector>

#include "loadtest/engine/crowd.hpp"
#include "loadtest/engine/silence.hpp"
#include "loadtest/engine/stream_log.hpp"
#include "loadtest/wire/inbound.hpp"

namespace voxpop::load {

// Which of the readers a worker has.
struct ReaderRange {
    std::uint64_t first = 0;
    std::uint64_t count = 0;
};

class Readers final : public Crowd {
  public:
    Readers(
        const Plan& plan, ReaderRange range, BoardHead& shared, WorkerBoard& board, int journal
    );

    // Before anything else.
    void attach(Transport& transport) { transport_ = &transport; }

    void arrive(Slot slot, std::int64_t intended_ns) override;
    bool command(Command command, std::int64_t intended_ns) override;
    void cut(double share, std::int64_t intended_ns) override;
    std::int64_t tend(std::int64_t now_ns) override;
    void back_by(std::int64_t now_ns, std::int64_t at_ns) override {
        silence_.back_by(now_ns, at_ns);
    }
    void report() override;
    void finish() override;

    void on_open(Slot slot) override;
    void on_message(Slot slot, std::string_view message) override;
    void on_closed(Slot slot, std::uint16_t code, bool was_open) override;

  private:
    enum class Asked : std::uint8_t { connect, subscribe, vote, comment, save, moderate };

    // A command that waits for its answer.
    struct Pending {
        std::uint32_t id = 0;
        Asked asked = Asked::connect;
        std::uint32_t place = 0;  // subscribe: of the subscription; vote: of the option
        std::int64_t intended_ns = 0;
        std::int64_t sent_ns = 0;
    };

    struct Subscription {
        std::uint32_t channel = 0;  // place in the plan
        std::uint32_t number = 0;   // the server's
        std::uint32_t epoch = 0;    // place in epochs_
        bool live = false;
        bool positioned = false;     // a stream, with a position to recover from
        std::uint64_t position = 0;  // offset or version
    };

    struct Reader {
        std::uint32_t next_id = 1;
        std::uint8_t target = 0;
        bool connected = false;
        bool ready = false;
        bool answers_pings = false;
        bool has_voted = false;
        bool saved = false;
        bool gone = false;        // refused for good
        bool slow = false;        // stops reading now and then
        std::uint16_t group = 0;  // place in the plan
        std::uint16_t failures = 0;
        std::int64_t intended_ns = 0;  // of its arrival
        std::vector<Subscription> subscriptions;
        std::vector<Pending> pending;
        std::string device;
    };

    // Something to do for a slot at a time.
    struct Due {
        std::int64_t at_ns = 0;
        Slot slot = 0;
        enum class What : std::uint8_t {
            reconnect,
            subscribe,
            pause,
            resume
        } what = What::reconnect;
        friend bool operator>(const Due& a, const Due& b) { return a.at_ns > b.at_ns; }
    };

    // readers_wire.cpp: what comes in.
    void take_line(Slot slot, std::string_view line);
    void take_reply(Slot slot, const Inbound& reply);
    void take_refusal(Slot slot, const Pending& pending, std::uint16_t code);
    void take_connect(Slot slot, const Pending& pending, std::string_view result);
    void take_subscribe(Slot slot, const Pending& pending, std::string_view result);
    void take_vote(Slot slot, const Pending& pending, std::string_view result);
    void take_comment(Slot slot, const Pending& pending, std::string_view result);
    void take_done(
        Slot slot, const Pending& pending, Event event, std::uint64_t number,
        std::string_view result
    );
    void settle_write(const Pending& pending);
    void take_push(Slot slot, const Inbound& push);
    void take_unsubscribed(Slot slot, Subscription& subscription, std::uint16_t code);

    // readers_watch.cpp: what publications say.
    void start_stream(Slot slot, Subscription& subscription, const SubscribeResult& result);
    void see(Slot slot, Subscription& subscription, std::uint64_t offset, std::string_view data);
    void see_event(
        Slot slot, Subscription& subscription, std::uint64_t offset, std::string_view data
    );
    void see_tally(Slot slot, Subscription& subscription, std::string_view data);
    void see_counts(Slot slot, Subscription& subscription, std::string_view data);
    bool see_version(Slot slot, Subscription& subscription, std::uint64_t version);
    [[nodiscard]] bool may_see_results(Slot slot, std::size_t poll, bool closed) const;
    void keep_for_moderators(const ThreadEvent& event);
    void leave_streams(Slot slot, bool at_end);
    void odd(
        Slot slot, const Subscription& subscription, entry::Oddity kind, std::uint64_t expected,
        std::uint64_t got
    );

    // readers_act.cpp: what they do.
    void vote(Slot slot, std::int64_t intended_ns);
    void comment(Slot slot, std::int64_t intended_ns);
    void save(Slot slot, std::int64_t intended_ns);
    bool moderate(Slot slot, std::int64_t intended_ns);
    // Journals `sent`, whose voter, number and time it fills in, and sends the call.
    void call(
        Slot slot, Pending pending, std::string_view method, std::string_view data, entry::Sent sent
    );
    // The next in turn who can send something now.
    [[nodiscard]] std::optional<Slot> pick(bool moderator);

    void subscribe_missing(Slot slot);
    void append_subscribe_line(std::string& out, Slot slot, std::uint32_t place);
    void lose(Slot slot, std::int64_t reconnect_at_ns);
    [[nodiscard]] std::int64_t backoff_ns(Reader& reader);
    void later(Slot slot, Due::What what, std::int64_t at_ns);
    void drop_pending(Slot slot);
    void take_turn(Slot slot, bool reading, std::int64_t now_ns);
    void wake_slow_readers();
    void note_readiness(Slot slot, std::int64_t now_ns);

    [[nodiscard]] std::uint64_t voter(Slot slot) const { return range_.first + slot; }
    [[nodiscard]] const GroupPlan& group(Slot slot) const {
        return plan_.groups[readers_[slot].group];
    }
    [[nodiscard]] std::int64_t run_ms(std::int64_t at_ns) const {
        return (at_ns - plan_.began_ns) / 1'000'000;
    }
    [[nodiscard]] std::uint32_t epoch_place(std::string_view epoch);
    // Numbers a command and waits for its answer.
    std::uint32_t remember(Slot slot, Pending pending);
    [[nodiscard]] static bool is_write(Asked asked) { return asked > Asked::subscribe; }

    const Plan& plan_;
    ReaderRange range_;
    BoardHead& shared_;
    WorkerBoard& board_;
    JournalWriter journal_;
    Transport* transport_ = nullptr;
    std::vector<Reader> readers_;
    std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
    InboundReader inbound_;
    std::vector<std::string> epochs_{""};
    StreamLog streams_;
    Silence silence_;
    std::mt19937_64 random_;
    Slot next_reader_ = 0;
    Slot next_moderator_ = 0;
    std::uint64_t serial_ = 0;
    bool woken_ = false;                 // the run is over and slow readers read on
    std::vector<std::string> hideable_;  // comments that a moderator may hide, newest last
    std::vector<std::string> hidden_;    // and those that are hidden, to restore
    std::string line_;
    std::string choice_;
    std::int64_t now_ns_ = 0;    // when the message in hand arrived
    std::uint64_t waiting_ = 0;  // write commands without an answer yet
};

}  // namespace voxpop::load
