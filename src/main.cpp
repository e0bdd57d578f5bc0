// voxpop: flags → configuration → what was asked for → exit code.
//
// 0: done; 1: it failed, and standard error says why; 2: wrong usage or configuration.
#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>

#include "app/app.hpp"
#include "app/auth/authenticator.hpp"
#include "app/redis_options.hpp"
#include "app/shared_secrets.hpp"
#include "base/descriptor_limit.hpp"
#include "base/log.hpp"
#include "cli/options.hpp"
#include "config/describe.hpp"
#include "config/load.hpp"
#include "config/store_location.hpp"
#include "store/redis/verify.hpp"
#include "store/sqlite/verify.hpp"

namespace {

using namespace voxpop;

constexpr int kFailed = 1;

int complain(const std::string& sentence, int code = kFailed) {
    std::cerr << "voxpop: " << sentence << '\n';
    return code;
}

// Calls `run` with the configuration, or says what is wrong with it.
template <class Run>
int with_config(const config::Sources& sources, Run run) {
    const auto loaded = config::load(sources);
    if (loaded) return run(*loaded);
    return complain(config::to_string(loaded.error()), cli::kWrongUsage);
}

int serve(const config::Config& config) {
    // A reader that left is an error of its write, a full disk one of the store's; neither ends the
    // process.
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
    base::raise_descriptor_limit();
    base::Log log(config.log_level);
    app::App(config, log).run();
    return EXIT_SUCCESS;
}

int token(const cli::Token& options, const config::Config& config) {
    const auto secrets = app::find_signing_secrets(config);
    if (!secrets) return complain(secrets.error());
    const auto authenticator = app::Authenticator::create(config.auth, *secrets);
    if (!authenticator) return complain(authenticator.error());
    const auto issued = authenticator->issue_token(
        {options.user, options.role, options.name, options.ttl}, base::SystemClock().now()
    );
    if (!issued) return complain(std::string(issued.error().message()), cli::kWrongUsage);
    std::cout << *issued << '\n';
    return EXIT_SUCCESS;
}

int verify(const cli::Verify& options, const config::Config& config) {
    const auto location = config::locate_store(config.store);
    if (!location) return complain(location.error(), cli::kWrongUsage);
    const bool redis = location->kind == config::StoreKind::redis;
    if (options.repair && !redis)
        return complain("--repair is for a store in Redis", cli::kWrongUsage);
    if (location->kind == config::StoreKind::memory)
        return complain("there is nothing to verify in a memory store", cli::kWrongUsage);
    const auto report = redis ? store::redis::verify(
                                    app::redis_options(config, location->redis),
                                    config::without_password(config.store.url), options.repair
                                )
                              : store::sqlite::verify(location->file);
    std::cout << report.text();
    return report.ok() ? EXIT_SUCCESS : kFailed;
}

int show(const cli::ShowConfig& options) {
    using enum cli::ShowConfig::What;
    if (options.what == sample) return std::cout << config::sample_file(), EXIT_SUCCESS;
    if (options.what == reference) return std::cout << config::reference_markdown(), EXIT_SUCCESS;
    return with_config(options.sources, [](const config::Config& config) {
        std::cout << config::effective_file(config);
        return EXIT_SUCCESS;
    });
}

struct Run {
    int operator()(const cli::Serve& o) const { return with_config(o.sources, serve); }
    int operator()(const cli::Token& o) const {
        return with_config(o.sources, [&o](const config::Config& config) {
            return token(o, config);
        });
    }
    int operator()(const cli::Verify& o) const {
        return with_config(o.sources, [&o](const config::Config& config) {
            return verify(o, config);
        });
    }
    int operator()(const cli::ShowConfig& o) const { return show(o); }
    int operator()(const cli::Exit& o) const {
        (o.code == EXIT_SUCCESS ? std::cout : std::cerr) << o.text;
        return o.code;
    }
};

}  // namespace

int main(int argc, char** argv) {
    try {
        const std::vector<std::string> arguments(argv + 1, argv + argc);
        return std::visit(Run{}, cli::parse(arguments, config::process_environment()));
    } catch (const std::exception& error) {
        return complain(error.what());
    }
}
