#include "bench/support/voxpop_process.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <fstream>
#include <string_view>
#include <vector>

namespace voxpop::bench {

VoxpopProcess::VoxpopProcess(const std::string& binary, const std::string& store) {
    folder_ =
        std::filesystem::temp_directory_path() / ("bench-voxpop-" + std::to_string(::getpid()));
    std::array<int, 2> log{};
    if (::pipe(log.data()) != 0) give_up("pipe");
    pid_ = ::fork();
    if (pid_ < 0) give_up("fork");
    if (pid_ == 0) become(binary, store, log[1]);
    ::close(log[1]);
    read_port(log[0]);
    log_ = Socket(log[0]);
}

VoxpopProcess::~VoxpopProcess() {
    ::kill(pid_, SIGTERM);
    ::waitpid(pid_, nullptr, 0);
    std::filesystem::remove_all(folder_);
}

void VoxpopProcess::become(const std::string& binary, const std::string& store, int log) const {
    ::dup2(log, STDERR_FILENO);
    ::dup2(::open("/dev/null", O_WRONLY | O_CLOEXEC), STDOUT_FILENO);
    std::vector<std::string> words = {"voxpop", "serve", "--dev", "--listen", "127.0.0.1:0"};
    words.emplace_back(store.empty() ? "--data" : "--store");
    words.push_back(store.empty() ? folder_.string() : store);
    for (const auto* rate : {"votes_per_user", "commands_per_connection"}) {
        words.emplace_back("--set");
        words.push_back("rates." + std::string(rate) + ".per_minute=0");
    }
    std::vector<char*> arguments;
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    ::execv(binary.c_str(), arguments.data());
    give_up("voxpop cannot be started");
}

void VoxpopProcess::read_port(int log) {
    constexpr std::string_view kBefore = "http://127.0.0.1:";
    std::string text;
    std::array<char, 4096> buffer{};
    for (;;) {
        const ssize_t got = ::read(log, buffer.data(), buffer.size());
        if (got <= 0) give_up(("voxpop ended: " + text).c_str());
        text.append(buffer.data(), static_cast<std::size_t>(got));
        const auto at = text.find(kBefore);
        if (at == std::string::npos || text.find('\n', at) == std::string::npos) continue;
        port_ = static_cast<std::uint16_t>(std::stoul(text.substr(at + kBefore.size())));
        return;
    }
}

// Fields 14 and 15 of /proc/PID/stat, after the name in brackets.
double VoxpopProcess::cpu_seconds() const {
    std::ifstream file("/proc/" + std::to_string(pid_) + "/stat");
    std::string field;
    while (file >> field && !field.ends_with(')')) {
    }
    for (int i = 3; i < 14; ++i) file >> field;
    double user = 0;
    double system = 0;
    file >> user >> system;
    return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

}  // namespace voxpop::bench
