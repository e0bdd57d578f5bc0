// What it costs to understand one command, a vote of 100 bytes. Goal: under 250 ns.
#include <benchmark/benchmark.h>

#include <string>
#include <string_view>

#include "net/protocol/command_parser.hpp"

namespace {

using namespace voxpop::net::protocol;

constexpr std::string_view kVote =
    R"({"id":1234,"rpc":{"method":"poll.vote","data":{"poll":"election-2026-round-1","options":["yes"]}}}  )";
static_assert(kVote.size() == 100);

void parse_vote_of_100_bytes(benchmark::State& state) {
    CommandParser parser;
    const std::string padded = std::string(kVote) + std::string(kPadding, ' ');
    const auto line = std::string_view(padded).substr(0, kVote.size());
    for (auto _ : state) {
        auto command = parser.parse(line);
        if (!command || command->method != "poll.vote") return state.SkipWithError("not parsed");
        benchmark::DoNotOptimize(command);
    }
}
BENCHMARK(parse_vote_of_100_bytes);

void parse_subscribe(benchmark::State& state) {
    CommandParser parser;
    const std::string text =
        R"({"id":2,"subscribe":{"channel":"thread:news-1","flag":1,"recover":true,"epoch":"mf3k","offset":41}})";
    const std::string padded = text + std::string(kPadding, ' ');
    const auto line = std::string_view(padded).substr(0, text.size());
    for (auto _ : state) {
        auto command = parser.parse(line);
        if (!command || command->offset != 41) return state.SkipWithError("not parsed");
        benchmark::DoNotOptimize(command);
    }
}
BENCHMARK(parse_subscribe);

}  // namespace

BENCHMARK_MAIN();
