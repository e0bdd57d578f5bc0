// Real Redis servers for tests: each a process of the test's own, on a port that was free, in a
// folder of its own that goes with it. Killed by their id when the object goes, also when a test
// fails.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "../../support/temporary_folder.hpp"

namespace voxpop::test {

// A port of 127.0.0.1 where nobody listens, and no other test will before this process ends.
[[nodiscard]] std::uint16_t free_port();

class RedisServer {
  public:
    struct Options {
        bool sentinel = false;  // the same program as a watcher
        bool append_only = false;
        // Lines of the configuration file: {"requirepass secret", …}.
        std::vector<std::string> config;
    };

    // Starts it and waits until it answers PING (or asks for a password).
    RedisServer() : RedisServer(Options{}) {}
    explicit RedisServer(Options options);
    ~RedisServer();
    RedisServer(const RedisServer&) = delete;
    RedisServer& operator=(const RedisServer&) = delete;

    void start();      // again, on the same port and folder
    void stop();       // SIGTERM, waits
    void kill();       // SIGKILL, waits
    void pause();      // SIGSTOP
    void resume();     // SIGCONT
    void lose_data();  // while it does not run: removes what it has written

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] std::string socket_path() const {
        return (folder_.path() / "redis.sock").string();
    }
    [[nodiscard]] const std::filesystem::path& folder() const { return folder_.path(); }

    // Asks it over a connection of its own and waits: the reply as text, of an array its elements
    // in lines. Throws std::runtime_error when it does not answer within some seconds.
    std::string ask(const std::vector<std::string>& command) const;

  private:
    void signal(int number);
    void wait_until_it_answers() const;

    Options options_;
    TemporaryFolder folder_;
    std::uint16_t port_ = 0;
    pid_t process_ = -1;
};

// `primaries` servers that have all slots between them, each with as many replicas.
class RedisCluster {
  public:
    // `config`: more lines for each.
    explicit RedisCluster(
        std::size_t primaries, std::size_t replicas_each = 0, std::vector<std::string> config = {}
    );

    [[nodiscard]] RedisServer& node(std::size_t index) { return *nodes_.at(index); }
    [[nodiscard]] std::size_t size() const { return nodes_.size(); }
    // Which of `primaries` has the slot, as long as none was moved.
    [[nodiscard]] static std::size_t owner_of(std::uint16_t slot, std::size_t primaries);
    // Moves a slot and its keys, step by step as `redis-cli --cluster reshard` does.
    void move_slot(std::uint16_t slot, std::size_t from, std::size_t to);

  private:
    [[nodiscard]] std::string id_of(std::size_t index) const;
    void wait_until_whole() const;

    std::vector<std::unique_ptr<RedisServer>> nodes_;
};

}  // namespace voxpop::test
