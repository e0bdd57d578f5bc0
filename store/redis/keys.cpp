#include "store/redis/keys.hpp"

#include "store/redis/client/slots.hpp"

namespace voxpop::store::redis::keys {
namespace {

std::string join(std::string_view before, std::string_view name, std::string_view after) {
    std::string out;
    out.reserve(before.size() + name.size() + after.size());
    return out.append(before).append(name).append(after);
}

constexpr std::string_view kThreadBegin = "vp:{";
constexpr std::string_view kSiteBegin = "vp:site:{";

}  // namespace

std::string thread(const base::ThreadId& id) {
    return join(kThreadBegin, id.view(), "}:thread");
}
std::string of_thread(const base::ThreadId& id, std::string_view name) {
    return join(kThreadBegin, id.view(), "}:").append(name);
}
std::string outbox(const base::ThreadId& id) {
    return join(kThreadBegin, id.view(), "}:outbox");
}
std::string viewers(const base::ThreadId& id) {
    return join(kThreadBegin, id.view(), "}:viewers");
}
std::string events(const base::ThreadId& id) {
    return join(kThreadBegin, id.view(), "}:events");
}

std::string_view thread_in(std::string_view key) {
    if (!key.starts_with(kThreadBegin)) return {};
    key.remove_prefix(kThreadBegin.size());
    const auto end = key.find('}');
    return end == std::string_view::npos ? std::string_view{} : key.substr(0, end);
}

std::string realm(int database) {
    return database == 0 ? std::string() : std::to_string(database) + ':';
}

std::string poll(const base::PollId& id) {
    return join("vp:poll:", id.view(), "");
}
std::string comment(base::CommentId id) {
    return join("vp:comment:", id.str(), "");
}

std::string site_log(std::string_view site) {
    return join(kSiteBegin, site, "}:log");
}
std::string site_timed(std::string_view site) {
    return join(kSiteBegin, site, "}:timed");
}
std::string site_active(std::string_view site) {
    return join(kSiteBegin, site, "}:active");
}
std::string site_seen(std::string_view site) {
    return join(kSiteBegin, site, "}:seen");
}
std::string site_events(std::string_view site) {
    return join(kSiteBegin, site, "}:events");
}

std::string replicated(std::string_view key) {
    return join("vp:{", hash_tag(key), "}:replicated");
}

std::string secret(std::string_view name) {
    return std::string("vp:secret:").append(name);
}

}  // namespace voxpop::store::redis::keys
