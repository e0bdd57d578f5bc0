// Fan-out: deliveries of a 200-byte publication to 1,000 WebSocket subscribers per second of the
// server thread's CPU time, beside a raw epoll-and-send() loop over as many sockets.
//
//   bench_fanout [ROUNDS] [TICKS]        default 9 rounds of 20 ticks
//
// Every round runs each side once, so that what the machine does besides hits all of them:
//   raw      one send() of the ready frame per socket and tick
//   one      a tick with one publication, through net::Server: hub, outboxes, one send each
//   ten      a tick with ten publications of one channel, encoded into one frame as its publisher
//            does
//   spread   a tick with one publication in each of ten channels: ten frames, one send each
// A tick begins when all of the last one has arrived. Goals: one/raw >= 0.9, ten/one >= 6.
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bench/support/drain.hpp"
#include "bench/support/raw_fanout.hpp"
#include "bench/support/report.hpp"
#include "bench/support/server_thread.hpp"
#include "bench/support/socket.hpp"

namespace {

using namespace voxpop;

constexpr std::size_t kSubscribers = 1'000;
constexpr std::size_t kChannels = 10;
constexpr std::size_t kPushBytes = 200;

std::string channel_name(std::size_t index) {
    return "thread:bench-" + std::to_string(index);
}

// The channels of the server's side. Each is a stream, as comments are.
class Channels {
  public:
    void open(bench::ServerThread& thread) {
        thread.run([](net::Server& server) {
            for (std::size_t i = 0; i < kChannels; ++i)
                server.open_channel(
                    {.name = channel_name(i),
                     .number = number(i),
                     .kind = net::ChannelKind::stream,
                     .position = {.epoch = "bench", .offset = 0}}
                );
        });
    }

    // A tick's news: `publications` in each of the first `channels` channels.
    [[nodiscard]] net::UpdateBatch tick(std::size_t channels, std::size_t publications) {
        std::vector<net::ChannelUpdate> updates;
        for (std::size_t i = 0; i < channels; ++i) updates.push_back(update(i, publications));
        return std::make_shared<const std::vector<net::ChannelUpdate>>(std::move(updates));
    }

  private:
    static net::ChannelNumber number(std::size_t index) {
        return static_cast<net::ChannelNumber>(index + 1);
    }

    net::ChannelUpdate update(std::size_t index, std::size_t publications) {
        net::ChannelUpdate update{.number = number(index)};
        std::string lines;
        for (std::size_t i = 0; i < publications; ++i) {
            const auto offset = ++offsets_.at(index);
            const std::string head =
                "{\"push\":{\"id\":" + std::to_string(number(index)) + ",\"pub\":";
            std::string json = R"({"data":{"type":"posted","text":")";
            const std::string tail = "\"},\"offset\":" + std::to_string(offset) + "}";
            json.append(kPushBytes - head.size() - json.size() - tail.size() - 2, 'x');
            json += tail;
            if (!lines.empty()) lines += '\n';
            lines += head + json + "}}";
            update.publications.push_back(
                std::make_shared<const net::Publication>(net::Publication{offset, json})
            );
        }
        update.by_number = update.by_name = net::make_text_frame(lines);
        return update;
    }

    std::vector<std::uint64_t> offsets_ = std::vector<std::uint64_t>(kChannels);
};

bench::Socket subscribe_to_all(std::uint16_t port) {
    auto socket = bench::open_websocket(port);
    std::string commands = R"({"id":1,"connect":{}})";
    for (std::size_t i = 0; i < kChannels; ++i) {
        commands += "\n{\"id\":" + std::to_string(i + 2) + ",\"subscribe\":{\"channel\":\"" +
                    channel_name(i) + "\",\"flag\":1}}";
    }
    bench::send_all(socket, bench::client_frame(commands));
    bench::read_until(socket, "\"subscribe\":", kChannels);
    return socket;
}

class Fanout {
  public:
    Fanout() : raw_(kSubscribers) {
        channels_.open(server_);
        for (std::size_t i = 0; i < kSubscribers; ++i) {
            clients_.push_back(subscribe_to_all(server_.port()));
            drain_.add(clients_.back());
        }
        for (const auto& client : raw_.clients()) drain_.add(client);
    }

    // Deliveries per CPU second of a run of ticks, each with `publications` in each of `channels`.
    double server(std::size_t ticks, std::size_t channels, std::size_t publications) {
        const auto cpu = server_.cpu();
        const double before = cpu.seconds();
        for (std::size_t i = 0; i < ticks; ++i) {
            const auto batch = channels_.tick(channels, publications);
            std::size_t bytes = 0;
            for (const auto& update : *batch) bytes += update.by_number->bytes().size();
            drain_.expect(bytes * kSubscribers);
            server_.post([batch](net::Server& server) { server.apply(batch); });
            drain_.wait();
        }
        const auto deliveries = static_cast<double>(ticks * channels * publications * kSubscribers);
        return deliveries / (cpu.seconds() - before);
    }

    double raw(std::size_t ticks) {
        const std::string frame(net::make_text_frame(std::string(kPushBytes, 'x'))->bytes());
        const auto cpu = raw_.cpu();
        const double before = cpu.seconds();
        for (std::size_t i = 0; i < ticks; ++i) {
            drain_.expect(frame.size() * kSubscribers);
            raw_.publish(frame);
            drain_.wait();
        }
        return static_cast<double>(ticks * kSubscribers) / (cpu.seconds() - before);
    }

  private:
    // The sockets leave before their servers do, and the drain before its sockets.
    bench::ServerThread server_;
    bench::RawFanout raw_;
    std::vector<bench::Socket> clients_;
    bench::Drain drain_;
    Channels channels_;
};

struct Sides {
    std::vector<double> raw, one, ten, spread, one_to_raw, ten_to_one;
};

void report(const Sides& sides) {
    bench::result("raw_deliveries_per_cpu_second", bench::median(sides.raw), "1/s");
    bench::result("one_deliveries_per_cpu_second", bench::median(sides.one), "1/s");
    bench::result("ten_deliveries_per_cpu_second", bench::median(sides.ten), "1/s");
    bench::result("spread_deliveries_per_cpu_second", bench::median(sides.spread), "1/s");
    bench::result("one_to_raw(goal>=0.9)", bench::median(sides.one_to_raw), "x", 3);
    bench::result("ten_to_one(goal>=6)", bench::median(sides.ten_to_one), "x", 2);
    const double spread = bench::median(sides.spread) / bench::median(sides.one);
    bench::result("spread_to_one", spread, "x", 2);
}

}  // namespace

int main(int argc, char** argv) {
    const auto rounds = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 9;
    const auto ticks = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 20;
    bench::raise_file_limit();
    Fanout fanout;
    fanout.raw(ticks);  // warm-up: the first run of each pays for pages and caches
    fanout.server(ticks, 1, 1);
    Sides sides;
    for (std::size_t i = 0; i < rounds; ++i) {
        // Which of the two goes first alternates.
        if (i % 2 == 0) sides.raw.push_back(fanout.raw(ticks));
        sides.one.push_back(fanout.server(ticks, 1, 1));
        if (i % 2 == 1) sides.raw.push_back(fanout.raw(ticks));
        sides.ten.push_back(fanout.server(ticks, 1, 10));
        sides.spread.push_back(fanout.server(ticks, kChannels, 1));
        sides.one_to_raw.push_back(sides.one.back() / sides.raw.back());
        sides.ten_to_one.push_back(sides.ten.back() / sides.one.back());
    }
    report(sides);
}
