// The yardstick of fan-out: a thread with an epoll over its sockets that, woken, sends the same
// bytes to each of them. No session, no back-pressure, no protocol: nothing can be cheaper with one
// send() a subscriber.
#pragma once

#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "bench/support/socket.hpp"
#include "bench/support/thread_cpu.hpp"

namespace voxpop::bench {

class RawFanout {
  public:
    // Connects `subscribers` sockets to itself; their other ends are clients().
    explicit RawFanout(std::size_t subscribers);
    ~RawFanout();
    RawFanout(const RawFanout&) = delete;
    RawFanout& operator=(const RawFanout&) = delete;

    [[nodiscard]] const std::vector<Socket>& clients() const { return clients_; }
    [[nodiscard]] ThreadCpu cpu() { return ThreadCpu(thread_.native_handle()); }

    // Has the thread send `bytes` to everybody. They must stay as they are until all have them.
    void publish(const std::string& bytes);

  private:
    void run();
    void send_to_all() const;

    Socket epoll_;
    Socket wake_;
    std::vector<Socket> sockets_;
    std::vector<Socket> clients_;
    const std::string* bytes_ = nullptr;  // null: stop. Handed over by the write to wake_.
    std::thread thread_;
};

}  // namespace voxpop::bench
