#include "cli/options.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>

#include "base/version.hpp"
#include "config/nearest.hpp"

namespace voxpop::cli {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  voxpop serve --dev                                   try it: the demo on 127.0.0.1:8080\n"
    "  voxpop serve --config /etc/voxpop/voxpop.toml        run it for a site\n"
    "  voxpop serve --listen '[::]:8080' --data /srv/voxpop listen on all addresses\n"
    "  voxpop serve --store redis://10.0.0.5:6379           one of several nodes on one Redis\n"
    "  voxpop token --user kim --role moderator             a token for the moderators' console\n"
    "  voxpop verify --data /srv/voxpop                     compare tallies with ballots\n"
    "  voxpop verify --store redis://10.0.0.5               the same, while nodes serve\n"
    "  voxpop config --sample > voxpop.toml                 every setting with its default\n"
    "\n"
    "Every setting can also be given in the environment, limits.tick as VOXPOP_LIMITS_TICK, and "
    "with\n"
    "--set limits.tick=50ms. Flags go before the environment, the environment before the file.\n"
    "\n"
    "Exit codes: 0 all well, 1 it failed, 2 wrong usage or configuration.";

// Where CLI11 puts what it reads; parse() turns it into a Command.
struct Raw {
    std::string config_file;
    std::string data_dir;
    std::string store;
    std::string ack;
    std::string listen;
    std::string cores;
    std::string log_level;
    std::vector<std::string> settings;
    bool dev = false;

    std::string user;
    std::string role = "reader";
    std::string name;
    std::int64_t ttl_seconds = std::chrono::seconds(base::limits::kTokenTtlMax).count();

    bool repair = false;

    bool sample = false;
    bool reference = false;
};

void add_common(CLI::App& command, Raw& raw) {
    command
        .add_option(
            "--config", raw.config_file, "Settings file (TOML); see `voxpop config --sample`"
        )
        ->type_name("FILE");
    auto* data = command
                     .add_option(
                         "--data", raw.data_dir,
                         "Folder of the database and the server's own secrets [voxpop-data]"
                     )
                     ->type_name("DIR");
    command
        .add_option(
            "--store", raw.store,
            "The store instead: sqlite:PATH, memory: (kept nowhere), or a Redis that several nodes "
            "may share: redis://[USER:PASSWORD@]HOST:PORT[/DB], redis+unix://PATH, "
            "redis+sentinel://HOST:PORT,HOST:PORT/NAME, redis+cluster://HOST:PORT,HOST:PORT"
        )
        ->type_name("URL")
        ->excludes(data);
    command.add_option("--set", raw.settings, "Any setting, as limits.tick=50ms; may be repeated")
        ->type_name("KEY=VALUE")
        ->allow_extra_args(false);
}

void add_server(CLI::App& command, Raw& raw) {
    command
        .add_option(
            "--listen", raw.listen,
            "IP address and port, as 0.0.0.0:8080 or [::1]:8080; port 0 takes a free one "
            "[127.0.0.1:8080]"
        )
        ->type_name("ADDR:PORT");
    command
        .add_option(
            "--ack", raw.ack,
            "Redis: acknowledge a write once it is stored, or once it is replicated [stored]"
        )
        ->type_name("LEVEL");
    command.add_option("--cores", raw.cores, "Threads that serve connections; 0: one per core [0]")
        ->type_name("N");
    command.add_option("--log-level", raw.log_level, "debug, info, warn, error or off [info]")
        ->type_name("LEVEL");
    command.add_flag(
        "--dev", raw.dev,
        "Demo: seeds the thread and poll `demo`, lets pages of localhost in, lifts the "
        "limits per address for loopback"
    );
}

void add_token(CLI::App& command, Raw& raw) {
    command.add_option("--user", raw.user, "The user's id on the site")
        ->type_name("ID")
        ->required();
    command.add_option("--role", raw.role, "reader, moderator or admin [reader]")
        ->type_name("ROLE");
    command.add_option("--ttl", raw.ttl_seconds, "How long the token is good for [900]")
        ->type_name("SECONDS")
        ->check(CLI::Range(std::int64_t{1}, std::int64_t{366} * 24 * 3600));
    command.add_option("--name", raw.name, "The name that others see")->type_name("NAME");
}

void add_config(CLI::App& command, Raw& raw) {
    auto* sample = command.add_flag(
        "--sample", raw.sample, "Print a file with every setting, its meaning and default"
    );
    command.add_flag("--reference", raw.reference, "Print the same as Markdown tables")
        ->excludes(sample);
}

config::Sources sources_of(const Raw& raw, const config::Variables& environment) {
    config::Sources sources{.file = {}, .environment = environment, .overrides = {}};
    if (!raw.config_file.empty()) sources.file = raw.config_file;
    const auto put = [&](const char* setting, const std::string& value, const char* flag) {
        sources.overrides.push_back({setting, value, flag});
    };
    for (const auto& text : raw.settings) {
        const auto equals = std::min(text.find('='), text.size());
        const auto value = text.substr(std::min(equals + 1, text.size()));
        sources.overrides.push_back(
            {text.substr(0, equals), value, "--set " + text.substr(0, equals)}
        );
    }
    if (!raw.ack.empty()) put("store.ack", raw.ack, "--ack");
    if (!raw.listen.empty()) put("server.listen", raw.listen, "--listen");
    if (!raw.cores.empty()) put("server.cores", raw.cores, "--cores");
    if (!raw.log_level.empty()) put("server.log_level", raw.log_level, "--log-level");
    if (raw.dev) put("server.dev", "true", "--dev");
    if (!raw.store.empty()) put("store.url", raw.store, "--store");
    if (!raw.data_dir.empty()) {
        put("store.data_dir", raw.data_dir, "--data");
        put("store.url", "", "--data");  // a folder on the command line outdoes a URL elsewhere
    }
    return sources;
}

Exit wrong_usage(const std::string& message) {
    return {kWrongUsage, message + "\nRun with --help for more information.\n"};
}

Command token_of(const Raw& raw, config::Sources sources) {
    const auto user = base::UserId::from(raw.user);
    if (!user) {
        return wrong_usage(
            "--user: an id is 1 to 64 of A-Z a-z 0-9 . _ ~ - | @ + = and (not first) / :"
        );
    }
    const auto role = domain::parse_role(raw.role);
    if (!role || *role == domain::Role::guest)
        return wrong_usage("--role: expected reader, moderator or admin, not '" + raw.role + "'");
    return Token{std::move(sources), *user, *role, raw.name, std::chrono::seconds(raw.ttl_seconds)};
}

ShowConfig show_config_of(const Raw& raw, config::Sources sources) {
    auto what = ShowConfig::What::effective;
    if (raw.sample) what = ShowConfig::What::sample;
    if (raw.reference) what = ShowConfig::What::reference;
    return {std::move(sources), what};
}

constexpr std::array<std::string_view, 4> kCommands{"serve", "token", "verify", "config"};

// CLI11 would say that a command is missing.
std::optional<Exit> refuse_unknown_command(const std::vector<std::string>& arguments) {
    if (arguments.empty() || arguments.front().starts_with('-')) return std::nullopt;
    const auto& command = arguments.front();
    if (std::ranges::find(kCommands, command) != kCommands.end()) return std::nullopt;
    const auto meant = config::nearest(command, {kCommands.begin(), kCommands.end()});
    return wrong_usage(
        "unknown command '" + command + "'; did you mean '" + std::string(meant) + "'?"
    );
}

// CLI11 would say that a flag is not expected; this says which may have been meant.
std::optional<Exit> refuse_unknown_flag(
    const CLI::App& command, const std::vector<std::string>& arguments
) {
    std::vector<std::string> names;
    for (const auto* option : command.get_options()) {
        for (const auto& name : option->get_lnames()) names.push_back("--" + name);
    }
    const std::vector<std::string_view> known(names.begin(), names.end());
    for (const auto& argument : arguments) {
        const std::string_view flag = std::string_view(argument).substr(0, argument.find('='));
        if (!flag.starts_with("--") || std::ranges::find(known, flag) != known.end()) continue;
        return wrong_usage(
            "unknown flag '" + std::string(flag) + "'; did you mean '" +
            std::string(config::nearest(flag, known)) + "'?"
        );
    }
    return std::nullopt;
}

// CLI11 throws for help and for mistakes alike.
Exit exit_of(const CLI::App& app, const CLI::ParseError& error) {
    std::ostringstream out;
    std::ostringstream err;
    const int code = app.exit(error, out, err);
    return code == 0 ? Exit{0, out.str()} : Exit{kWrongUsage, err.str()};
}

}  // namespace

Command parse(const std::vector<std::string>& arguments, const config::Variables& environment) {
    if (auto exit = refuse_unknown_command(arguments)) return std::move(*exit);
    Raw raw;
    CLI::App app("Voxpop: live comments and polls for news sites.", "voxpop");
    app.set_version_flag("--version", base::version_line());
    app.require_subcommand(1);
    app.footer(kExamples);
    auto& serve = *app.add_subcommand("serve", "Run the server");
    auto& token = *app.add_subcommand("token", "Print a connection token, good for the same data");
    auto& verify = *app.add_subcommand("verify", "Compare every tally with its ballots");
    auto& config = *app.add_subcommand("config", "Print the settings as they would hold");
    for (auto* command : {&serve, &token, &verify, &config}) add_common(*command, raw);
    add_server(serve, raw);
    add_server(config, raw);
    add_token(token, raw);
    verify.add_flag(
        "--repair", raw.repair,
        "Redis: make tallies and counts what ballots and comments say, and bring events that a "
        "dead "
        "node left behind to the moderators' stream"
    );
    add_config(config, raw);
    try {
        // CLI11 takes them from the back.
        app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
    } catch (const CLI::ExtrasError& error) {
        const auto parsed = app.get_subcommands();
        auto flag = parsed.empty() ? std::nullopt : refuse_unknown_flag(*parsed.front(), arguments);
        return flag ? std::move(*flag) : exit_of(app, error);
    } catch (const CLI::ParseError& error) {
        return exit_of(app, error);
    }
    auto sources = sources_of(raw, environment);
    if (serve.parsed()) return Serve{std::move(sources)};
    if (token.parsed()) return token_of(raw, std::move(sources));
    if (verify.parsed()) return Verify{std::move(sources), raw.repair};
    return show_config_of(raw, std::move(sources));
}

}  // namespace voxpop::cli
