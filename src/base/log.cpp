#include "base/log.hpp"

#include <unistd.h>

#include <array>
#include <chrono>
#include <ctime>

#include "base/json_writer.hpp"

namespace voxpop::base {
namespace {

constexpr std::array<std::string_view, 5> kLevels = {"debug", "info", "warn", "error", "off"};

std::string timestamp() {
    using namespace std::chrono;
    const auto now = time_point_cast<milliseconds>(system_clock::now());
    const std::time_t seconds = system_clock::to_time_t(now);
    std::tm utc{};
    ::gmtime_r(&seconds, &utc);
    std::array<char, 32> text{};
    const auto length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &utc);
    const auto ms = std::to_string(1000 + now.time_since_epoch().count() % 1000);
    return std::string(text.data(), length) + "." + ms.substr(1) + "Z";
}

}  // namespace

bool parse_log_level(std::string_view name, LogLevel& out) {
    for (std::size_t i = 0; i < kLevels.size(); ++i) {
        if (kLevels[i] != name) continue;
        out = static_cast<LogLevel>(i);
        return true;
    }
    return false;
}

void Log::write(LogLevel level, std::string_view message, Fields fields) {
    if (level < least_) return;
    JsonWriter line;
    line.object().field("ts", timestamp()).field("level", kLevels[static_cast<std::size_t>(level)]);
    line.field("msg", message);
    for (const auto& field : fields) {
        line.key(field.name);
        std::visit([&](const auto& value) { line.value(value); }, field.value);
    }
    line.end();
    std::string text = line.take();
    text += '\n';
    // A log that cannot be written has nobody to be told to.
    [[maybe_unused]] const auto written = ::write(fd_, text.data(), text.size());
}

}  // namespace voxpop::base
