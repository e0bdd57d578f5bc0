// Time as the whole server uses it. Wall time in milliseconds for what is stored and shown, a
// monotonic clock for time-outs. The domain reads no clock: time is passed in, so tests hold it in
// their hand.
#pragma once

#include <chrono>
#include <cstdint>

namespace voxpop::base {

using Millis = std::chrono::milliseconds;
using Time = std::chrono::sys_time<Millis>;
using Monotonic = std::chrono::steady_clock::time_point;

[[nodiscard]] inline std::int64_t to_millis(Time t) {
    return t.time_since_epoch().count();
}
[[nodiscard]] inline Time from_millis(std::int64_t ms) {
    return Time(Millis(ms));
}

class Clock {
  public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual Time now() const = 0;
    [[nodiscard]] virtual Monotonic monotonic() const = 0;
};

// The machine's clocks. Any thread.
class SystemClock final : public Clock {
  public:
    [[nodiscard]] Time now() const override {
        return std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now());
    }
    [[nodiscard]] Monotonic monotonic() const override { return std::chrono::steady_clock::now(); }
};

// A clock that tests move. One thread.
class ManualClock final : public Clock {
  public:
    explicit ManualClock(Time start = from_millis(1'700'000'000'000)) : now_(start) {}
    [[nodiscard]] Time now() const override { return now_; }
    [[nodiscard]] Monotonic monotonic() const override {
        return Monotonic(now_.time_since_epoch());
    }
    void advance(Millis by) { now_ += by; }

  private:
    Time now_;
};

}  // namespace voxpop::base
