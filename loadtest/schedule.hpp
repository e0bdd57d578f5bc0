// When things are to happen, decided before they happen. An open-loop load does not wait for the
// server: each command has an intended time, and its latency counts from there, so that a server
// that stalls cannot hide the commands that had to wait (the "coordinated omission" of closed-loop
// tools).
//
// A RateCurve says how many per second at each moment; a Schedule draws moments from it, evenly or
// as a Poisson process (by rescaling time: unit-exponential steps of the curve's integral). Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <random>
#include <vector>

namespace voxpop::load {

// Piecewise linear: a rate that moves evenly from one value to another over each piece.
class RateCurve {
  public:
    struct Piece {
        double seconds = 0;
        double from_per_second = 0;
        double to_per_second = 0;
    };

    explicit RateCurve(std::vector<Piece> pieces) : pieces_(std::move(pieces)) {}

    // A steady rate.
    static RateCurve constant(double per_second, double seconds);
    // From nothing to `per_second` at the end.
    static RateCurve ramp(double per_second, double seconds);
    // `per_second`, but `peak` during the middle fifth.
    static RateCurve spike(double per_second, double peak, double seconds);

    // When the integral of the rate reaches `total`; nothing if it never does.
    [[nodiscard]] std::optional<double> time_of(double total) const;
    // The integral over everything.
    [[nodiscard]] double total() const;

  private:
    std::vector<Piece> pieces_;
};

enum class Spacing : std::uint8_t { even, poisson };

// One of `workers` that share a curve. Even spacing: this one takes every `workers`-th moment.
struct Share {
    unsigned index = 0;
    unsigned workers = 1;
    std::uint64_t seed = 1;
};

class Schedule {
  public:
    Schedule(RateCurve curve, Spacing spacing, Share share);

    // The next moment, from the start of the curve; nothing when there is none left. Never goes
    // back.
    [[nodiscard]] std::optional<std::chrono::nanoseconds> peek() const { return next_; }
    void advance();

  private:
    RateCurve curve_;
    Spacing spacing_;
    Share share_;
    std::mt19937_64 random_;
    double reached_ = 0;
    std::optional<std::chrono::nanoseconds> next_;
};

}  // namespace voxpop::load
