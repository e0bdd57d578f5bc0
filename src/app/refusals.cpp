#include "app/refusals.hpp"

namespace voxpop::app {
namespace {

using base::Metric;

constexpr std::size_t kLoggedOriginBytesMax = 256;

// The metrics are in the order of the enums.
constexpr Metric metric_after(Metric first, std::size_t places) {
    return static_cast<Metric>(static_cast<std::size_t>(first) + places);
}
constexpr Metric metric_of(TokenFault fault) {
    return metric_after(Metric::tokens_refused_missing, static_cast<std::size_t>(fault));
}
constexpr Metric metric_of(Limit limit) {
    return metric_after(
        Metric::rate_limited_commands_per_connection, static_cast<std::size_t>(limit)
    );
}
static_assert(metric_of(TokenFault::signature) == Metric::tokens_refused_signature);
static_assert(metric_of(TokenFault::not_admin) == Metric::tokens_refused_not_admin);
static_assert(metric_of(Limit::taps_per_user) == Metric::rate_limited_taps_per_user);
static_assert(metric_of(Limit::writes_per_ip) == Metric::rate_limited_writes_per_ip);

// Clients of a sound site come without a token, and with one that is over, and bring another.
bool is_ordinary(TokenFault fault) {
    return fault == TokenFault::missing || fault == TokenFault::expired;
}

}  // namespace

base::Error Refusals::token(const TokenRefusal& refusal) {
    metrics_.add(metric_of(refusal.fault), stripe_);
    const auto untold =
        tokens_told_[static_cast<std::size_t>(refusal.fault)].due(clock_.monotonic());
    if (untold) {
        const base::Log::Fields fields{{"why", refusal.message()}, {"since_last_told", *untold}};
        is_ordinary(refusal.fault) ? log_.info("refused a token", fields)
                                   : log_.warn("refused a token", fields);
    }
    return {refusal.code, refusal.detail};
}

base::Error Refusals::limit(Limit limit) {
    metrics_.add(metric_of(limit), stripe_);
    return error_of(limit);
}

// Who sets a site up finds out why its page does not connect.
void Refusals::origin(std::string_view origin) {
    if (!origins_told_.due(clock_.monotonic())) return;
    log_.warn(
        "refused a page of an origin that is not in site.origins; add it there if it is yours",
        {{"origin", origin.substr(0, kLoggedOriginBytesMax)}}
    );
}

}  // namespace voxpop::app
