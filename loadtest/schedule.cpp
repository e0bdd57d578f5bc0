#include "loadtest/schedule.hpp"

#include <algorithm>
#include <cmath>

namespace voxpop::load {

namespace {

double integral(const RateCurve::Piece& piece) {
    return piece.seconds * (piece.from_per_second + piece.to_per_second) / 2;
}

// The time within `piece` at which its integral is `total`: the root of slope/2 t² + from t −
// total.
double time_within(const RateCurve::Piece& piece, double total) {
    const double slope = (piece.to_per_second - piece.from_per_second) / piece.seconds;
    const double from = piece.from_per_second;
    if (std::abs(slope) < 1e-12) return from > 0 ? total / from : 0;
    const double root = std::sqrt(std::max(0.0, from * from + 2 * slope * total));
    return std::clamp((root - from) / slope, 0.0, piece.seconds);
}

}  // namespace

RateCurve RateCurve::constant(double per_second, double seconds) {
    return RateCurve({{seconds, per_second, per_second}});
}

RateCurve RateCurve::ramp(double per_second, double seconds) {
    return RateCurve({{seconds, 0, per_second}});
}

RateCurve RateCurve::spike(double per_second, double peak, double seconds) {
    const double part = seconds / 5;
    return RateCurve(
        {{2 * part, per_second, per_second}, {part, peak, peak}, {2 * part, per_second, per_second}}
    );
}

std::optional<double> RateCurve::time_of(double total) const {
    double before = 0;
    for (const Piece& piece : pieces_) {
        const double here = integral(piece);
        if (here > 0 && total <= here) return before + time_within(piece, total);
        total -= here;
        before += piece.seconds;
    }
    return std::nullopt;
}

double RateCurve::total() const {
    double sum = 0;
    for (const Piece& piece : pieces_) sum += integral(piece);
    return sum;
}

Schedule::Schedule(RateCurve curve, Spacing spacing, Share share)
    : curve_(std::move(curve)), spacing_(spacing), share_(share), random_(share.seed) {
    // Even: worker i of n takes the moments (k·n + i + ½); the loop in advance() adds the n.
    if (spacing_ == Spacing::even) reached_ = share_.index + 0.5 - share_.workers;
    advance();
}

void Schedule::advance() {
    // Independent Poisson processes of 1/n of the rate add up to one of the whole rate.
    reached_ += spacing_ == Spacing::even
                    ? share_.workers
                    : share_.workers * std::exponential_distribution<double>(1.0)(random_);
    const auto seconds = curve_.time_of(reached_);
    if (!seconds) {
        next_.reset();
        return;
    }
    next_ = std::chrono::nanoseconds(static_cast<std::int64_t>(*seconds * 1e9));
}

}  // namespace voxpop::load
