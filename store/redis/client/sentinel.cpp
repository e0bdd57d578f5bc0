#include "store/redis/client/sentinel.hpp"

#include <algorithm>
#include <utility>

namespace voxpop::store::redis {
namespace {

std::expected<Endpoint, std::string> parse_address(ReplyView answer) {
    const auto port = answer[1].number();
    if (answer[0].text().empty() || !port || *port <= 0 || *port > 65'535)
        return std::unexpected("this Sentinel does not know the server's name");
    return Endpoint{
        .host = std::string(answer[0].text()), .port = static_cast<std::uint16_t>(*port)
    };
}

}  // namespace

SentinelLocator::SentinelLocator(
    boost::asio::io_context& io, const std::shared_ptr<const ClientOptions>& options
)
    : options_(options),
      inquiry_(std::make_shared<Inquiry>(
          io, options, Inquiry::Credentials{options->sentinel_user, options->sentinel_password}
      )),
      sentinels_(options->endpoints) {}

void SentinelLocator::locate(Found found) {
    auto primary = std::make_shared<Endpoint>();
    inquiry_->ask(
        sentinels_, Command("SENTINEL").arg("get-master-addr-by-name").arg(options_->master_name),
        [this,
         primary](ReplyView answer, const Endpoint& from) -> std::expected<void, std::string> {
            auto address = parse_address(answer);
            if (!address) return std::unexpected(address.error());
            *primary = std::move(*address);
            std::ranges::rotate(sentinels_, std::ranges::find(sentinels_, from));
            return {};
        },
        [primary, found = std::move(found)](std::expected<void, std::string> outcome) mutable {
            if (!outcome) return found(std::unexpected("no Sentinel helps: " + outcome.error()));
            found(std::move(*primary));
        }
    );
}

}  // namespace voxpop::store::redis
