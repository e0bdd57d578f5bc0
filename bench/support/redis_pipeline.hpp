// A Redis client with nothing to it: ready-made commands out, some under way at a time, replies
// skipped. What it reaches is what the server can do.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace voxpop::bench {

// A command as it goes over the wire.
[[nodiscard]] std::string resp(const std::vector<std::string_view>& args);

class RedisPipeline {
  public:
    // Connects to loopback. Failures end the program: nothing can be measured then.
    explicit RedisPipeline(std::uint16_t port);
    ~RedisPipeline();
    RedisPipeline(const RedisPipeline&) = delete;
    RedisPipeline& operator=(const RedisPipeline&) = delete;

    // Sends all, at most `under_way` without a reply, and returns when the last reply is there. The
    // replies must be bulk strings.
    void run(const std::vector<std::string>& commands, std::size_t under_way);

  private:
    void send(const std::string& command) const;
    void read_reply();
    void fill();

    int fd_ = -1;
    std::string input_;
};

}  // namespace voxpop::bench
