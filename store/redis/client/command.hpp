// One command for Redis, kept as the bytes that go out: a RESP array of bulk strings, each with its
// length. Nothing is ever formatted or escaped, so arguments may hold any bytes.
//
//   Command("HSET").arg(key).arg("votes").arg(12)
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace voxpop::store::redis {

class Command {
  public:
    explicit Command(std::string_view name) { add(name); }

    Command& arg(std::string_view value) & {
        add(value);
        return *this;
    }
    Command&& arg(std::string_view value) && {
        add(value);
        return std::move(*this);
    }
    Command& arg(std::integral auto value) & {
        add_number(value);
        return *this;
    }
    Command&& arg(std::integral auto value) && {
        add_number(value);
        return std::move(*this);
    }

    // Has a WAIT follow on the same connection, as part of this call: its answer comes only when
    // `replicas` replicas have everything this connection wrote, or after `timeout` (which is not
    // forever: zero means 1 ms). CallResult::replicas says how many it were. Calls behind it on the
    // connection wait too (ClientOptions::waits_apart gives it one of its own). It follows no
    // redirection, to another server's replicas: it is `unsent`.
    Command& replicated(unsigned replicas, std::chrono::milliseconds timeout) & {
        wait_replicas_ = replicas;
        wait_timeout_ =
            timeout < std::chrono::milliseconds(1) ? std::chrono::milliseconds(1) : timeout;
        return *this;
    }
    Command&& replicated(unsigned replicas, std::chrono::milliseconds timeout) && {
        return std::move(replicated(replicas, timeout));
    }

    // It uses more keys of its key's slot than it names. While a Cluster moves the slot they may be
    // on either side, so it does not follow an ASK: it is `unsent` until the move is over.
    Command&& whole_slot() && {
        whole_slot_ = true;
        return std::move(*this);
    }
    [[nodiscard]] bool uses_whole_slot() const { return whole_slot_; }

    void reserve(std::size_t bytes) { body_.reserve(bytes); }
    [[nodiscard]] std::size_t args() const { return args_; }
    // How many bytes append_to() adds at most.
    [[nodiscard]] std::size_t bytes() const { return body_.size() + kOverheadBytesMax; }

    // Appends what goes over the wire, its WAIT included.
    void append_to(std::string& out) const;
    // How many replies that will bring: 1, or 2 with a WAIT.
    [[nodiscard]] unsigned replies() const { return wait_replicas_ == 0 ? 1 : 2; }
    [[nodiscard]] std::chrono::milliseconds wait_timeout() const { return wait_timeout_; }

  private:
    static constexpr std::size_t kOverheadBytesMax = 128;  // "*N\r\n", and a WAIT

    void add(std::string_view value);
    void add_number(std::integral auto value) {
        if constexpr (std::is_signed_v<decltype(value)>)
            add_signed(value);
        else
            add_unsigned(value);
    }
    void add_signed(std::int64_t value);
    void add_unsigned(std::uint64_t value);

    std::string body_;  // the bulk strings
    std::uint32_t args_ = 0;
    bool whole_slot_ = false;
    unsigned wait_replicas_ = 0;
    std::chrono::milliseconds wait_timeout_{0};
};

}  // namespace voxpop::store::redis
