// Those who are turned away, or told to slow down: counted by why, and told to the operator, of
// each kind at most one line a minute and core. Never a token's text.
//
// One core's thread.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "app/auth/rate_limits.hpp"
#include "app/auth/token_refusal.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/metrics.hpp"
#include "base/occasional.hpp"

namespace voxpop::app {

class Refusals {
  public:
    Refusals(const base::Clock& clock, base::Log& log, base::Metrics& metrics, std::size_t stripe)
        : clock_(clock), log_(log), metrics_(metrics), stripe_(stripe) {}

    // Each gives what the client is told.
    [[nodiscard]] base::Error token(const TokenRefusal& refusal);
    [[nodiscard]] base::Error limit(Limit limit);
    // A page that may not connect: not counted here, the network does.
    void origin(std::string_view origin);

  private:
    static constexpr auto kFaults = static_cast<std::size_t>(TokenFault::not_admin) + 1;

    const base::Clock& clock_;
    base::Log& log_;
    base::Metrics& metrics_;
    std::size_t stripe_;
    std::array<base::Occasional, kFaults> tokens_told_;
    base::Occasional origins_told_;
};

}  // namespace voxpop::app
