#include "store/redis/announcer.hpp"

#include <iterator>
#include <utility>

#include "store/redis/bounds.hpp"

namespace voxpop::store::redis {

void Announcer::tell(std::string news) {
    if (untold_.size() >= bounds::kAnnouncementsMax)
        untold_.erase(std::next(untold_.begin()));  // the front is on its way
    untold_.push_back(std::move(news));
    if (!std::exchange(busy_, true)) send();
}

void Announcer::send() {
    Command publish("SPUBLISH");
    publish.arg(channel_).arg(untold_.front());
    client_.call(channel_, std::move(publish), [this](const CallResult& result) { sent(result); });
}

// Told twice is told once: definitions have versions. What Redis refuses it will refuse again.
void Announcer::sent(const CallResult& result) {
    const bool again = result.status == CallStatus::unsent || result.status == CallStatus::unknown;
    if (!again) {
        untold_.pop_front();
        busy_ = !untold_.empty();
        if (busy_) send();
        return;
    }
    timer_.expires_after(bounds::kRetryInterval);
    timer_.async_wait([this](const boost::system::error_code& cancelled) {
        if (!cancelled) send();
    });
}

}  // namespace voxpop::store::redis
