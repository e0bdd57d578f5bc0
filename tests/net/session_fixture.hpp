// A session without a socket: frames in, lines out, and the clock in the test's hand.
#pragma once

#include <string>
#include <vector>

#include "fake_backend.hpp"
#include "net/session.hpp"
#include "net/timing_wheel.hpp"

namespace voxpop::net {

// The frames' payloads in bytes that left, text and close alike, one string each; a close frame is
// written as "close 3501 bad request".
[[nodiscard]] inline std::vector<std::string> frames_in(std::string_view bytes) {
    std::vector<std::string> out;
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
    while (!bytes.empty()) {
        std::size_t size = at(1);
        std::size_t header = 2;
        if (size >= 126) {
            const std::size_t extra = size == 126 ? 2 : 8;
            size = 0;
            for (std::size_t i = 0; i < extra; ++i) size = size << 8 | at(2 + i);
            header += extra;
        }
        if (at(0) == 0x88) {
            const int code = at(header) << 8 | at(header + 1);
            const auto reason = bytes.substr(header + 2, size - 2);
            out.push_back("close " + std::to_string(code) + " " + std::string(reason));
        } else {
            out.emplace_back(bytes.substr(header, size));
        }
        bytes.remove_prefix(header + size);
    }
    return out;
}

class SessionFixture {
  public:
    class Client final : public Wire {
      public:
        Client(SessionFixture& fixture, SessionId id)
            : session(fixture.context, id, Peer{}, *this) {}

        void wants_flush() override { ++flushes_wanted; }
        void closing() override { closed = true; }
        void resume_reading() override { ++resumed; }

        void send(std::string text) {
            const std::size_t size = text.size();
            text.append(protocol::kPadding, '\0');
            session.on_frame(std::string_view(text).substr(0, size));
        }
        // What left since the last time, frame by frame.
        std::vector<std::string> take() {
            std::string out;
            std::string scratch;
            for (auto bytes = session.outbox().next(scratch); !bytes.empty();
                 bytes = session.outbox().next(scratch)) {
                out.append(bytes);
                session.outbox().sent(bytes.size());
            }
            return frames_in(out);
        }
        // All of it, in one string: frames joined by newlines.
        std::string taken() {
            std::string out;
            for (const auto& frame : take()) out += (out.empty() ? "" : "\n") + frame;
            return out;
        }
        void connect() {
            send(R"({"connect":{},"id":1})");
            (void)take();
        }

        Session session;
        int flushes_wanted = 0;
        int resumed = 0;
        bool closed = false;

      private:
    };

    SessionFixture() = default;

    Client& client() {
        const SessionId id = ++last_id_;
        auto made = std::make_unique<Client>(*this, id);
        return *(clients[id] = std::move(made));
    }
    Client& connected() {
        Client& made = client();
        made.connect();
        return made;
    }
    void leave(Client& gone) { clients.erase(gone.session.id()); }

    void reply(ReplyTo to, std::string_view result) { find(to.session)->reply(to.command, result); }
    void fail(ReplyTo to, base::ErrorCode code) { find(to.session)->fail(to.command, {code, {}}); }
    void open(const ChannelState& state) { hub.open(state, clock.monotonic()); }
    void apply(const ChannelUpdate& update) { hub.apply({update}, clock.monotonic()); }

    // Moves the clock in the wheel's steps and lets time-outs run.
    void pass(base::Millis time) {
        for (base::Millis passed{0}; passed < time; passed += TimingWheel::kInterval) {
            clock.advance(TimingWheel::kInterval);
            wheel.advance(clock.monotonic(), [this](SessionId id, base::Monotonic due) {
                if (Session* session = find(id)) session->on_timer(due);
            });
            hub.report(clock.monotonic());
        }
    }

    Session* find(SessionId id) {
        const auto at = clients.find(id);
        return at == clients.end() ? nullptr : &at->second->session;
    }

    base::ManualClock clock;
    base::Metrics metrics;
    FakeBackend backend;
    ServerOptions options{.node_name = "n", .version = "v"};
    Hub hub{backend};
    TimingWheel wheel{clock.monotonic()};
    SessionContext context{
        .options = options,
        .backend = backend,
        .hub = hub,
        .metrics = metrics,
        .clock = clock,
        .parser = {},
        .line = {},
        .find = [this](SessionId id) { return find(id); },
        .schedule = [this](SessionId id, base::Monotonic due) { wheel.add(id, due); },
    };
    std::map<SessionId, std::unique_ptr<Client>> clients;

  private:
    SessionId last_id_ = 0;
};

}  // namespace voxpop::net
