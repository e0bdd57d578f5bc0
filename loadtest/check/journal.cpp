#include "loadtest/check/journal.hpp"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <optional>
#include <type_traits>

namespace voxpop::load {

namespace {

using namespace entry;  // NOLINT(google-build-using-namespace): the words of this file

template <class Enum, std::size_t N>
struct Names {
    std::array<std::string_view, N> names;
    [[nodiscard]] std::string_view of(Enum value) const {
        return names[static_cast<std::size_t>(value)];
    }
    [[nodiscard]] bool find(std::string_view name, Enum& out) const {
        for (std::size_t i = 0; i < N; ++i) {
            if (names[i] != name) continue;
            out = static_cast<Enum>(i);
            return true;
        }
        return false;
    }
};

constexpr Names<Action, 5> kActions{{"vote", "comment", "save", "hide", "restore"}};
constexpr Names<Start, 3> kStarts{{"fresh", "recovered", "reload"}};
constexpr Names<Oddity, 8> kOddities{
    {"gap", "again", "version-back", "version-differs", "leaked-result", "leaked-moderation",
     "wrong-choice", "not-protocol"}
};
constexpr Names<Moment, 2> kMoments{{"before", "after"}};

constexpr auto& names_of(Action) {
    return kActions;
}
constexpr auto& names_of(Start) {
    return kStarts;
}
constexpr auto& names_of(Oddity) {
    return kOddities;
}
constexpr auto& names_of(Moment) {
    return kMoments;
}

bool is_plain(char c) {
    return c > ' ' && c != '%' && c != 0x7f;
}

// The fields of an entry in the order of its line; one list serves writing and reading.
template <class E, class Fields>
void visit_fields(E& e, Fields&& f) {
    using T = std::remove_const_t<E>;
    if constexpr (std::is_same_v<T, Run>) f(e.id, e.started_ms);
    if constexpr (std::is_same_v<T, Sent>) {
        f(e.voter, e.command, e.at_ms, e.action, e.subject, e.choice);
    }
    if constexpr (std::is_same_v<T, Done>) f(e.voter, e.command, e.at_ms, e.number, e.result);
    if constexpr (std::is_same_v<T, Refused>) f(e.voter, e.command, e.at_ms, e.code);
    if constexpr (std::is_same_v<T, Unknown>) f(e.voter, e.command);
    if constexpr (std::is_same_v<T, Follows>) {
        f(e.voter, e.at_ms, e.start, e.channel, e.epoch, e.offset);
    }
    if constexpr (std::is_same_v<T, Left>) f(e.voter, e.at_end, e.channel, e.epoch, e.offset);
    if constexpr (std::is_same_v<T, Odd>) {
        f(e.voter, e.at_ms, e.kind, e.channel, e.expected, e.got);
    }
    if constexpr (std::is_same_v<T, Published>) {
        f(e.stored, e.channel, e.epoch, e.offset, e.type, e.comment);
    }
    if constexpr (std::is_same_v<T, PollState>) {
        f(e.moment, e.source, e.poll, e.results, e.state, e.single, e.version, e.voters, e.options);
    }
    if constexpr (std::is_same_v<T, ThreadState>) {
        f(e.moment, e.thread, e.epoch, e.offset, e.comments, e.saves);
    }
    if constexpr (std::is_same_v<T, Stall>) f(e.at_ms, e.length_ms, e.waiting);
    if constexpr (std::is_same_v<T, Unreachable>) f(e.why);
}

template <class E>
constexpr std::string_view kWord = {};
template <>
constexpr std::string_view kWord<Run> = "run";
template <>
constexpr std::string_view kWord<Sent> = "sent";
template <>
constexpr std::string_view kWord<Done> = "done";
template <>
constexpr std::string_view kWord<Refused> = "refused";
template <>
constexpr std::string_view kWord<Unknown> = "unknown";
template <>
constexpr std::string_view kWord<Follows> = "follows";
template <>
constexpr std::string_view kWord<Left> = "left";
template <>
constexpr std::string_view kWord<Odd> = "odd";
template <>
constexpr std::string_view kWord<Published> = "published";
template <>
constexpr std::string_view kWord<PollState> = "poll";
template <>
constexpr std::string_view kWord<ThreadState> = "thread";
template <>
constexpr std::string_view kWord<Stall> = "stall";
template <>
constexpr std::string_view kWord<Unreachable> = "unreachable";

class FieldWriter {
  public:
    explicit FieldWriter(std::string& out) : out_(out) {}

    template <class... T>
    void operator()(const T&... fields) {
        (write(fields), ...);
    }

  private:
    void write(const std::string& text) {
        out_ += ' ';
        if (text.empty()) out_ += '%';
        for (const char c : text) {
            if (is_plain(c)) {
                out_ += c;
                continue;
            }
            constexpr std::string_view kHex = "0123456789abcdef";
            const auto byte = static_cast<unsigned char>(c);
            out_ += '%';
            out_ += kHex[byte >> 4];
            out_ += kHex[byte & 15];
        }
    }
    template <class T>
    void write(const T& value) {
        if constexpr (std::is_same_v<T, bool>) {
            out_ += value ? " 1" : " 0";
        } else if constexpr (std::is_enum_v<T>) {
            (out_ += ' ') += names_of(value).of(value);
        } else {
            std::array<char, 24> digits{};
            const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value);
            (out_ += ' ').append(digits.data(), end.ptr);
        }
    }

    std::string& out_;
};

class FieldReader {
  public:
    explicit FieldReader(std::string_view rest) : rest_(rest) {}

    template <class... T>
    void operator()(T&... fields) {
        ok_ = (read(fields) && ...) && at_end_;
    }
    [[nodiscard]] bool ok() const { return ok_; }

  private:
    std::string_view take() {
        const auto end = rest_.find(' ');
        const auto field = rest_.substr(0, end);
        at_end_ = end == std::string_view::npos;
        rest_.remove_prefix(at_end_ ? rest_.size() : end + 1);
        return field;
    }
    bool read(std::string& out) {
        auto field = take();
        out.clear();
        if (field == "%") return true;
        if (field.empty()) return false;
        while (!field.empty()) {
            char c = field.front();
            std::size_t used = 1;
            if (c == '%') {
                unsigned byte = 0;
                if (field.size() < 3) return false;
                const auto end = std::from_chars(field.data() + 1, field.data() + 3, byte, 16);
                if (end.ec != std::errc{} || end.ptr != field.data() + 3) return false;
                c = static_cast<char>(byte);
                used = 3;
            }
            out += c;
            field.remove_prefix(used);
        }
        return true;
    }
    template <class T>
    bool read(T& out) {
        const auto field = take();
        if constexpr (std::is_same_v<T, bool>) {
            out = field == "1";
            return out || field == "0";
        } else if constexpr (std::is_enum_v<T>) {
            return names_of(out).find(field, out);
        } else {
            const auto end = std::from_chars(field.data(), field.data() + field.size(), out);
            return end.ec == std::errc{} && end.ptr == field.data() + field.size();
        }
    }

    std::string_view rest_;
    bool at_end_ = false;  // the field taken last was the line's last
    bool ok_ = false;
};

// Tries the alternatives of Entry one after the other.
template <std::size_t I = 0>
std::optional<Entry> parse_as(std::string_view word, std::string_view rest, bool& known) {
    if constexpr (I == std::variant_size_v<Entry>) {
        return std::nullopt;
    } else {
        using E = std::variant_alternative_t<I, Entry>;
        if (word != kWord<E>) return parse_as<I + 1>(word, rest, known);
        known = true;
        E parsed;
        FieldReader reader(rest);
        visit_fields(parsed, reader);
        if (!reader.ok()) return std::nullopt;
        return parsed;
    }
}

}  // namespace

void append_line(std::string& out, const Entry& entry) {
    std::visit(
        [&](const auto& e) {
            out += kWord<std::remove_cvref_t<decltype(e)>>;
            FieldWriter writer(out);
            visit_fields(e, writer);
            out += '\n';
        },
        entry
    );
}

std::expected<Entry, std::string> parse_line(std::string_view line) {
    const auto space = line.find(' ');
    const auto word = line.substr(0, space);
    const auto rest = space == std::string_view::npos ? std::string_view{} : line.substr(space + 1);
    bool known = false;
    auto parsed = parse_as(word, rest, known);
    if (parsed) return *std::move(parsed);
    if (!known) return std::unexpected("no such kind of entry");
    return std::unexpected("a field of \"" + std::string(word) + "\" is missing or wrong");
}

std::string_view to_string(entry::Action action) {
    return kActions.of(action);
}

void JournalWriter::write(const Entry& entry) {
    append_line(buffer_, entry);
    if (buffer_.size() >= kFlushBytes) flush();
}

void JournalWriter::flush() {
    std::string_view rest = buffer_;
    while (!rest.empty() && !failed_) {
        const auto n = ::write(fd_, rest.data(), rest.size());
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) {
            failed_ = true;
            break;
        }
        rest.remove_prefix(static_cast<std::size_t>(n));
    }
    buffer_.clear();
}

}  // namespace voxpop::load
