// One connection for questions before and after a run: blocking, one command at a time, no hurry.
// Pushes that come in between are dropped. One thread.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "loadtest/target.hpp"

namespace voxpop::load {

class ControlLink {
  public:
    // An English sentence when the server cannot be reached or does not let us in. An empty token:
    // a guest.
    [[nodiscard]] static std::expected<ControlLink, std::string> open(
        const Target& target, std::string_view token, std::string_view origin
    );
    ControlLink(ControlLink&& other) noexcept;
    ControlLink& operator=(ControlLink&& other) noexcept;
    ~ControlLink();

    // As the server says it; empty when it does not.
    [[nodiscard]] const std::string& server_version() const { return server_version_; }

    // The code of the error that the last command was answered with; 0: none.
    [[nodiscard]] std::uint16_t refusal() const { return refusal_; }

    // The result object of the command's reply; otherwise what the server said, with the code.
    using Answer = std::expected<std::string, std::string>;
    [[nodiscard]] Answer call(std::string_view method, std::string_view data);
    [[nodiscard]] Answer subscribe(std::string_view channel);
    [[nodiscard]] Answer history(
        std::string_view channel, std::string_view epoch, std::uint64_t since, int limit
    );

  private:
    explicit ControlLink(int fd) : fd_(fd) {}
    [[nodiscard]] std::expected<void, std::string> upgrade(
        const Target& target, std::string_view origin
    );
    [[nodiscard]] Answer ask(std::uint32_t id, std::string_view line);
    [[nodiscard]] std::expected<std::string, std::string> next_message();
    [[nodiscard]] std::expected<void, std::string> receive();
    [[nodiscard]] std::expected<void, std::string> send_all(std::string_view bytes) const;

    int fd_ = -1;
    std::uint32_t next_id_ = 1;
    std::string received_;
    std::string server_version_;
    std::uint16_t refusal_ = 0;
};

// A plain HTTP request to the same server. Reads the whole answer; at most a few megabytes.
struct HttpAnswer {
    unsigned status = 0;
    std::string body;
};
struct HttpQuestion {
    std::string method = "GET";
    std::string path;
    std::string token;  // bearer token; empty: none
    std::string body;   // JSON; empty: none
};
[[nodiscard]] std::expected<HttpAnswer, std::string> ask_http(
    const Target& target, const HttpQuestion& question
);

}  // namespace voxpop::load
