// A session with a product and a socket of the tests' own, and time in the test's hand.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "fake_backend.hpp"
#include "frames.hpp"
#include "net/session.hpp"

namespace voxpop::net::test {

inline constexpr ChannelNumber kThread = 1;
inline constexpr ChannelNumber kPoll = 2;

class FakeWire final : public Wire {
  public:
    void wants_flush() override { ++flushes; }
    void closing() override { ++closings; }
    void resume_reading() override { ++resumed; }

    int flushes = 0;
    int closings = 0;
    int resumed = 0;
};

class SessionRig {
  public:
    explicit SessionRig(ServerOptions given = {}) : options(std::move(given)) {
        options.node_name = "n";
        options.version = "v";
        session = std::make_unique<Session>(context, 7, Peer{}, wire);
        hub.open(
            {.name = "thread:a",
             .number = kThread,
             .kind = ChannelKind::stream,
             .position = {"e1", 5},
             .history = publications(2, 5)},
            clock.monotonic()
        );
        hub.open(
            {.name = "poll:a",
             .number = kPoll,
             .kind = ChannelKind::latest,
             .snapshot = R"({"votes":9})",
             .snapshot_masked = R"({"votes":null})"},
            clock.monotonic()
        );
    }

    void say(std::string_view frame) {
        std::string padded(frame);
        padded.append(protocol::kPadding, '\0');
        session->on_frame(std::string_view(padded).substr(0, frame.size()));
    }
    // The lines that left since the last time; a close frame as "close CODE".
    std::vector<std::string> heard() {
        std::string scratch;
        while (!session->outbox().empty()) {
            const auto bytes = session->outbox().next(scratch);
            if (bytes.empty()) break;
            wire_bytes.append(bytes);
            session->outbox().sent(bytes.size());
        }
        std::vector<std::string> lines;
        for (const auto& frame : read_frames(std::exchange(wire_bytes, {}))) {
            if (frame.opcode == 8) {
                lines.push_back("close " + std::to_string(frame.close_code()));
                continue;
            }
            std::string_view text = frame.payload;
            while (!text.empty()) lines.emplace_back(protocol::take_line(text));
        }
        return lines;
    }
    std::vector<std::string> answer_to(std::string_view frame) {
        say(frame);
        return heard();
    }
    void connect() {
        say(R"({"connect":{},"id":1})");
        (void)heard();
    }
    // Moves time on and runs the timers that are due, as the core's wheel would.
    void advance(base::Millis by) {
        clock.advance(by);
        for (const auto due : std::exchange(timers, {})) {
            due <= clock.monotonic() ? session->on_timer(due) : timers.push_back(due);
        }
    }
    void apply(const ChannelUpdate& update) { hub.apply({update}, clock.monotonic()); }

    ServerOptions options;
    FakeBackend backend;
    Hub hub{backend};
    base::Metrics metrics;
    base::ManualClock clock;
    std::vector<base::Monotonic> timers;
    FakeWire wire;
    std::string wire_bytes;
    SessionContext context{
        .options = options,
        .backend = backend,
        .hub = hub,
        .metrics = metrics,
        .clock = clock,
        .parser = {},
        .line = {},
        .find = [this](SessionId id) { return id == 7 ? session.get() : nullptr; },
        .schedule = [this](SessionId, base::Monotonic due) { timers.push_back(due); },
    };
    std::unique_ptr<Session> session;
};

// The line of an error reply, as far as clients act on it.
inline bool is_error(std::string_view line, std::uint32_t id, int code) {
    return line.starts_with(
        R"({"id":)" + std::to_string(id) + R"(,"error":{"code":)" + std::to_string(code) + ","
    );
}

}  // namespace voxpop::net::test
