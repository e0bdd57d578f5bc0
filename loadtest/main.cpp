// voxpop-load: flags → settings → run → reports → exit code.
#include <csignal>
#include <fstream>
#include <iostream>

#include "loadtest/check_command.hpp"
#include "loadtest/options.hpp"
#include "loadtest/report/screen.hpp"
#include "loadtest/run.hpp"

namespace voxpop::load {

namespace {

enum ExitCode : int { kAllWell = 0, kFailed = 1, kUsage = 2, kNotConnected = 3 };

// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables): a signal handler has no other
volatile std::sig_atomic_t interrupts = 0;

void on_interrupt(int) {
    interrupts = interrupts + 1;
    // The second time the operator means it.
    if (interrupts > 1) std::signal(SIGINT, SIG_DFL);
}

int list() {
    for (const Scenario& scenario : scenarios()) {
        std::cout << "  " << scenario.name << std::string(18 - scenario.name.size(), ' ')
                  << scenario.about << "\n";
    }
    std::cout << "\nMore about one: voxpop-load NAME --help\n";
    return kAllWell;
}

bool write_file(const std::string& path, const std::string& content) {
    if (path.empty()) return true;
    std::ofstream file(path, std::ios::binary);
    file << content << std::flush;
    if (file) return true;
    std::cerr << "voxpop-load: " << path << " could not be written\n";
    return false;
}

int run(const Settings& settings) {
    std::signal(SIGINT, on_interrupt);
    std::signal(SIGTERM, on_interrupt);
    std::signal(SIGPIPE, SIG_IGN);
    Screen screen(settings.quiet);
    RunHooks hooks;
    hooks.on_plan = [&](const Plan& plan) { screen.begin(settings, plan); };
    hooks.on_glance = [&](const Glance& glance, const Board& board, const Recorder& recorder) {
        screen.show(glance, board, recorder);
    };
    hooks.interrupted = [] { return interrupts > 0; };
    const auto summary = run_load(settings, hooks);
    screen.end();
    if (!summary) {
        std::cerr << "voxpop-load: " << summary.error().why << "\n";
        return summary.error().kind == PrepareError::usage ? kUsage : kNotConnected;
    }
    std::cout << to_text(*summary) << std::flush;
    const bool written = write_file(settings.json_file, to_json(*summary)) &&
                         write_file(settings.html_file, to_html(*summary));
    if (!written) return kUsage;
    return summary->ok() ? kAllWell : kFailed;
}

int check(const CheckSettings& settings) {
    const auto verdict = check_journals(settings);
    if (!verdict) {
        std::cerr << "voxpop-load: " << verdict.error() << "\n";
        return kUsage;
    }
    std::cout << to_text(*verdict) << std::flush;
    return verdict->ok() ? kAllWell : kFailed;
}

}  // namespace

}  // namespace voxpop::load

int main(int argc, char** argv) {
    using namespace voxpop::load;  // NOLINT(google-build-using-namespace)
    try {
        const auto options = parse_options(argc, argv);
        if (!options) {
            (options.error().exit_code == 0 ? std::cout : std::cerr) << options.error().text;
            return options.error().exit_code;
        }
        switch (options->mode) {
            case Mode::list:
                return list();
            case Mode::check:
                return check(options->check);
            case Mode::run:
                return run(options->run);
        }
    } catch (const std::exception& error) {
        std::cerr << "voxpop-load: " << error.what() << "\n";
    }
    return kUsage;
}
