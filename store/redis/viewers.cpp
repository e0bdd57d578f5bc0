#include "store/redis/viewers.hpp"

#include <algorithm>
#include <utility>

#include "store/redis/bounds.hpp"
#include "store/redis/function_call.hpp"
#include "store/redis/keys.hpp"
#include "store/redis/outlet.hpp"

namespace voxpop::store::redis {

void Viewers::set(const base::ThreadId& thread, std::uint64_t viewers) {
    if (viewers == 0) {
        if (here_.erase(thread) > 0) say(thread, 0);
        return;
    }
    const auto [at, created] = here_.try_emplace(thread, 0);
    if (std::exchange(at->second, viewers) != viewers) say(thread, viewers);
}

void Viewers::watch(const base::ThreadId& thread) {
    if (elsewhere_.try_emplace(thread, 0).second) look(thread);
}

void Viewers::say(const base::ThreadId& thread, std::uint64_t viewers) {
    const auto key = keys::thread(thread);
    auto call = function("vp_set_viewers", key);
    call.arg(node_.name).arg(viewers).arg(ttl_.count());
    // Should it fail, the next repetition says it.
    client_.call(key, std::move(call), [this, thread](const CallResult& result) {
        if (!result.ok()) return;
        Unpacker in(result.view().text());
        on_news(thread, in);
    });
}

void Viewers::look(const base::ThreadId& thread) {
    const auto key = keys::thread(thread);
    auto call = function_ro("vp_viewers", key);
    call.arg(ttl_.count());
    client_.call(key, std::move(call), [this, thread](const CallResult& result) {
        if (!result.ok()) return;
        Unpacker in(result.view().text());
        on_news(thread, in);
    });
}

void Viewers::on_news(const base::ThreadId& thread, Unpacker& in) {
    (void)in.u8();  // the kind
    std::uint64_t sum = 0;
    for (auto nodes = in.u16(); nodes > 0 && in.ok(); --nodes) {
        const bool own = in.text8() == node_.name;
        const auto viewers = in.u32();
        if (!own) sum += viewers;
    }
    if (in.ok()) hear(thread, sum);
}

void Viewers::on_read(const base::ThreadId& thread, std::uint64_t viewers) {
    const auto at = elsewhere_.find(thread);
    if (at != elsewhere_.end() && at->second == 0) hear(thread, viewers);
}

void Viewers::hear(const base::ThreadId& thread, std::uint64_t viewers) {
    const auto at = elsewhere_.find(thread);
    if (at == elsewhere_.end() || std::exchange(at->second, viewers) == viewers) return;
    outlet_.change(domain::ViewersElsewhere{thread, viewers});
}

// A node that has died says nothing: those who hear of it only by its silence have to look.
void Viewers::begin_round() {
    for (const auto& [thread, viewers] : here_) due_.push_back(thread);
    for (const auto& [thread, viewers] : elsewhere_) {
        if (viewers > 0 && !here_.contains(thread)) due_.push_back(thread);
    }
    constexpr auto kAtOnce = bounds::kViewersSaidAtOnceMax;
    const auto portions = std::max<std::size_t>((due_.size() + kAtOnce - 1) / kAtOnce, 1);
    pause_ = std::chrono::nanoseconds(ttl_) / bounds::kViewersSaidPerTtl / portions;
}

void Viewers::say_some() {
    if (due_.empty()) begin_round();
    for (std::size_t i = 0; i < bounds::kViewersSaidAtOnceMax && !due_.empty(); ++i) {
        const auto thread = due_.back();
        due_.pop_back();
        if (const auto at = here_.find(thread); at != here_.end()) {
            say(thread, at->second);
        } else if (elsewhere_.contains(thread)) {
            look(thread);
        }
    }
    timer_.expires_after(pause_);
    timer_.async_wait([this](const boost::system::error_code& error) {
        if (!error) say_some();
    });
}

}  // namespace voxpop::store::redis
