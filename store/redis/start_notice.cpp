#include "store/redis/start_notice.hpp"

#include <utility>

#include "store/redis/client/login.hpp"

namespace voxpop::store::redis {
namespace {

using namespace std::chrono_literals;

// A server that is there answers sooner; from then on each pause is twice the last.
constexpr auto kFirstPause = 250ms;

std::string where(const ClientOptions& options) {
    std::string text;
    for (const auto& endpoint : options.endpoints)
        text += (text.empty() ? "" : ", ") + endpoint.text();
    if (options.topology == Topology::sentinel)
        text += " (Sentinel of " + options.master_name + ")";
    return text;
}

}  // namespace

StartNotice::StartNotice(
    boost::asio::io_context& io, base::Log log, const Client& client, const ClientOptions& options
)
    : timer_(io), log_(log), client_(client), where_(where(options)), pause_(kFirstPause) {}

void StartNotice::failed() {
    if (told_) return;
    tell();
    wait();
}

void StartNotice::wait() {
    timer_.expires_after(pause_);
    pause_ *= 2;
    timer_.async_wait([this](const boost::system::error_code& ended) {
        if (ended) return;
        tell();
        wait();
    });
}

void StartNotice::tell() {
    told_ = true;
    const auto why = client_.trouble();
    log_.warn(
        why.contains(kLoginRefused) ? "Redis refuses the login; trying again"
                                    : "Redis cannot be reached; trying again",
        {{"at", where_}, {"why", why}}
    );
}

std::string StartNotice::last_words() const {
    auto why = client_.trouble();
    if (const auto at = why.find(kLoginRefused); at != std::string::npos) {
        if (why.ends_with('.')) why.pop_back();
        return "Redis at " + where_ + ' ' + why.substr(at) + "; see --store";
    }
    if (const auto again = where_ + ": "; why.starts_with(again)) why.erase(0, again.size());
    return "Redis cannot be reached at " + where_ + ": " + why +
           "; start it, or give its address with --store";
}

}  // namespace voxpop::store::redis
