#include "store/redis/library.hpp"

#include <chrono>
#include <cstdint>
#include <string_view>

#include "store/redis/bounds.hpp"
#include "store/redis/library_source.hpp"

namespace voxpop::store::redis {
namespace {

std::string milliseconds(std::chrono::milliseconds time) {
    return std::to_string(time.count());
}

std::string with_limits() {
    std::string text = "local LIMITS = { idempotency_ttl_ms = ";
    text += milliseconds(base::limits::kIdempotencyTtl);
    text += ", batch_ttl_ms = " + milliseconds(bounds::kBatchTtl);
    text += ", polls_per_thread = " + std::to_string(base::limits::kPollsPerThreadMax);
    text += ", ballots_at_once = " + std::to_string(bounds::kBallotsAtOnceMax);
    text += ", stream_events = " + std::to_string(bounds::kStreamEventsMax) + " }\n";
    return text.append(kLibrarySource);
}

// FNV-1a, 64 bits: tells texts apart, nothing more.
std::string hash_of(std::string_view text) {
    std::uint64_t hash = 0xcbf29ce484222325U;
    for (const char c : text) hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100000001b3U;
    return std::to_string(hash);
}

}  // namespace

const std::string& library_version() {
    static const std::string version = hash_of(with_limits());
    return version;
}

const std::string& library_text() {
    static const std::string text = "#!lua name=voxpop_" + library_version() +
                                    "\nlocal VERSION = '" + library_version() + "'\n" +
                                    with_limits();
    return text;
}

std::string function_name(std::string_view name) {
    return std::string(name).append("_").append(library_version());
}

}  // namespace voxpop::store::redis
