#include "loadtest/report/screen.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iostream>

namespace voxpop::load {

namespace {

constexpr std::int64_t kLineNs = 5'000'000'000;
constexpr std::size_t kBarCells = 40;

std::string_view name_of(Phase phase) {
    constexpr std::array<std::string_view, 4> kNames{
        "readers arrive", "running", "waiting for the last answers", "over"
    };
    return kNames[static_cast<std::size_t>(phase)];
}

std::string bar(double share) {
    const auto full = static_cast<std::size_t>(std::clamp(share, 0.0, 1.0) * kBarCells);
    std::string out;
    for (std::size_t i = 0; i < kBarCells; ++i) out += i < full ? "█" : "░";
    return out;
}

double elapsed_s(const Glance& glance) {
    if (glance.start_ns == 0) return 0;
    const double tenths = static_cast<double>(glance.now_ns - glance.start_ns) / 1e8;
    return std::round(tenths) / 10;
}

// "vote 1.2/4.5  comment 1.6/8.1": p50/p99 of the last second, of the events that `wanted` names.
std::string latencies(const Second& row, bool (*wanted)(Event)) {
    std::string out;
    for (std::size_t i = 0; i < kEvents; ++i) {
        if (row.p50[i] < 0 || !wanted(static_cast<Event>(i))) continue;
        if (!out.empty()) out += "  ";
        out += std::string(to_string(static_cast<Event>(i))) + " " + figure(row.p50[i]) + "/" +
               figure(row.p99[i]);
    }
    return out.empty() ? "-" : out;
}

bool is_any(Event) {
    return true;
}

bool is_answer(Event event) {
    return event < Event::see_comment;
}

bool is_sight(Event event) {
    return !is_answer(event);
}

std::string machine(const Second& row) {
    std::string out = "client " + figure(row.client_cpu * 100) + " % of a core";
    if (row.client_cpu > 0.8) out += " (too busy to be trusted)";
    if (row.server_memory_mb > 0) {
        out += ", server " + figure(row.server_cpu) + " cores, " + figure(row.server_memory_mb) +
               " MB";
    }
    return out;
}

}  // namespace

Screen::Screen(bool quiet) : quiet_(quiet), terminal_(::isatty(STDERR_FILENO) == 1) {}

void Screen::begin(const Settings& settings, const Plan& plan) {
    title_ = settings.scenario.name;
    title_ += " on ";
    for (std::size_t i = 0; i < plan.targets.size(); ++i) {
        title_ += (i > 0 ? ", " : "") + plan.targets[i].host_and_port();
    }
    duration_s_ = plan.duration_seconds;
    people_ = plan.connections();
    next_line_ns_ = now_ns() + kLineNs;
    if (!quiet_)
        std::cerr << title_ << ": " << grouped(people_) << " readers, " << figure(duration_s_)
                  << " s\n";
}

void Screen::show(const Glance& glance, const Board& board, const Recorder& recorder) {
    // At the end everybody has left already; the last screen stays as it was before.
    if (quiet_ || glance.phase == Phase::finishing) return;
    if (terminal_) return show_screen(glance, board, recorder);
    if (glance.phase == phase_ && glance.now_ns < next_line_ns_) return;
    phase_ = glance.phase;
    next_line_ns_ = glance.now_ns + kLineNs;
    show_line(glance, board, recorder);
}

void Screen::show_line(const Glance& glance, const Board& board, const Recorder& recorder) {
    const Second row = recorder.seconds().empty() ? Second{} : recorder.seconds().back();
    const std::string elapsed = glance.start_ns != 0 ? figure(elapsed_s(glance)) + " s  " : "";
    std::cerr << elapsed << name_of(glance.phase) << "  " << grouped(board.sum(Counter::ready))
              << "/" << grouped(people_) << " readers  " << grouped(row.acknowledged) << " ack/s  "
              << grouped(row.deliveries) << " deliveries/s  p50/p99 ms: " << latencies(row, is_any)
              << "  " << machine(row) << "\n";
}

void Screen::show_screen(const Glance& glance, const Board& board, const Recorder& recorder) {
    const Second row = recorder.seconds().empty() ? Second{} : recorder.seconds().back();
    const double elapsed = elapsed_s(glance);
    const auto errors = board.sum(Counter::refused) + board.sum(Counter::unknown) +
                        board.sum(Counter::connect_failures);
    std::string out;
    if (lines_ > 0) out += "\x1b[" + std::to_string(lines_) + "A";
    const std::array<std::string, 8> lines{
        bar(duration_s_ > 0 ? elapsed / duration_s_ : 0) + " " + figure(elapsed) + " s, " +
            std::string(name_of(glance.phase)),
        "readers     " + grouped(board.sum(Counter::ready)) + " live, " +
            grouped(board.sum(Counter::open)) + " connected of " + grouped(people_),
        "commands    " + grouped(row.sent) + "/s sent, " + grouped(row.acknowledged) +
            "/s acknowledged, " + grouped(board.sum(Counter::outstanding)) + " waiting",
        "deliveries  " + grouped(row.deliveries) + "/s, " +
            grouped(board.sum(Counter::deliveries)) + " in all",
        "p50/p99 ms  " + latencies(row, is_answer),
        "            " + latencies(row, is_sight),
        "errors      " + grouped(errors) + ", stalls " + grouped(board.sum(Counter::stalls)) +
            ", told to reload " + grouped(board.sum(Counter::reloads)),
        "machine     " + machine(row),
    };
    // A line that is too long is cut: were it wrapped, the next screen would begin a line too low.
    out += "\x1b[?7l";
    for (const auto& line : lines) out += "\x1b[2K  " + line + "\n";
    out += "\x1b[?7h";
    lines_ = lines.size();
    std::cerr << out << std::flush;
}

void Screen::end() {
    lines_ = 0;
}

}  // namespace voxpop::load
