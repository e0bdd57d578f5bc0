#include "redis_server.hpp"

#include <arpa/inet.h>
#include <hiredis/hiredis.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstddef>
#include <stdexcept>
#include <utility>

namespace voxpop::test {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kPatience = std::chrono::seconds(20);

// Asks a condition again and again until it holds; the pause only keeps the loop from spinning.
template <class Condition>
void wait_until(const std::string& what, Condition holds) {
    const auto end = Clock::now() + kPatience;
    while (!holds()) {
        if (Clock::now() > end) throw std::runtime_error("waited too long until " + what);
        ::poll(nullptr, 0, 5);
    }
}

std::string text_of(const redisReply& reply) {
    if (reply.type == REDIS_REPLY_INTEGER) return std::to_string(reply.integer);
    if (reply.type == REDIS_REPLY_NIL) return {};
    if (reply.type != REDIS_REPLY_ARRAY) return {reply.str, reply.len};
    std::string lines;
    for (std::size_t i = 0; i < reply.elements; ++i) lines += text_of(*reply.element[i]) + "\n";
    return lines;
}

bool is_free(std::uint16_t port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool bound = ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    ::close(fd);
    return bound;
}

// While this process lives, others that run tests keep off the port: also between looking whether
// it is free and listening there, and while the server is down that is to be started there again.
// A name in the abstract space of unix sockets, which goes with the process whatever ends it.
class Reservation {
  public:
    explicit Reservation(std::uint16_t port)
        : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        const auto name = "voxpop-test-port-" + std::to_string(port);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        name.copy(address.sun_path + 1, sizeof address.sun_path - 1);  // behind a zero: abstract
        const auto bytes = offsetof(sockaddr_un, sun_path) + 1 + name.size();
        held_ =
            ::bind(fd_, reinterpret_cast<sockaddr*>(&address), static_cast<socklen_t>(bytes)) == 0;
    }
    ~Reservation() {
        if (fd_ >= 0) ::close(fd_);
    }
    Reservation(Reservation&& other) noexcept
        : fd_(std::exchange(other.fd_, -1)), held_(other.held_) {}
    Reservation& operator=(Reservation&&) = delete;

    [[nodiscard]] explicit operator bool() const { return held_; }

  private:
    int fd_ = -1;
    bool held_ = false;
};

}  // namespace

// Below the range that the kernel gives to outgoing connections (32768 upwards), as a server that
// is started again must find its port free; from a place that differs between processes.
std::uint16_t free_port() {
    constexpr std::uint16_t kFirst = 10'000;
    constexpr std::uint16_t kPorts = 10'000;
    constexpr std::uint16_t kBus = 10'000;  // a Cluster's bus is so far above
    static std::vector<Reservation> reservations;
    static auto next = static_cast<unsigned>(::getpid()) * 37U;
    for (unsigned tries = 0; tries < kPorts; ++tries) {
        const auto port = static_cast<std::uint16_t>(kFirst + next++ % kPorts);
        Reservation reservation(port);
        if (!reservation || !is_free(port) || !is_free(static_cast<std::uint16_t>(port + kBus)))
            continue;
        reservations.push_back(std::move(reservation));
        return port;
    }
    throw std::runtime_error("no free port");
}

RedisServer::RedisServer(Options options) : options_(std::move(options)), port_(free_port()) {
    std::string config = "bind 127.0.0.1\nport " + std::to_string(port_) + "\ndir " +
                         folder_.path().string() + "\nlogfile " +
                         (folder_.path() / "redis.log").string() + "\n";
    if (!options_.sentinel)
        config += "save \"\"\nunixsocket " + socket_path() + "\nappendonly " +
                  (options_.append_only ? "yes" : "no") + "\nappendfsync always\n";
    for (const auto& line : options_.config) config += line + "\n";
    folder_.write("redis.conf", config);
    start();
}

RedisServer::~RedisServer() {
    if (process_ > 0) signal(SIGCONT);
    kill();
}

void RedisServer::start() {
    const std::string config = (folder_.path() / "redis.conf").string();
    process_ = ::fork();
    if (process_ < 0) throw std::runtime_error("cannot fork");
    if (process_ == 0) {
        if (options_.sentinel)
            ::execlp("redis-server", "redis-server", config.c_str(), "--sentinel", nullptr);
        else
            ::execlp("redis-server", "redis-server", config.c_str(), nullptr);
        ::_exit(127);
    }
    wait_until_it_answers();
}

void RedisServer::signal(int number) {
    if (process_ > 0) ::kill(process_, number);
}

void RedisServer::stop() {
    signal(SIGTERM);
    if (process_ > 0) ::waitpid(std::exchange(process_, -1), nullptr, 0);
}

void RedisServer::kill() {
    signal(SIGKILL);
    if (process_ > 0) ::waitpid(std::exchange(process_, -1), nullptr, 0);
}

void RedisServer::pause() {
    signal(SIGSTOP);
}

void RedisServer::resume() {
    signal(SIGCONT);
}

void RedisServer::lose_data() {
    std::filesystem::remove_all(folder_.path() / "appendonlydir");
    std::filesystem::remove(folder_.path() / "dump.rdb");
}

void RedisServer::wait_until_it_answers() const {
    wait_until("redis-server answers", [&] {
        if (::waitpid(process_, nullptr, WNOHANG) != 0)
            throw std::runtime_error("redis-server has ended; is it installed?");
        try {
            return !ask({"PING"}).starts_with("LOADING");
        } catch (const std::runtime_error&) {
            return false;
        }
    });
}

std::string RedisServer::ask(const std::vector<std::string>& command) const {
    const timeval patience{.tv_sec = 5, .tv_usec = 0};
    const std::unique_ptr<redisContext, decltype(&redisFree)> context(
        redisConnectWithTimeout("127.0.0.1", port_, patience), &redisFree
    );
    if (!context || context->err != 0) throw std::runtime_error("redis-server does not listen");
    redisSetTimeout(context.get(), patience);
    std::vector<const char*> words;
    std::vector<std::size_t> lengths;
    for (const auto& word : command) {
        words.push_back(word.data());
        lengths.push_back(word.size());
    }
    const std::unique_ptr<redisReply, decltype(&freeReplyObject)> reply(
        static_cast<redisReply*>(redisCommandArgv(
            context.get(), static_cast<int>(words.size()), words.data(), lengths.data()
        )),
        &freeReplyObject
    );
    if (!reply) throw std::runtime_error("redis-server does not answer");
    return text_of(*reply);
}

namespace {
constexpr std::size_t kAllSlots = 16'384;
}

RedisCluster::RedisCluster(
    std::size_t primaries, std::size_t replicas_each, std::vector<std::string> config
) {
    config.emplace_back("cluster-enabled yes");
    // Soon enough for a test; but where nobody could take over, a slow server is not to be given
    // up.
    config.emplace_back(
        replicas_each > 0 ? "cluster-node-timeout 1000" : "cluster-node-timeout 5000"
    );
    for (std::size_t i = 0; i < primaries * (1 + replicas_each); ++i)
        nodes_.push_back(std::make_unique<RedisServer>(RedisServer::Options{.config = config}));
    for (std::size_t i = 0; i < primaries; ++i) {
        const auto first = kAllSlots * i / primaries, end = kAllSlots * (i + 1) / primaries;
        nodes_[i]->ask({"CLUSTER", "ADDSLOTSRANGE", std::to_string(first), std::to_string(end - 1)}
        );
        nodes_[i]->ask({"CLUSTER", "SET-CONFIG-EPOCH", std::to_string(i + 1)});
    }
    for (std::size_t i = 1; i < nodes_.size(); ++i)
        nodes_[i]->ask({"CLUSTER", "MEET", "127.0.0.1", std::to_string(nodes_[0]->port())});
    wait_until_whole();
    for (std::size_t i = primaries; i < nodes_.size(); ++i)
        wait_until("a replica follows", [&] {
            return nodes_[i]->ask({"CLUSTER", "REPLICATE", id_of(i % primaries)}) == "OK";
        });
    for (std::size_t i = primaries; i < nodes_.size(); ++i)
        wait_until("a replica is in step", [&] {
            return nodes_[i]->ask({"INFO", "replication"}).contains("master_link_status:up");
        });
}

std::size_t RedisCluster::owner_of(std::uint16_t slot, std::size_t primaries) {
    std::size_t owner = 0;
    while (slot >= kAllSlots * (owner + 1) / primaries) ++owner;
    return owner;
}

std::string RedisCluster::id_of(std::size_t index) const {
    return nodes_[index]->ask({"CLUSTER", "MYID"});
}

void RedisCluster::wait_until_whole() const {
    const auto known = "cluster_known_nodes:" + std::to_string(nodes_.size());
    for (const auto& node : nodes_)
        wait_until("the cluster is whole", [&] {
            const auto info = node->ask({"CLUSTER", "INFO"});
            // Where a part of the slots is enough, the state is no sign that all know all.
            return info.contains("cluster_state:ok") && info.contains(known) &&
                   info.contains("cluster_slots_ok:16384");
        });
}

void RedisCluster::move_slot(std::uint16_t slot, std::size_t from, std::size_t to) {
    const auto number = std::to_string(slot);
    nodes_[to]->ask({"CLUSTER", "SETSLOT", number, "IMPORTING", id_of(from)});
    nodes_[from]->ask({"CLUSTER", "SETSLOT", number, "MIGRATING", id_of(to)});
    for (std::string keys;
         !(keys = nodes_[from]->ask({"CLUSTER", "GETKEYSINSLOT", number, "1"})).empty();)
        nodes_[from]->ask(
            {"MIGRATE", "127.0.0.1", std::to_string(nodes_[to]->port()),
             keys.substr(0, keys.size() - 1), "0", "5000"}
        );
    nodes_[to]->ask({"CLUSTER", "SETSLOT", number, "NODE", id_of(to)});
    nodes_[from]->ask({"CLUSTER", "SETSLOT", number, "NODE", id_of(to)});
}

}  // namespace voxpop::test
