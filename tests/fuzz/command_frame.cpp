// A client's frame, line by line. A command that is accepted has its parts inside the line or in
// the parser's own memory, and the bytes behind the frame make no difference.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "net/protocol/command_parser.hpp"

namespace {

using namespace voxpop::net::protocol;

// What was understood of `line`, as text; "-" when it was refused.
std::string understood(std::string_view line, char behind) {
    static CommandParser parser;
    const std::string padded = std::string(line) + std::string(kPadding, behind);
    const auto command = parser.parse(std::string_view(padded).substr(0, line.size()));
    if (!command) return "-";
    if (command->kind != CommandKind::pong && command->kind != CommandKind::send &&
        command->id == 0) {
        std::abort();
    }
    std::string out = std::to_string(command->id);
    for (const auto part :
         {command->token, command->data, command->name, command->version, command->channel,
          command->method, command->epoch}) {
        out.append(part).append("|");
    }
    if (command->data.find('\n') != std::string_view::npos) std::abort();
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view frame(reinterpret_cast<const char*>(data), size);
    while (!frame.empty()) {
        const auto line = take_line(frame);
        if (understood(line, ' ') != understood(line, '}')) std::abort();
    }
    return 0;
}
