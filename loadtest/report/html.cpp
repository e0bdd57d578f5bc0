// The result as one page that needs nothing else. Every number on it stands in an element whose
// data-json names its place in the JSON, which is on the page as well; a browser test holds the two
// against each other.
#include "loadtest/report/plot.hpp"
#include "loadtest/report/summary.hpp"

namespace voxpop::load {

namespace {

constexpr std::string_view kStyle = R"css(
:root { color-scheme: light dark;
  --ink: #1a1f27; --soft: #5d6673; --rule: #dfe3e8; --paper: #fff; --card: #f6f7f9;
  --good: #19734a; --bad: #b3261e; --warn: #8a5a00;
  --c0: #2563c9; --c1: #c2571a; --c2: #1b8a5a; --c3: #9a3fb5; --c4: #b8860b; --c5: #c22f5d; --c6: #2b8fa3; --c7: #6b7280; --c8: #5b4bd6; }
@media (prefers-color-scheme: dark) { :root {
  --ink: #e7eaee; --soft: #9aa4b1; --rule: #313843; --paper: #14181d; --card: #1c2128;
  --good: #5fd39b; --bad: #ff8a80; --warn: #f2c14e;
  --c0: #7aa7ff; --c1: #ff9d66; --c2: #5fd39b; --c3: #d59af0; --c4: #f2c14e; --c5: #ff8fb0; --c6: #6fd0e3; --c7: #aab2bd; --c8: #b0a4ff; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1360px; padding: 28px 24px 56px; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; font-variant-numeric: tabular-nums; }
h1 { font-size: 26px; margin: 0; } h2 { font-size: 17px; margin: 32px 0 10px; }
p.sub { color: var(--soft); margin: 2px 0 20px; overflow-wrap: anywhere; }
.verdict { border-left: 5px solid var(--good); background: var(--card); padding: 12px 16px; border-radius: 4px; }
.verdict.bad { border-color: var(--bad); } .verdict b { color: var(--good); } .verdict.bad b { color: var(--bad); }
.verdict + .verdict { margin-top: 10px; }
.verdict ul, .warn ul { margin: 6px 0 0; padding-left: 20px; }
.warn { border-left: 5px solid var(--warn); background: var(--card); padding: 10px 16px; margin-top: 10px; border-radius: 4px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); gap: 10px; }
.tile { background: var(--card); border-radius: 6px; padding: 10px 14px; }
.tile b { display: block; font-size: 22px; font-weight: 600; } .tile span { color: var(--soft); font-size: 13px; }
table { border-collapse: collapse; width: 100%; } th, td { padding: 5px 12px; text-align: right; border-bottom: 1px solid var(--rule); }
th { color: var(--soft); font-weight: 500; } th:first-child, td:first-child { text-align: left; padding-left: 0; }
.scroll { overflow-x: auto; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 520px), 1fr)); gap: 22px 28px; }
figure { margin: 0; } figcaption { font-weight: 600; } .unit { color: var(--soft); font-weight: 400; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 2px 14px; margin: 2px 0 4px; padding: 0; font-size: 13px; color: var(--soft); }
.legend li::before { content: ""; display: inline-block; width: 14px; height: 3px; margin-right: 6px; vertical-align: middle; background: var(--c); }
svg { width: 100%; height: auto; display: block; } svg text { fill: var(--soft); font-size: 11px; }
svg .y { text-anchor: end; } svg .x { text-anchor: middle; } .grid { stroke: var(--rule); }
path { fill: none; stroke: var(--c); stroke-width: 1.8; stroke-linejoin: round; stroke-linecap: round; }
.c0 { --c: var(--c0); } .c1 { --c: var(--c1); } .c2 { --c: var(--c2); } .c3 { --c: var(--c3); }
.c4 { --c: var(--c4); } .c5 { --c: var(--c5); } .c6 { --c: var(--c6); } .c7 { --c: var(--c7); } .c8 { --c: var(--c8); }
.met { color: var(--good); } .missed { color: var(--bad); font-weight: 600; }
@media (max-width: 640px) { body { padding: 18px 14px 40px; } svg text { font-size: 19px; }
  table { font-size: 14px; } th, td { padding: 5px 7px; } path { stroke-width: 2.6; } }
)css";

// Places among the style sheet's colours; an event's is its own number.
constexpr std::size_t kBlue = 0;
constexpr std::size_t kOrange = 1;
constexpr std::size_t kRed = 5;

std::string number(const std::string& path, const std::string& text) {
    return "<span data-json=\"" + path + "\">" + text + "</span>";
}

std::string tile(const std::string& label, const std::string& path, const std::string& text) {
    return "<div class=\"tile\"><b data-json=\"" + path + "\">" + text + "</b><span>" + label +
           "</span></div>\n";
}

void add_head(std::string& out, const Summary& s) {
    out +=
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
        "<link rel=\"icon\" href=\"data:,\"><title>" +
        escape_html(s.scenario) + " - voxpop-load</title><style>" + std::string(kStyle) +
        "</style></head><body>\n";
    out += "<h1>" + escape_html(s.scenario) + "</h1><p class=\"sub\">";
    for (const auto& target : s.targets) out += escape_html(target) + " ";
    out += "&middot; " + number("duration_s", figure(s.duration_s)) + " s &middot; " +
           escape_html(s.started_at) + " &middot; voxpop-load " + escape_html(s.version) +
           (s.server_version.empty() ? "" : ", voxpop " + escape_html(s.server_version)) + " on " +
           escape_html(s.system) + "<br><code>" + escape_html(s.command_line) + "</code></p>\n";
}

void add_verdict(std::string& out, const Summary& s) {
    const Verdict& verdict = s.verdict;
    out += std::string("<div class=\"verdict") + (verdict.ok() ? "" : " bad") + "\"><b>" +
           (verdict.ok() ? "Nothing lost, doubled, reordered or leaked."
                         : "The server broke its promise.") +
           "</b> Checked: " +
           number("verdict.checked_acknowledgements", grouped(verdict.acknowledged)) +
           " acknowledged commands, " +
           number("verdict.checked_ballots", grouped(verdict.ballots)) + " ballots, " +
           number("verdict.checked_streams", grouped(verdict.streams)) + " streams.";
    if (!verdict.ok()) out += "<ul>";
    for (std::size_t i = 0; i < verdict.findings.size(); ++i) {
        const Finding& finding = verdict.findings[i];
        const std::string path = "verdict.violations." + std::to_string(i);
        out += "<li><code data-json=\"" + path + ".kind\">" + std::string(to_string(finding.kind)) +
               "</code> <span data-json=\"" + path + ".detail\">" + escape_html(finding.detail) +
               "</span></li>";
    }
    if (!verdict.ok()) out += "</ul>";
    out += "</div>\n";
    for (const auto& requirement : s.requirements) {
        if (requirement.met) continue;
        out += "<div class=\"verdict bad\"><b>Not met:</b> " + escape_html(requirement.expression) +
               ", measured " + figure(requirement.value) + "</div>\n";
    }
    for (const auto& warning : s.warnings)
        out += "<div class=\"warn\">" + escape_html(warning) + "</div>\n";
    for (const auto& note : s.notes) out += "<div class=\"warn\">" + escape_html(note) + "</div>\n";
}

void add_tiles(std::string& out, const Summary& s) {
    out += "<h2>Totals</h2><div class=\"tiles\">\n";
    out += tile("connections", "connections", grouped(s.connections_peak));
    out += tile("commands sent", "sent", grouped(s.sent));
    out += tile("acknowledged", "acknowledged", grouped(s.acknowledged));
    out += tile("refused", "refused", grouped(s.refused));
    out += tile("unknown", "unknown", grouped(s.unknown));
    out += tile("deliveries", "deliveries", grouped(s.deliveries));
    out += tile(
        "deliveries a second", "deliveries_per_second",
        grouped_figure(static_cast<double>(s.deliveries) / s.seconds_or_one())
    );
    out += tile("failed to connect", "connect_failures", grouped(s.connect_failures));
    out += tile("connections lost", "lost_connections", grouped(s.lost_connections));
    out += tile("told to reload", "reloads", grouped(s.reloads));
    out += tile("client, cores", "client_cpu", figure(s.client_cpu));
    if (s.server_seen) {
        out += tile("server, cores", "server.cpu", figure(s.server_cpu));
        out += tile("server, MB", "server.memory_mb", figure(s.server_memory_mb));
    }
    out += "</div>\n";
}

void add_latencies(std::string& out, const Summary& s) {
    if (s.latency.empty()) return;
    out +=
        "<h2>Latency, ms, from the intended time</h2><div "
        "class=\"scroll\"><table><tr><th>event</th>"
        "<th>p50</th><th>p90</th><th>p99</th><th>p99.9</th><th>max</th><th>mean</th><th>count</"
        "th></tr>\n";
    for (const Latency& row : s.latency) {
        const std::string path = "latency_ms." + std::string(to_string(row.event)) + ".";
        const auto cell = [&](const char* name, const std::string& text) {
            return "<td data-json=\"" + path + name + "\">" + text + "</td>";
        };
        out += "<tr><td>" + std::string(to_string(row.event)) + "</td>" +
               cell("p50", figure(row.p50)) + cell("p90", figure(row.p90)) +
               cell("p99", figure(row.p99)) + cell("p999", figure(row.p999)) +
               cell("max", figure(row.max)) + cell("mean", figure(row.mean)) +
               cell("count", grouped(row.count)) + "</tr>\n";
    }
    out += "</table></div>\n";
}

void add_requirements(std::string& out, const Summary& s) {
    if (s.requirements.empty()) return;
    out += "<h2>Requirements</h2><table><tr><th>required</th><th>measured</th><th>met</th></tr>\n";
    for (std::size_t i = 0; i < s.requirements.size(); ++i) {
        const auto& requirement = s.requirements[i];
        const std::string path = "requirements." + std::to_string(i);
        out += "<tr><td data-json=\"" + path + ".expression\">" +
               escape_html(requirement.expression) + "</td><td data-json=\"" + path + ".value\">" +
               figure(requirement.value) + "</td><td class=\"" +
               (requirement.met ? "met" : "missed") + "\" data-json=\"" + path + ".met\">" +
               (requirement.met ? "yes" : "no") + "</td></tr>\n";
    }
    out += "</table>\n";
}

Series over_time(const Summary& s, std::string label, std::size_t colour, auto value) {
    Series series{std::move(label), {}, colour};
    for (const Second& second : s.seconds) series.points.emplace_back(second.at, value(second));
    return series;
}

Plot latency_plot(const Summary& s, std::string title, std::array<double, kEvents> Second::* row) {
    Plot plot{std::move(title), "ms", XScale::seconds, {}};
    for (std::size_t i = 0; i < kEvents; ++i) {
        plot.series.push_back(over_time(
            s, std::string(to_string(static_cast<Event>(i))), i,
            [&](const Second& second) { return (second.*row)[i]; }
        ));
    }
    return plot;
}

void add_machine_plots(std::string& out, const Summary& s) {
    Plot cpu{
        "CPU",
        "cores",
        XScale::seconds,
        {over_time(s, "client, busiest worker", kBlue, [](const Second& x) { return x.client_cpu; })
        }
    };
    if (s.server_seen) {
        cpu.series.push_back(over_time(s, "server", kOrange, [](const Second& x) {
            return x.server_cpu;
        }));
    }
    out += to_svg(cpu);
    if (s.server_seen) {
        out += to_svg(
            {"The server's memory",
             "MB",
             XScale::seconds,
             {over_time(s, "resident", kOrange, [](const Second& x) { return x.server_memory_mb; })}
            }
        );
    }
}

void add_plots(std::string& out, const Summary& s) {
    out += "<h2>Over time</h2><div class=\"plots\">\n";
    out += to_svg(latency_plot(s, "Latency, p99 of each second", &Second::p99));
    out += to_svg(latency_plot(s, "Latency, p50 of each second", &Second::p50));
    Plot percentiles{"Latency by percentile", "ms", XScale::percentile, {}};
    for (const Latency& row : s.latency) {
        percentiles.series.push_back(
            {std::string(to_string(row.event)), row.curve, static_cast<std::size_t>(row.event)}
        );
    }
    out += to_svg(percentiles);
    const auto count = [](auto member) {
        return [member](const Second& second) { return static_cast<double>(second.*member); };
    };
    out += to_svg(
        {"Commands",
         "per second",
         XScale::seconds,
         {over_time(s, "sent", kBlue, count(&Second::sent)),
          over_time(s, "acknowledged", kOrange, count(&Second::acknowledged))}}
    );
    out += to_svg(
        {"Deliveries",
         "per second",
         XScale::seconds,
         {over_time(s, "deliveries", kBlue, count(&Second::deliveries))}}
    );
    out += to_svg(
        {"Connections",
         "",
         XScale::seconds,
         {over_time(s, "connections", kBlue, count(&Second::connections))}}
    );
    out += to_svg(
        {"Errors",
         "per second",
         XScale::seconds,
         {over_time(s, "refused, unknown, failed to connect", kRed, count(&Second::errors))}}
    );
    add_machine_plots(out, s);
    out += "</div>\n";
}

}  // namespace

std::string to_html(const Summary& summary) {
    std::string out;
    add_head(out, summary);
    add_verdict(out, summary);
    add_tiles(out, summary);
    add_latencies(out, summary);
    add_requirements(out, summary);
    add_plots(out, summary);
    // Inside a script element only its end tag could end it.
    std::string json = to_json(summary);
    for (auto at = json.find("</"); at != std::string::npos; at = json.find("</", at + 3)) {
        json.replace(at, 2, "<\\/");
    }
    out += "<script type=\"application/json\" id=\"result\">" + json + "</script>\n";
    return out + "</body></html>\n";
}

}  // namespace voxpop::load
