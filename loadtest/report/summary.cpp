#include "loadtest/report/summary.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace voxpop::load {

namespace {

constexpr double kMillis = 1e-3;

// Points closer together towards the end, where the unlucky readers are.
std::vector<std::pair<double, double>> percentile_curve(const Histogram& histogram) {
    constexpr double kStep = 0.8;
    constexpr std::size_t kPointsMax = 60;
    // The greatest of n values stands in the middle of the last nth.
    const double last = 0.5 / static_cast<double>(std::max<std::uint64_t>(1, histogram.count()));
    std::vector<std::pair<double, double>> curve;
    double rest = 1;
    while (rest > last && curve.size() < kPointsMax) {
        curve.emplace_back(1 - rest, static_cast<double>(histogram.value_at(1 - rest)) * kMillis);
        rest *= kStep;
    }
    curve.emplace_back(1 - last, static_cast<double>(histogram.max_us()) * kMillis);
    return curve;
}

void append_row(std::string& out, const std::string& name, const std::string& value) {
    out += "  " + name + std::string(name.size() < 16 ? 16 - name.size() : 1, ' ') + value + "\n";
}

void append_padded(std::string& out, const std::string& cell) {
    out += std::string(cell.size() < 10 ? 10 - cell.size() : 1, ' ') + cell;
}

std::string rate(std::uint64_t count, double seconds) {
    return grouped_figure(static_cast<double>(count) / seconds) + "/s";
}

std::string percent(double share) {
    return figure(share * 100) + " %";
}

void append_latencies(std::string& out, const Summary& summary) {
    if (summary.latency.empty()) return;
    out += "\n  latency, ms          p50       p90       p99     p99.9       max      count\n";
    for (const Latency& row : summary.latency) {
        const std::string name(to_string(row.event));
        out += "  " + name + std::string(12 - std::min<std::size_t>(11, name.size()), ' ');
        for (const double value : {row.p50, row.p90, row.p99, row.p999, row.max}) {
            append_padded(out, figure(value));
        }
        append_padded(out, " " + grouped(row.count));
        out += "\n";
    }
}

void append_verdict(std::string& out, const Summary& summary) {
    out += "\n";
    for (const auto& warning : summary.warnings) out += "  WARNING: " + warning + "\n";
    for (const auto& note : summary.notes) out += "  note: " + note + "\n";
    for (const auto& requirement : summary.requirements) {
        out += "  " + std::string(requirement.met ? "met      " : "NOT MET  ") +
               requirement.expression + "  (" + figure(requirement.value) + ")\n";
    }
    out += to_text(summary.verdict);
}

}  // namespace

std::string to_text(const Verdict& verdict) {
    if (verdict.ok()) {
        return "  verdict: OK, nothing lost, doubled, reordered or leaked\n  checked: " +
               grouped(verdict.acknowledged) + " acknowledged commands, " +
               grouped(verdict.ballots) + " ballots, " + grouped(verdict.streams) + " streams\n";
    }
    std::string out = "  verdict: NOT OK\n";
    for (const Finding& finding : verdict.findings) {
        out += "    " + std::string(to_string(finding.kind)) + ": " + finding.detail;
        if (finding.times > 1) out += " (" + grouped(finding.times) + " times)";
        out += "\n";
    }
    return out;
}

bool Summary::ok() const {
    return verdict.ok() && std::ranges::all_of(requirements, &Requirement::met);
}

Latency make_latency(Event event, const Histogram& histogram) {
    const auto at = [&](double share) {
        return static_cast<double>(histogram.value_at(share)) * kMillis;
    };
    return {
        .event = event,
        .count = histogram.count(),
        .mean = histogram.mean_us() * kMillis,
        .p50 = at(0.5),
        .p90 = at(0.9),
        .p99 = at(0.99),
        .p999 = at(0.999),
        .max = static_cast<double>(histogram.max_us()) * kMillis,
        .curve = percentile_curve(histogram),
    };
}

std::string to_text(const Summary& summary) {
    const double seconds = summary.seconds_or_one();
    std::string out = "\n" + summary.scenario + ", " + figure(summary.duration_s) + " s\n\n";
    append_row(
        out, "connections",
        grouped(summary.connections_peak) + " of " + grouped(summary.connections) + ", " +
            grouped(summary.connect_failures) + " failed, " + grouped(summary.lost_connections) +
            " lost"
    );
    append_row(out, "sent", grouped(summary.sent) + " (" + rate(summary.sent, seconds) + ")");
    append_row(
        out, "acknowledged",
        grouped(summary.acknowledged) + ", " + grouped(summary.refused) + " refused, " +
            grouped(summary.unknown) + " unknown, " + grouped(summary.unsent) + " not sent"
    );
    for (const auto& [code, count] : summary.refusals) {
        append_row(out, "", grouped(count) + " x code " + std::to_string(code));
    }
    append_row(
        out, "deliveries",
        grouped(summary.deliveries) + " (" + rate(summary.deliveries, seconds) + ") in " +
            grouped(summary.frames) + " frames, " + grouped(summary.bytes_in / 1024) + " KiB"
    );
    if (summary.recovered + summary.reloads > 0) {
        append_row(
            out, "recovery",
            grouped(summary.recovered) + " streams went on (" +
                grouped(summary.recovered_publications) + " publications), " +
                grouped(summary.reloads) + " were told to reload"
        );
    }
    append_row(
        out, "client",
        percent(summary.client_cpu) + " of a core (busiest of " + std::to_string(summary.workers) +
            ", peak " + percent(summary.client_cpu_peak) + "), " +
            grouped(static_cast<std::uint64_t>(summary.client_memory_per_connection_bytes)) +
            " B a connection"
    );
    if (summary.server_seen) {
        append_row(
            out, "server",
            figure(summary.server_cpu) + " cores (peak " + figure(summary.server_cpu_peak) + "), " +
                figure(summary.server_memory_mb) + " MB, " +
                grouped(static_cast<std::uint64_t>(summary.server_memory_per_connection_bytes)) +
                " B a connection" +
                (summary.server_restarts > 0
                     ? "; " + grouped(summary.server_restarts) + " ended or restarted"
                     : "")
        );
    }
    append_latencies(out, summary);
    append_verdict(out, summary);
    return out;
}

std::string figure(double value) {
    if (value == 0 || !std::isfinite(value)) return "0";
    const auto whole_digits = static_cast<int>(std::floor(std::log10(std::abs(value)))) + 1;
    const int decimals = std::clamp(3 - whole_digits, 0, 6);
    std::array<char, 64> text{};
    const int n = std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
    std::string out(text.data(), static_cast<std::size_t>(n));
    if (decimals == 0) return out;
    out.erase(out.find_last_not_of('0') + 1);
    if (out.back() == '.') out.pop_back();
    return out;
}

std::string grouped_figure(double value) {
    return value < 1'000 ? figure(value) : grouped(static_cast<std::uint64_t>(std::llround(value)));
}

std::string grouped(std::uint64_t value) {
    std::string digits = std::to_string(value);
    for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3) {
        digits.insert(static_cast<std::size_t>(at), ",");
    }
    return digits;
}

}  // namespace voxpop::load
