// The result as JSON. Numbers are written by figure(), as on the page and on the terminal.
#include "base/json_writer.hpp"
#include "loadtest/report/summary.hpp"

namespace voxpop::load {

namespace {

using base::JsonWriter;

void number(JsonWriter& out, std::string_view name, double value) {
    out.raw_field(name, figure(value));
}

void write_verdict(JsonWriter& out, const Verdict& verdict) {
    out.key("verdict").object().field("ok", verdict.ok()).key("violations").array();
    for (const Finding& finding : verdict.findings) {
        out.object()
            .field("kind", to_string(finding.kind))
            .field("detail", finding.detail)
            .field("times", finding.times)
            .end();
    }
    out.end()
        .field("checked_acknowledgements", verdict.acknowledged)
        .field("checked_ballots", verdict.ballots)
        .field("checked_streams", verdict.streams)
        .end();
}

void write_latencies(JsonWriter& out, const Summary& summary) {
    out.key("latency_ms").object();
    for (const Latency& row : summary.latency) {
        out.key(to_string(row.event)).object().field("count", row.count);
        number(out, "mean", row.mean);
        number(out, "p50", row.p50);
        number(out, "p90", row.p90);
        number(out, "p99", row.p99);
        number(out, "p999", row.p999);
        number(out, "max", row.max);
        out.end();
    }
    out.end();
}

void write_counts(JsonWriter& out, const Summary& s) {
    out.field("connections", s.connections_peak)
        .field("connections_asked", s.connections)
        .field("connect_failures", s.connect_failures)
        .field("lost_connections", s.lost_connections)
        .field("sent", s.sent)
        .field("acknowledged", s.acknowledged)
        .field("refused", s.refused)
        .field("unknown", s.unknown)
        .field("unsent", s.unsent)
        .field("deliveries", s.deliveries)
        .field("frames", s.frames)
        .field("bytes_in", s.bytes_in)
        .field("bytes_out", s.bytes_out)
        .field("recovered", s.recovered)
        .field("recovered_publications", s.recovered_publications)
        .field("reloads", s.reloads);
    number(
        out, "acknowledged_per_second", static_cast<double>(s.acknowledged) / s.seconds_or_one()
    );
    number(out, "deliveries_per_second", static_cast<double>(s.deliveries) / s.seconds_or_one());
    out.key("refusals").object();
    for (const auto& [code, count] : s.refusals) out.field(std::to_string(code), count);
    out.end();
}

void write_machine(JsonWriter& out, const Summary& s) {
    number(out, "client_cpu", s.client_cpu);
    number(out, "client_cpu_peak", s.client_cpu_peak);
    number(out, "client_bytes_per_connection", s.client_memory_per_connection_bytes);
    out.field("workers", s.workers).field("late", s.late);
    number(out, "slip_max_ms", s.slip_max_ms);
    number(out, "client_pause_max_ms", s.client_pause_max_ms);
    out.key("server");
    if (!s.server_seen) {
        out.null();
        return;
    }
    out.object();
    number(out, "cpu", s.server_cpu);
    number(out, "cpu_peak", s.server_cpu_peak);
    number(out, "memory_mb", s.server_memory_mb);
    number(out, "bytes_per_connection", s.server_memory_per_connection_bytes);
    out.field("restarts", s.server_restarts);
    out.end();
}

void write_second(JsonWriter& out, const Second& second) {
    out.object();
    number(out, "at", second.at);
    out.field("connections", second.connections)
        .field("sent", second.sent)
        .field("acknowledged", second.acknowledged)
        .field("deliveries", second.deliveries)
        .field("errors", second.errors);
    number(out, "client_cpu", second.client_cpu);
    number(out, "server_cpu", second.server_cpu);
    number(out, "server_memory_mb", second.server_memory_mb);
    out.key("latency_ms").object();
    for (std::size_t i = 0; i < kEvents; ++i) {
        if (second.p50[i] < 0) continue;
        out.key(to_string(static_cast<Event>(i))).object();
        number(out, "p50", second.p50[i]);
        number(out, "p99", second.p99[i]);
        out.end();
    }
    out.end().end();
}

void write_texts(JsonWriter& out, std::string_view name, const std::vector<std::string>& texts) {
    out.key(name).array();
    for (const auto& text : texts) out.value(text);
    out.end();
}

}  // namespace

std::string to_json(const Summary& s) {
    JsonWriter out;
    out.object().field("tool", "voxpop-load").field("version", s.version);
    out.field("scenario", s.scenario)
        .field("server_version", s.server_version)
        .field("command_line", s.command_line)
        .field("system", s.system)
        .field("started_at", s.started_at)
        .field("run", s.run);
    write_texts(out, "targets", s.targets);
    number(out, "duration_s", s.duration_s);
    out.field("interrupted", s.interrupted).field("ok", s.ok());
    write_verdict(out, s.verdict);
    out.key("requirements").array();
    for (const auto& requirement : s.requirements) {
        out.object().field("expression", requirement.expression).field("met", requirement.met);
        number(out, "value", requirement.value);
        out.end();
    }
    out.end();
    write_latencies(out, s);
    write_counts(out, s);
    write_machine(out, s);
    write_texts(out, "warnings", s.warnings);
    write_texts(out, "notes", s.notes);
    out.key("seconds").array();
    for (const Second& second : s.seconds) write_second(out, second);
    out.end();
    return out.end().take();
}

}  // namespace voxpop::load
