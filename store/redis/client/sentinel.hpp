// Finds the primary through Sentinel: asks each in turn, the one that answered last time first.
// After a failover the old connection breaks (Sentinel has the demoted server's clients killed),
// and the question is asked again; until the Sentinels agree, the role in INFO turns a stale answer
// away.
#pragma once

#include <boost/asio/io_context.hpp>

#include <memory>

#include "store/redis/client/inquiry.hpp"
#include "store/redis/client/locator.hpp"

namespace voxpop::store::redis {

class SentinelLocator final : public Locator {
  public:
    SentinelLocator(
        boost::asio::io_context& io, const std::shared_ptr<const ClientOptions>& options
    );

    ~SentinelLocator() override { inquiry_->cancel(); }
    SentinelLocator(const SentinelLocator&) = delete;
    SentinelLocator& operator=(const SentinelLocator&) = delete;

    void locate(Found found) override;
    void cancel() override { inquiry_->cancel(); }

  private:
    const std::shared_ptr<const ClientOptions> options_;
    std::shared_ptr<Inquiry> inquiry_;
    std::vector<Endpoint> sentinels_;
};

}  // namespace voxpop::store::redis
