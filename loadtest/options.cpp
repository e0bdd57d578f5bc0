#include "loadtest/options.hpp"

#include <CLI/CLI.hpp>
#include <fstream>
#include <optional>
#include <sstream>

#include "base/version.hpp"
#include "loadtest/report/requirement.hpp"

namespace voxpop::load {

namespace {

constexpr int kUsage = 2;

// What CLI11 fills in, before it is checked.
struct Raw {
    std::string targets = "ws://127.0.0.1:8080/connection/websocket";
    std::vector<std::string> token_files;
    std::string protocol = "centrifuge";
    std::uint64_t connections = 0;
    double duration = 0;
    double rate = 0;
};

std::expected<std::vector<std::string>, std::string> read_tokens(
    const std::vector<std::string>& files
) {
    std::vector<std::string> tokens;
    for (const auto& path : files) {
        std::ifstream file(path);
        if (!file) return std::unexpected(path + ": cannot be read");
        for (std::string line; std::getline(file, line);) {
            const auto first = line.find_first_not_of(" \t\r");
            if (first == std::string::npos || line[first] == '#') continue;
            tokens.push_back(line.substr(first, line.find_last_not_of(" \t\r") - first + 1));
        }
    }
    return tokens;
}

std::string joined(int argc, const char* const* argv) {
    std::string out;
    for (int i = 0; i < argc; ++i) {
        if (i > 0) out += ' ';
        const std::string_view word = argv[i];
        const bool plain =
            !word.empty() && word.find_first_of(" \t'\"<>|&;$") == std::string_view::npos;
        out += plain ? std::string(word) : "'" + std::string(word) + "'";
    }
    return out;
}

void add_protocol_options(CLI::App& app, Settings& s, Raw& raw) {
    app.add_option("--protocol", raw.protocol, "centrifuge, or ws-raw for any WebSocket server")
        ->check(CLI::IsMember({"centrifuge", "ws-raw"}))
        ->capture_default_str();
    app.add_option("--raw-subscribe", s.raw.subscribe, "ws-raw: text to send when connected");
    app.add_option(
        "--raw-publish", s.raw.publish,
        "ws-raw: text to send at --rate; {t} becomes the time that latencies count from"
    );
}

void add_run_options(CLI::App& app, Settings& s, Raw& raw, const Scenario& scenario) {
    app.add_option("--target", raw.targets, "Addresses of the nodes, separated by commas")
        ->capture_default_str();
    app.add_option(
           "--connections", raw.connections,
           "Readers (default: " + std::to_string(scenario.connections) + ")"
    )
        ->check(CLI::Range(1U, 1'000'000U));
    app.add_option(
           "--duration", raw.duration,
           "Seconds (default: " + figure(scenario.duration_seconds) + ")"
    )
        ->check(CLI::Range(0.1, 86'400.0));
    double rate = 0;
    for (const Stream& stream : scenario.traffic) rate += stream.per_second;
    app.add_option(
           "--rate", raw.rate,
           "Commands a second, all kinds together (default: " + figure(rate) + ")"
    )
        ->check(CLI::Range(0.001, 1e7));
    app.add_option("--cores", s.cores, "Threads of this tool, each as good as one core")
        ->check(CLI::Range(1U, 256U))
        ->capture_default_str();
    app.add_option(
           "--processes", s.processes,
           "Processes to spread the threads over (default: one for each 19,000 connections)"
    )
        ->check(CLI::Range(0U, 256U));
    app.add_option(
        "--token", raw.token_files,
        "File with tokens, one a line: a moderator's or reader's JWT, the HTTP API's admin token"
    );
    app.add_option("--thread", s.thread, "The article that everybody reads")->capture_default_str();
    app.add_option("--poll", s.poll, "Its poll")->capture_default_str();
    app.add_option("--site", s.site, "Whose moderation queue moderators watch")
        ->capture_default_str();
    app.add_option(
        "--origin", s.origin,
        "Origin header; without one, threads are made for staff's tokens alone"
    );
    app.add_option("--grace", s.grace_seconds, "Seconds to wait for the last answers")
        ->check(CLI::Range(0.0, 600.0))
        ->capture_default_str();
    app.add_option("--stall-ms", s.stall_ms, "Silence that is called a stall")
        ->check(CLI::Range(10, 600'000))
        ->capture_default_str();
    app.add_option("--json", s.json_file, "Write the result as JSON");
    app.add_option("--html", s.html_file, "Write a self-contained page with plots");
    app.add_option(
        "--journal", s.journal_file, "Keep the journal of every command and its outcome"
    );
    app.add_option("--require", s.requirements, "A threshold that makes the exit code; see below");
    add_protocol_options(app, s, raw);
    app.add_flag("--quiet", s.quiet, "Only the summary");
}

std::string scenario_footer(const Scenario& scenario) {
    return std::string(scenario.story) + "\n\n" + describe_requirements() +
           "\nExit code: 0 all well, 1 a threshold or the verdict failed, 2 wrong usage, 3 could "
           "not "
           "connect.";
}

std::expected<void, std::string> finish_run(Settings& s, const Raw& raw) {
    auto targets = parse_targets(raw.targets);
    if (!targets) return std::unexpected("--target: " + targets.error());
    s.targets = *std::move(targets);
    if (s.targets.size() > 255) return std::unexpected("--target: at most 255 addresses");
    auto tokens = read_tokens(raw.token_files);
    if (!tokens) return std::unexpected("--token: " + tokens.error());
    s.tokens = *std::move(tokens);
    if (raw.connections > 0) s.connections = raw.connections;
    if (raw.duration > 0) s.duration_seconds = raw.duration;
    if (raw.rate > 0) s.rate = raw.rate;
    s.wire = raw.protocol == "ws-raw" ? Wire::ws_raw : Wire::centrifuge;
    for (const auto& text : s.requirements) {
        const auto requirement = Requirement::parse(text);
        if (!requirement) return std::unexpected("--require: " + requirement.error());
    }
    return {};
}

std::expected<void, std::string> finish_check(CheckSettings& s, const Raw& raw, bool asked) {
    auto tokens = read_tokens(raw.token_files);
    if (!tokens) return std::unexpected("--token: " + tokens.error());
    s.tokens = *std::move(tokens);
    if (!asked) return {};
    auto targets = parse_targets(raw.targets);
    if (!targets) return std::unexpected("--target: " + targets.error());
    s.targets = *std::move(targets);
    return {};
}

std::unexpected<Leave> wrong(const std::string& text) {
    return std::unexpected(Leave{kUsage, text + "\nTry voxpop-load --help.\n"});
}

// CLI11 would say no more than that a subcommand is required.
std::optional<std::string> scenario_problem(
    const CLI::App& app, int argc, const char* const* argv
) {
    if (argc < 2)
        return "A subcommand is required: a scenario (voxpop-load list names them) or check.";
    const std::string name = argv[1];
    const auto is_it = [&name](const CLI::App* command) { return command->get_name() == name; };
    if (name.starts_with('-') || !app.get_subcommands(is_it).empty()) return std::nullopt;
    return "There is no scenario '" + name + "'; voxpop-load list names them.";
}

}  // namespace

std::expected<Options, Leave> parse_options(int argc, const char* const* argv) {
    Options out;
    Raw raw;
    CLI::App app(
        "Drives a Voxpop installation the way a news day does, tells honest latencies, and checks "
        "that\n"
        "nothing was lost, doubled, reordered or leaked.",
        "voxpop-load"
    );
    app.set_version_flag("--version", "voxpop-load " + std::string(base::version()));
    app.require_subcommand(1);
    const Scenario* chosen = nullptr;
    for (const Scenario& scenario : scenarios()) {
        auto* sub = app.add_subcommand(std::string(scenario.name), std::string(scenario.about));
        sub->footer(scenario_footer(scenario));
        add_run_options(*sub, out.run, raw, scenario);
        sub->callback([&chosen, &scenario] { chosen = &scenario; });
    }
    auto* list = app.add_subcommand("list", "Say which scenarios there are.");
    auto* check =
        app.add_subcommand("check", "Judge journals of earlier runs, of one server, oldest first.");
    check->add_option("files", out.check.files, "Journals")->required()->check(CLI::ExistingFile);
    auto* ask = check->add_option("--target", raw.targets, "Ask this server what it holds now");
    check->add_option(
        "--token", raw.token_files, "File with a moderator's token, to see hidden results"
    );

    if (const auto problem = scenario_problem(app, argc, argv)) return wrong(*problem);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        std::ostringstream text;
        const int code = app.exit(error, text, text);
        return std::unexpected(Leave{code == 0 ? 0 : kUsage, text.str()});
    }
    if (list->parsed()) {
        out.mode = Mode::list;
        return out;
    }
    if (check->parsed()) {
        out.mode = Mode::check;
        const auto finished = finish_check(out.check, raw, ask->count() > 0);
        if (!finished) return wrong(finished.error());
        return out;
    }
    out.run.scenario = *chosen;
    out.run.command_line = joined(argc, argv);
    if (const auto finished = finish_run(out.run, raw); !finished) return wrong(finished.error());
    return out;
}

}  // namespace voxpop::load
