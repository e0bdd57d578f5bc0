// Structured logs: one JSON object a line on standard error.
//
//   log.warn("store is away", {{"store", "sqlite"}, {"retry_ms", 200}});
//   {"ts":"2026-05-01T09:00:00.000Z","level":"warn","msg":"store is
//   away","store":"sqlite","retry_ms":200}
//
// Any thread; a line is written with one write(2), so lines never mix. Never on the hot path.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace voxpop::base {

enum class LogLevel : std::uint8_t { debug, info, warn, error, off };

// Nothing when `name` is not the name of a level.
[[nodiscard]] bool parse_log_level(std::string_view name, LogLevel& out);

struct LogField {
    std::string_view name;
    std::variant<std::string_view, std::int64_t, bool> value;

    LogField(std::string_view n, std::string_view v) : name(n), value(v) {}
    LogField(std::string_view n, const std::string& v) : name(n), value(std::string_view(v)) {}
    LogField(std::string_view n, const char* v) : name(n), value(std::string_view(v)) {}
    LogField(std::string_view n, bool v) : name(n), value(v) {}
    LogField(std::string_view n, std::integral auto v)
        requires(!std::same_as<decltype(v), bool>)
        : name(n), value(static_cast<std::int64_t>(v)) {}
};

class Log {
  public:
    explicit Log(LogLevel least = LogLevel::info, int fd = 2) : least_(least), fd_(fd) {}

    using Fields = std::initializer_list<LogField>;
    void debug(std::string_view message, Fields fields = {}) {
        write(LogLevel::debug, message, fields);
    }
    void info(std::string_view message, Fields fields = {}) {
        write(LogLevel::info, message, fields);
    }
    void warn(std::string_view message, Fields fields = {}) {
        write(LogLevel::warn, message, fields);
    }
    void error(std::string_view message, Fields fields = {}) {
        write(LogLevel::error, message, fields);
    }

  private:
    void write(LogLevel level, std::string_view message, Fields fields);

    LogLevel least_;
    int fd_;
};

}  // namespace voxpop::base
