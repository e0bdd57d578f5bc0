#include "store/redis/client/command.hpp"

#include <array>
#include <charconv>

namespace voxpop::store::redis {
namespace {

void append_number(std::string& out, std::uint64_t number) {
    std::array<char, 20> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    out.append(digits.data(), end);
}

void append_bulk(std::string& out, std::string_view value) {
    out += '$';
    append_number(out, value.size());
    out += "\r\n";
    out += value;
    out += "\r\n";
}

void append_array_head(std::string& out, std::uint64_t elements) {
    out += '*';
    append_number(out, elements);
    out += "\r\n";
}

}  // namespace

void Command::add(std::string_view value) {
    append_bulk(body_, value);
    ++args_;
}

void Command::add_signed(std::int64_t value) {
    std::array<char, 20> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    add({digits.data(), end});
}

void Command::add_unsigned(std::uint64_t value) {
    std::array<char, 20> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    add({digits.data(), end});
}

void Command::append_to(std::string& out) const {
    append_array_head(out, args_);
    out += body_;
    if (wait_replicas_ == 0) return;
    Command wait("WAIT");
    wait.arg(wait_replicas_).arg(wait_timeout_.count());
    append_array_head(out, wait.args_);
    out += wait.body_;
}

}  // namespace voxpop::store::redis
