// What a server sends to the load tool: each line is read as a message, and as each result and
// publication that a message can hold. A server under test may send anything.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "loadtest/wire/inbound.hpp"
#include "loadtest/wire/outbound.hpp"

namespace {

using namespace voxpop::load;

void read_all(InboundReader& reader, std::string_view json) {
    std::string choice;
    static_cast<void>(reader.parse_connect(json));
    static_cast<void>(reader.parse_tally(json));
    static_cast<void>(reader.parse_vote(json, choice));
    static_cast<void>(reader.parse_comment(json));
    static_cast<void>(reader.parse_rpc(json));
    if (const auto event = reader.parse_thread_event(json)) {
        Stamp stamp;
        static_cast<void>(read_stamp(event->text, stamp));
    }
    const auto subscribed = reader.parse_subscribe(json);
    if (!subscribed) return;
    static_cast<void>(reader.for_each_publication(
        subscribed->publications, [&](std::uint64_t, std::string_view data
                                  ) { static_cast<void>(reader.parse_thread_event(data)); }
    ));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    InboundReader reader;
    std::string text(reinterpret_cast<const char*>(data), size);
    text.resize(size + kInboundPadding);
    std::string_view rest = std::string_view(text).substr(0, size);
    while (!rest.empty()) {
        const auto line = rest.substr(0, rest.find('\n'));
        const auto inbound = reader.parse(line);
        read_all(reader, line);
        if (inbound) {
            if (!inbound->result.empty()) read_all(reader, inbound->result);
            if (!inbound->data.empty()) read_all(reader, inbound->data);
        }
        rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    }
    return 0;
}
