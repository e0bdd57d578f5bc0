#include "loadtest/machine/process.hpp"

#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <thread>
#include <utility>

namespace voxpop::load {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kListening = "0A";

// Inodes of the sockets that listen on one of `ports`, by /proc/net/tcp or tcp6.
std::set<std::string> listening_inodes(const char* table, const std::set<std::uint16_t>& ports) {
    std::set<std::string> inodes;
    std::ifstream file(table);
    std::string line;
    std::getline(file, line);
    while (std::getline(file, line)) {
        std::istringstream fields(line);
        std::string slot, local, remote, state, queues, timer, retransmits, uid, timeout, inode;
        fields >> slot >> local >> remote >> state >> queues >> timer >> retransmits >> uid >>
            timeout >> inode;
        const auto colon = local.rfind(':');
        if (state != kListening || colon == std::string::npos) continue;
        std::uint16_t port = 0;
        std::from_chars(local.data() + colon + 1, local.data() + local.size(), port, 16);
        if (ports.contains(port)) inodes.insert("socket:[" + inode + "]");
    }
    return inodes;
}

bool holds_one_of(const fs::path& process, const std::set<std::string>& sockets) {
    std::error_code error;
    for (const auto& descriptor : fs::directory_iterator(process / "fd", error)) {
        const auto link = fs::read_symlink(descriptor.path(), error);
        if (!error && sockets.contains(link.string())) return true;
    }
    return false;
}

}  // namespace

ProcessUse process_use(pid_t pid) {
    ProcessUse use;
    const std::string base = "/proc/" + std::to_string(pid);
    std::ifstream stat(base + "/stat");
    std::string text;
    std::getline(stat, text);
    // The second field is the name in brackets and may hold anything, so count from the last
    // bracket.
    std::istringstream after(text.substr(std::min(text.size(), text.rfind(')') + 1)));
    std::string skipped;
    for (int i = 0; i < 11; ++i) after >> skipped;
    double user = 0;
    double system = 0;
    after >> user >> system;
    use.cpu_seconds = (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
    std::ifstream statm(base + "/statm");
    std::uint64_t size = 0;
    std::uint64_t resident = 0;
    if (statm >> size >> resident) {
        use.memory_bytes = resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    }
    return use;
}

std::vector<pid_t> listeners(const std::vector<Target>& targets) {
    std::set<std::uint16_t> ports;
    for (const Target& target : targets) {
        if (target.is_loopback()) ports.insert(target.port);
    }
    if (ports.empty()) return {};
    auto sockets = listening_inodes("/proc/net/tcp", ports);
    sockets.merge(listening_inodes("/proc/net/tcp6", ports));
    std::vector<pid_t> pids;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator("/proc", error)) {
        const std::string name = entry.path().filename();
        pid_t pid = 0;
        const auto end = std::from_chars(name.data(), name.data() + name.size(), pid);
        if (end.ec != std::errc{} || end.ptr != name.data() + name.size()) continue;
        if (holds_one_of(entry.path(), sockets)) pids.push_back(pid);
    }
    return pids;
}

ServerProcesses::ServerProcesses(std::vector<Target> targets) : targets_(std::move(targets)) {
    find();
}

void ServerProcesses::find() {
    for (const pid_t pid : listeners(targets_)) {
        if (std::ranges::find(all_, pid, &One::pid) != all_.end()) continue;
        all_.push_back({.pid = pid});
        incomplete_ = false;
    }
}

ProcessUse ServerProcesses::look() {
    if (incomplete_) find();
    ProcessUse sum;
    for (One& one : all_) {
        const ProcessUse use = one.ended ? ProcessUse{} : process_use(one.pid);
        if (use.memory_bytes > 0) {
            one.cpu_seconds = use.cpu_seconds;
            sum.memory_bytes += use.memory_bytes;
        } else if (!std::exchange(one.ended, true)) {
            ++ended_;
            incomplete_ = true;
        }
        sum.cpu_seconds += one.cpu_seconds;
    }
    return sum;
}

std::string describe_system() {
    utsname name{};
    ::uname(&name);
    return std::string(name.sysname) + " " + name.release + " " + name.machine + ", " +
           std::to_string(std::thread::hardware_concurrency()) + " cores";
}

}  // namespace voxpop::load
