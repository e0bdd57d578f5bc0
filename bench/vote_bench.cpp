// The whole server: durable votes through WebSocket, acknowledged per second of the server
// process's CPU time. Goal: at least 50,000 with 16 outstanding on each of 200 connections.
//
//   bench_vote [SECONDS] [OUTSTANDING]   default 5 seconds, 16 outstanding
//
// With a new SQLite database, commits as durable as always.
#include <chrono>
#include <cstdlib>

#include "bench/support/report.hpp"
#include "bench/support/voters.hpp"
#include "bench/support/voxpop_process.hpp"

int main(int argc, char** argv) {
    using namespace voxpop;
    constexpr std::size_t kConnections = 200;
    const double seconds = argc > 1 ? std::strtod(argv[1], nullptr) : 5;
    const std::size_t outstanding = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 16;
    const bench::VoxpopProcess server(VOXPOP_BINARY);
    bench::Voters voters(server.port(), kConnections, outstanding);
    voters.run(std::chrono::seconds(1));  // warm-up
    const double before = server.cpu_seconds();
    const auto votes = static_cast<double>(voters.run(std::chrono::duration<double>(seconds)));
    const double cpu = server.cpu_seconds() - before;
    bench::result("votes_per_cpu_second(goal>=50000)", votes / cpu, "1/s");
    bench::result("votes_per_second", votes / seconds, "1/s");
    bench::result("server_cpu", cpu / seconds, "cores", 2);
}
