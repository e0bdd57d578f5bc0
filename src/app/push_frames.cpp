#include "app/push_frames.hpp"

#include "base/json_writer.hpp"

namespace voxpop::app {
namespace {

net::FramePtr joined(std::string_view prefix, std::span<const std::string_view> publications) {
    std::string lines;
    for (const auto publication : publications) {
        if (!lines.empty()) lines += '\n';
        lines.append(prefix).append(publication).append("}}");
    }
    return net::make_text_frame(lines);
}

}  // namespace

std::string publication_json(std::string_view data, std::uint64_t offset) {
    std::string out = R"({"data":)";
    out.append(data);
    if (offset != 0) out.append(R"(,"offset":)").append(std::to_string(offset));
    out += '}';
    return out;
}

PushFrames push_frames(
    net::ChannelNumber number, std::string_view name, std::span<const std::string_view> publications
) {
    const std::string with_number = R"({"push":{"id":)" + std::to_string(number) + R"(,"pub":)";
    std::string with_name = R"({"push":{"channel":)";
    base::append_json_string(with_name, name);
    with_name += R"(,"pub":)";
    return {joined(with_number, publications), joined(with_name, publications)};
}

}  // namespace voxpop::app
